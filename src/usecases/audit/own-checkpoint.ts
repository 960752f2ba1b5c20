import { gateError } from "../../errors.ts";
import type { Git } from "../../ports/git.ts";

/**
 * Refuses a checkpoint that is a file of the very history that it vouches for: whoever pushed a key there could have signed
 * it with that key, and the audit would begin behind them. An auditor keeps their own. AUDIT_CHECKPOINT_TRACKED.
 */
export async function refuseOwnCheckpoint(git: Git, path: string): Promise<void> {
  if (path === "" || path.startsWith("../") || (await git.resolve("HEAD")) === undefined) return;
  if ((await git.show("HEAD", path)) === undefined) return;
  const message = `The checkpoint ${path} is a file of the audited history.`;
  throw gateError("AUDIT_CHECKPOINT_TRACKED", message, { where: { file: path } });
}
