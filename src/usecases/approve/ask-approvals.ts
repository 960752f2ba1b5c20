import { type ApprovalFacts, NO_REVIEWS, type SignedApprovals } from "../../domain/approvals.ts";
import type { EnforcedElsewhere } from "../../policy/judge/request.ts";
import { matchingPolicies } from "../../policy/match.ts";
import { loginsByRole, proveApprovals } from "../../trust/approval/prove.ts";
import type { TrustRegistry } from "../../trust/registry.ts";
import type { GateBase } from "../gate/base.ts";
import type { AskApprovals } from "../gate/judge-with-approvals.ts";
import type { TransitionRequest } from "../request.ts";
import { type CarriedApprovals, proposedIn } from "./carried-approvals.ts";
import { commitsOnto, makersOf } from "./makers.ts";

/** Whom to ask about approvals, and which of them count. */
export interface AskOptions {
  /** Asks the forge about reviews of the change; asked only when a policy requires approvals. */
  readonly approvals?: (requestedBy: string | null) => Promise<ApprovalFacts>;
  /** Full name of the branch that the change goes into, such as `refs/heads/main`; approvals of others do not count. */
  readonly ref?: string;
  /** Requirements that somebody else enforces before the merge: the forge's own rules, for example. */
  readonly enforcedElsewhere?: EnforcedElsewhere;
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
