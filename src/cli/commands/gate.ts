import type { LifecycleEvent } from "../../domain/lifecycle.ts";
import { mayMerge } from "../../domain/outcome.ts";
import { startRun } from "../../host/start.ts";
import { openPorts } from "../../host/wiring.ts";
import type { Decision } from "../../usecases/gate/decision.ts";
import { gate } from "../../usecases/gate/gate.ts";
import { modelRef } from "../arguments.ts";
import type { CommandContext } from "../context.ts";
import { claimedOf, type ReportFormat, verdictText } from "../verdict-text.ts";
import { writeFolder } from "../write-folder.ts";

interface Options {
  readonly event: LifecycleEvent;
  readonly env?: string;
  readonly phase?: string;
  readonly evidence?: string;
  readonly out?: string;
  readonly format: ReportFormat;
}

/** `modelgate gate ID@VERSION --event E --env ENV`: the verdict, and nothing written to Git. */
export async function run(context: CommandContext, text: string, options: Options): Promise<number> {
  const { id, version } = modelRef(text);
  const ports = await openPorts(context.surroundings);
  const asked = {
    event: options.event,
    model: id,
    version,
    environment: options.env ?? null,
    phase: options.phase ?? null,
    reason: "gate",
    requestedBy: "gate",
  };
  const stored = options.evidence === undefined ? {} : { evidence: options.evidence };
  const decision = await gate(ports, asked, { start: startRun(), signal: context.signal, ...stored });
  ports.progress.end();
  if (options.out !== undefined) await writeFolder(options.out, decision.pack);
  await show(context, decision, options.format);
  return mayMerge(decision.verdict.outcome) ? 0 : 1;
}

async function show({ console }: CommandContext, decision: Decision, format: ReportFormat): Promise<void> {
  console.data({ ...decision.verdict, ...claimedOf(decision) });
  const text = await verdictText(decision, { format, color: console.color, width: console.width });
  if (format === "text") console.text(text);
  else console.document(text);
}
