import { openPorts } from "../../host/wiring.ts";
import { auditText } from "../../report/audit.ts";
import { audit } from "../../usecases/audit/audit.ts";
import type { CommandContext } from "../context.ts";

interface Options {
  readonly from?: string;
}

/** `modelgate audit`: 0 when every commit stands, 1 when one does not, 3 when the audit itself failed on one. */
export async function run(context: CommandContext, options: Options): Promise<number> {
  const ports = await openPorts(context.surroundings);
  const report = await audit(ports, { ...options, signal: context.signal });
  context.console.data(report);
  if (!context.console.json) context.console.text(auditText(report));
  if (report.broken) return 3;
  return report.outcome === "FAIL" ? 1 : 0;
}
