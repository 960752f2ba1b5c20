import type { EnforcedElsewhere } from "../../policy/judge/request.ts";
import type { Git } from "../../ports/git.ts";
import type { LifecycleEvent } from "../../domain/lifecycle.ts";
import { type LineFiles, readTrustFor } from "../gate/base.ts";

/**
 * What a proposal of a plain repository leaves to its check: nobody can approve it by key before it is there. Nothing where
 * the checked-out commit knows no key that could, so that a policy which asks for approvals still stops it. TRUST_*, GIT_*.
 */
export async function leftToCheck(
  git: LineFiles & Pick<Git, "head">,
  event: LifecycleEvent,
): Promise<{ readonly enforcedElsewhere?: EnforcedElsewhere }> {
  const trust = await readTrustFor(git, (await git.head()).commit, event);
  const keys = trust?.principals.flatMap(({ keys: held }) => held) ?? [];
  const somebody = keys.some(({ kind, standing }) => kind !== "openpgp" && standing.state === "active");
  return somebody ? { enforcedElsewhere: ["approvals"] } : {};
}
