import { shortCommit } from "../../domain/short-commit.ts";
import type { Git } from "../../ports/git.ts";
import type { Base } from "./base.ts";

/**
 * One sentence where the base of a transition lacks commits that the remote had when it was last fetched, with the command that
 * brings them; null where it has them all, or there is no such branch. Reads the remote-tracking branch, and no network.
 */
export async function behindRemote(
  git: Git,
  remote: string,
  { commit, branch }: Base,
): Promise<string | null> {
  const theirs = `${remote}/${branch}`;
  const tip = await git.resolve(`refs/remotes/${theirs}`);
  if (tip === undefined || (await git.isAncestor(tip, commit))) return null;
  const known = `${theirs} is at ${shortCommit(tip)}`;
  if (await git.isAncestor(commit, tip))
    return `${branch} is behind its remote: ${known}, and the decision stands on ${shortCommit(commit)}. Update it: git pull --ff-only ${remote} ${branch}`;
  return `${branch} and its remote went different ways: ${known}, which is not in ${shortCommit(commit)}. Look at both: git log --oneline --left-right ${branch}...${theirs}`;
}
