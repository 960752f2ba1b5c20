import type { LifecycleEvent } from "../domain/lifecycle.ts";
import type { Forge } from "../ports/forge.ts";
import type { Git } from "../ports/git.ts";
import { leftToCheck } from "../usecases/approve/left-to-check.ts";
import { fetchRefusals } from "../usecases/forge/fetch-records.ts";
import { forgeProposals } from "../usecases/forge/proposals.ts";
import type { RoleHolders } from "../usecases/forge/roles.ts";
import type { GateOptions } from "../usecases/gate/gate.ts";
import { gitProposals, type Proposals } from "../usecases/transition/proposals.ts";

/** Where a host proposes: a plain repository, or a forge with the people whose reviews it asks for. */
export interface WhereToPropose {
  readonly proposals: Proposals;
  /** A proposal has no reviews and no approvals before it is there: then the required check counts them. */
  readonly gating: Pick<GateOptions, "enforcedElsewhere" | "refusals">;
}

/** TRUST_*, GIT_*. */
export async function whereToPropose(
  git: Git,
  event: LifecycleEvent,
  on: { readonly forge: Forge | null; readonly roles: RoleHolders },
): Promise<WhereToPropose> {
  const { forge, roles } = on;
  if (forge === null) return { proposals: gitProposals(git), gating: await leftToCheck(git, event) };
  const refusals = () => fetchRefusals(git, async () => forge);
  return {
    proposals: forgeProposals({ git, forge }, roles),
    gating: { enforcedElsewhere: ["approvals"], refusals },
  };
}
