import { gateError } from "../errors.ts";
import type { Git } from "../ports/git.ts";
import { headBranch } from "../usecases/forge/base-branch.ts";
import { defaultBranch } from "./event.ts";

/**
 * The branch whose revisions are recorded: the one that the input names, else the one that is checked out, which must be the
 * default branch. A workflow can be started on any branch, and on one of their own anybody who may write can merge anything.
 * RECORD_BRANCH_FOREIGN, GIT_DETACHED.
 */
export async function recordBranch(
  git: Git,
  of: { readonly named: string | null; readonly event: unknown },
): Promise<string> {
  if (of.named !== null) return of.named;
  const [here, main] = [await headBranch(git), defaultBranch(of.event)];
  if (main === undefined || here === main) return here;
  const text = `Checked out is ${JSON.stringify(here)}; what is live is decided on ${JSON.stringify(main)}.`;
  throw gateError("RECORD_BRANCH_FOREIGN", text);
}
