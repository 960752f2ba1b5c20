import type { Git } from "../../ports/git.ts";

interface Target {
  readonly environment: string | null;
  readonly model: string;
}

/** Branches of proposals start so. */
export const PROPOSALS = "promote/";

/** One stable branch for each model and environment, so that the same request finds its own proposal again. */
export function proposalBranch({ environment, model }: Target): string {
  return `${PROPOSALS}${environment ?? "all"}/${model}`;
}

/** Where a branch points; null when there is none. */
export async function branchTip(git: Git, branch: string): Promise<string | null> {
  return (await git.resolve(`refs/heads/${branch}`)) ?? null;
}
