import type { Forge } from "../../forge-port.ts";
import { removeScratch, scratchBranch } from "./write-commit.ts";

const MESSAGE = `Try whether commits of this token are signed

modelgate tries it before it measures, and deletes the branch.`;

/**
 * Proves before minutes of measuring that a promotion can be proposed: the token is one, and the forge signs what is committed
 * with it. It does so for an App and for a job's own token; for a person it depends on the forge, so an empty commit is tried
 * on a branch of its own, which is deleted again. FORGE_COMMIT_UNVERIFIED, FORGE_TOKEN_REFUSED, FORGE_PERMISSION_MISSING.
 */
export async function proveSigning(forge: Forge, base: string, now: Date): Promise<void> {
  const { kind, login } = await forge.identity();
  if (kind !== "user") return;
  const tip = await forge.branch(base);
  if (tip === null) return;
  const scratch = scratchBranch(`${login}-${now.getTime()}`);
  await forge.createBranch(scratch, tip);
  try {
    await forge.commitOnBranch({ branch: scratch, expectedHead: tip, message: MESSAGE, change: new Map() });
  } finally {
    await removeScratch(forge, scratch);
  }
}
