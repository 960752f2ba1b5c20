import { modelState } from "../../domain/ledger.ts";
import type { LifecycleEvent } from "../../domain/lifecycle.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { refuse } from "../../errors.ts";
import type { Git } from "../../ports/git.ts";
import type { GitObjects } from "../../ports/git-objects.ts";
import type { ProposedTransition } from "../../trust/approval/bind.ts";
import { strayProblems } from "../../trust/approval/strays.ts";
import type { TrustRegistry } from "../../trust/registry.ts";
import type { Change } from "../proof/change.ts";
import { readBaseLedger, readLedger } from "../gate/base-ledger.ts";
import type { StoredPack } from "../proof/stored-pack.ts";
import { proposedTransition } from "./proposed-transition.ts";
import { rootOf, treeReader } from "./tree-reader.ts";

/** A promotion that was proven, with the approvals that it carries. */
export interface CarriedApprovals {
  readonly git: Git & Pick<GitObjects, "object">;
  readonly change: Change;
  readonly stored: StoredPack;
  /** The stored verdict, derived again. */
  readonly told: Verdict;
}

/**
 * Refuses what lies among the approvals of a promotion and approves something else, or is nobody's word. TRUST_KEY_UNKNOWN,
 * TRUST_ROLE_MISSING, SIGNATURE_*, APPROVAL_*; what only died since it was given is no stray.
 */
export async function refuseStrays(
  carried: CarriedApprovals,
  { trust, ref }: { trust: TrustRegistry | null; ref: string | null },
): Promise<void> {
  const { approvals, folder } = carried.stored;
  if (approvals.size === 0) return;
  refuse(strayProblems({ approvals, folder, proposed: await proposedIn(carried, ref), trust }));
}

/** What there is to approve of a promotion. GIT_OBJECT_*. */
export async function proposedIn(
  { git, change, stored, told }: CarriedApprovals,
  ref: string | null,
): Promise<ProposedTransition> {
  const { base_commit: base, event, subject } = stored.pack;
  const before = await readBaseLedger(git, base, event as LifecycleEvent);
  const { ledger } = await readLedger(git, change.head);
  return proposedTransition(treeReader(git), {
    stored,
    verdict: told,
    before: before.ledger,
    after: modelState(ledger, subject.model_id),
    root: await rootOf(git, base),
    ref,
  });
}
