import { shortCommit } from "../../domain/short-commit.ts";
import { gateError } from "../../errors.ts";
import type { Git } from "../../ports/git.ts";

/** The branch that is checked out. GIT_DETACHED. */
export async function headBranch(git: Git): Promise<string> {
  const { branch, commit } = await git.head();
  if (branch !== null) return branch;
  throw gateError("GIT_DETACHED", `HEAD is at ${shortCommit(commit)} and on no branch.`);
}
