import { gateError } from "../../errors.ts";
import type { Git } from "../../ports.ts";

const DEFAULTS = ["origin/main", "main", "HEAD"] as const;

/**
 * The commit that a change is compared with: the revision asked for (GIT_UNKNOWN_REVISION when there is none), else
 * origin/main, main or HEAD, the first that exists; null in a repository without commits.
 */
export async function baseCommit(git: Git, revision?: string): Promise<string | null> {
  if (revision !== undefined) {
    const commit = await git.resolve(revision);
    if (commit === undefined) throw gateError("GIT_UNKNOWN_REVISION", `There is no commit "${revision}".`);
    return commit;
  }
  for (const candidate of DEFAULTS) {
    const commit = await git.resolve(candidate);
    if (commit !== undefined) return commit;
  }
  return null;
}
