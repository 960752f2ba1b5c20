import { type ApprovalFacts, NO_REVIEWS, type SignedApprovals } from "../../domain/approvals.ts";
import { LEDGER_FILE } from "../../domain/ledger.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { refuse } from "../../errors.ts";
import { matchingPolicies } from "../../policy/match.ts";
import type { Git } from "../../ports/git.ts";
import type { GitObjects } from "../../ports/git-objects.ts";
import type { ProposedTransition } from "../../trust/approval/bind.ts";
import { loginsByRole, proveApprovals } from "../../trust/approval/prove.ts";
import type { TrustRegistry } from "../../trust/registry.ts";
import { commitsOnto, makersOf } from "../approve/makers.ts";
import { strayProblems } from "../../trust/approval/strays.ts";
import { proposedTransition } from "../approve/proposed-transition.ts";
import { rootOf, treeReader } from "../approve/tree-reader.ts";
import type { GateBase } from "../gate/base.ts";
import type { AskApprovals } from "../gate/judge-with-approvals.ts";
import type { TransitionRequest } from "../request.ts";
import type { Change } from "../proof/change.ts";
import type { CheckOptions } from "./scene.ts";
import type { StoredPack } from "../proof/stored-pack.ts";

type AskOptions = Pick<CheckOptions, "approvals" | "ref" | "enforcedElsewhere">;

/** A promotion that was proven, with the approvals that it carries. */
export interface CarriedApprovals {
  readonly git: Git & Pick<GitObjects, "object">;
  readonly change: Change;
  readonly stored: StoredPack;
  /** The stored verdict, derived again. */
  readonly told: Verdict;
}

/**
 * How approvals are asked for: reviews on the forge, and those that a promotion carries, by keys that the base trusts.
 * Reviews cost calls, so that nothing is read unless a policy counts approvals. A registration was asked for by nobody
 * but its author, and carries none.
 */
export function approvalsFor(
  options: AskOptions,
  base: GateBase,
  of: { readonly request: TransitionRequest; readonly carried: CarriedApprovals | null },
): { readonly approvals?: AskApprovals } {
  const { request, carried } = of;
  const policies = matchingPolicies(base.policies.policies, request);
  if (!policies.some(({ requires }) => requires.approvals !== null)) return {};
  const { trust } = base;
  const ask = options.approvals;
  const requestedBy = request.event === "REGISTER" ? null : request.requestedBy;
  if (!trust) return ask ? { approvals: async () => ask(requestedBy) } : {};
  if (!carried) return ask ? { approvals: async () => underTrust(await ask(requestedBy), trust) } : {};
  // What somebody else enforces is theirs to see: without a forge, and told so, nothing is counted here.
  if (!ask && options.enforcedElsewhere?.includes("approvals") === true) return {};
  return {
    approvals: async (findings) => {
      const signed = await signedApprovals(carried, {
        trust,
        findings,
        options,
        requestedBy: request.requestedBy,
      });
      const reviewed = ask ? await ask(requestedBy) : null;
      return together(reviewed, { signed, trust, head: carried.change.head });
    },
  };
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
  return proposedTransition(treeReader(git), {
    stored,
    verdict: told,
    ledger: (await git.show(change.head, LEDGER_FILE)) ?? new Uint8Array(),
    root: await rootOf(git, stored.pack.base_commit),
    ref,
  });
}

interface Hearing {
  readonly trust: TrustRegistry;
  /** Of today's verdict. */
  readonly findings: readonly string[];
  readonly options: AskOptions;
  readonly requestedBy: string;
}

async function signedApprovals(
  carried: CarriedApprovals,
  { trust, findings, options, requestedBy }: Hearing,
): Promise<SignedApprovals> {
  const { git, change, stored } = carried;
  const { base, head } = change;
  const proposed = await proposedIn(carried, options.ref ?? null);
  const makers = await makersOf(commitsOnto(git, base), { head, folder: stored.folder, requestedBy, trust });
  return proveApprovals({ approvals: stored.approvals.values(), proposed, findings, trust, makers });
}

/** Who holds which role, the base says; for roles that it does not know, whoever set up the workflow. */
function underTrust(facts: ApprovalFacts, trust: TrustRegistry): ApprovalFacts {
  return { ...facts, roles: { ...facts.roles, ...loginsByRole(trust) } };
}

function together(
  reviewed: ApprovalFacts | null,
  { signed, trust, head }: { signed: SignedApprovals; trust: TrustRegistry; head: string },
): ApprovalFacts {
  if (reviewed === null) return { ...NO_REVIEWS, head, roles: loginsByRole(trust), signed };
  const authorsKnown = signed.authorsKnown || reviewed.authors.length > 0;
  return { ...underTrust(reviewed, trust), signed: { ...signed, authorsKnown, alone: false } };
}
