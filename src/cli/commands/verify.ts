import { realpathSync } from "node:fs";
import { isAbsolute } from "node:path";
import { gateError } from "../../errors.ts";
import { openPorts } from "../../host/wiring.ts";
import { packText } from "../../report/verified-pack.ts";
import { verifyPack } from "../../usecases/audit/verify-pack.ts";
import { belowRoot } from "../below-root.ts";
import type { CommandContext } from "../context.ts";

/** `modelgate verify EVIDENCE_DIR`: 1 when something in it does not hold. */
export async function run({ console, surroundings }: CommandContext, folder: string): Promise<number> {
  const ports = await openPorts(surroundings);
  const verified = await verifyPack(ports, insideOf(ports.files.root, folder, surroundings.repo));
  console.data(verified);
  console.text(packText(verified, console.width));
  return verified.steps.some(({ outcome }) => outcome === "FAIL") ? 1 : 0;
}

/** The folder relative to the repository's root. FILE_OUTSIDE: nothing binds what lies elsewhere to this history. */
function insideOf(root: string, folder: string, repo: string): string {
  const path = belowRoot(root, folder, realpathSync(repo));
  if (path !== "" && path.split("/")[0] !== ".." && !isAbsolute(path)) return path;
  const message =
    path === "" ? "This is the repository itself." : `The folder lies outside of the repository ${root}.`;
  throw gateError("FILE_OUTSIDE", message, {
    where: { file: folder },
    fix: "Name a folder of this repository, or that repository: modelgate -C REPOSITORY verify FOLDER",
  });
}
