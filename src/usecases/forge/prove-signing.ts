import type { Forge } from "../../ports/forge.ts";
import type { Base } from "../transition/base.ts";
import { scratchBranch } from "./write-commit.ts";

const MESSAGE = `Try whether commits of this token are signed

modelgate tries it before it measures, and deletes the branch.`;

/**
 * Proves before minutes of measuring that a promotion can be proposed: the token is one, and the forge signs what is committed
 * with it. It does so for an App and for a job's own token; for a person it depends on the forge, so it is tried.
 * FORGE_COMMIT_UNVERIFIED, FORGE_TOKEN_REFUSED, FORGE_PERMISSION_MISSING.
 */
export async function proveSigning(forge: Forge, { commit }: Base, now: Date): Promise<void> {
  const { kind, login } = await forge.identity();
  if (kind !== "user") return;
  const branch = scratchBranch(`${login}-${now.getTime()}`);
  await forge.trySigning({ branch, commit, message: MESSAGE });
}
