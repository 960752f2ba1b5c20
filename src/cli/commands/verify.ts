import { openPorts } from "../../host/wiring.ts";
import { packText } from "../../report/verified-pack.ts";
import { verifyPack } from "../../usecases/audit/verify-pack.ts";
import { belowRoot } from "../below-root.ts";
import type { CommandContext } from "../context.ts";

/** `modelgate verify EVIDENCE_DIR`: 1 when something in it does not hold. */
export async function run({ console, surroundings }: CommandContext, folder: string): Promise<number> {
  const ports = await openPorts(surroundings);
  const verified = await verifyPack(ports, belowRoot(ports.files.root, folder, surroundings.repo));
  console.data(verified);
  console.text(packText(verified, console.width));
  return verified.steps.some(({ outcome }) => outcome === "FAIL") ? 1 : 0;
}
