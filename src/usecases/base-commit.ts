import { gateError } from "../errors.ts";
import type { Git } from "../ports/git.ts";

/** In full: a tag of the short name would win over the branch, and anybody who may push can make one. */
const DEFAULTS = ["refs/remotes/origin/main", "refs/heads/main", "HEAD"] as const;

/** What a change is compared with. */
export interface ChangeBase {
  readonly commit: string;
  /** True when nothing but HEAD itself was found: no difference from it says nothing. */
  readonly isHead: boolean;
}

/**
 * The commit that a change is compared with: the revision asked for (GIT_UNKNOWN_REVISION when there is none), else
 * origin/main, main or HEAD, the first that exists; null in a repository without commits.
 */
export async function changeBase(git: Git, revision?: string): Promise<ChangeBase | null> {
  if (revision !== undefined) {
    const commit = await git.resolve(revision);
    if (commit === undefined) throw gateError("GIT_UNKNOWN_REVISION", `There is no commit "${revision}".`);
    return { commit, isHead: false };
  }
  for (const candidate of DEFAULTS) {
    const commit = await git.resolve(candidate);
    if (commit !== undefined) return { commit, isHead: candidate === "HEAD" };
  }
  return null;
}

/** The same, for who asks about one version and not what differs. */
export async function baseCommit(git: Git, revision?: string): Promise<string | null> {
  return (await changeBase(git, revision))?.commit ?? null;
}
