import type { Forge, ForgeCommit } from "../../ports/forge.ts";
import type { TreeChange } from "../../ports/git.ts";

export interface BranchCommit {
  readonly branch: string;
  /** Where the branch points now; null when it does not exist. */
  readonly tip: string | null;
  /** What the new commit stands on. */
  readonly parent: string;
  readonly message: string;
  readonly change: TreeChange;
  readonly runId: string;
}

export function scratchBranch(name: string): string {
  return `modelgate-scratch/${name}`;
}

/**
 * Makes a commit on a branch of its own, proves it, and then moves the branch there in one step. So the branch never
 * points to its bare base, which would close its pull request, and never to a commit whose signature is not good.
 * FORGE_RACE_LOST, FORGE_COMMIT_UNVERIFIED; both leave the branch as it was.
 */
export async function writeCommit(forge: Forge, of: BranchCommit): Promise<ForgeCommit> {
  const scratch = scratchBranch(of.runId);
  await forge.createBranch(scratch, of.parent);
  try {
    const { message, change } = of;
    const made = await forge.commitOnBranch({ branch: scratch, expectedHead: of.parent, message, change });
    await forge.moveBranches([
      { branch: of.branch, from: of.tip, to: made.commit },
      { branch: scratch, from: made.commit, to: null },
    ]);
    return made;
  } catch (error) {
    await removeScratch(forge, scratch);
    throw error;
  }
}

/** What went wrong first is what matters: a scratch branch that stays is only untidy. */
async function removeScratch(forge: Forge, scratch: string): Promise<void> {
  try {
    const from = await forge.branch(scratch);
    if (from !== null) await forge.moveBranches([{ branch: scratch, from, to: null }]);
  } catch {
    // Nothing to add to the error that is on its way.
  }
}
