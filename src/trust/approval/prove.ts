import type { RefusedApproval, SignedApproval, SignedApprovals } from "../../domain/approvals.ts";
import type { ApprovalStatement } from "../../domain/approval-statement.ts";
import type { Problem } from "../../errors.ts";
import type { TrustRegistry } from "../registry.ts";
import { ROLES } from "../roles.ts";
import { bindingProblems, type ProposedTransition } from "./bind.ts";
import { approverOf, isApprover } from "./verify.ts";

/** Who made the commits of a proposal, as principals. */
export interface Makers {
  readonly authors: readonly string[];
  /** Whether every commit is signed by a known key. */
  readonly authorsKnown: boolean;
  /** Who signed the last commit that is more than an approval. */
  readonly lastPusher: string | null;
}

/** What the approvals of a proposal are judged by. */
export interface ApprovalCase {
  readonly approvals: Iterable<ApprovalStatement>;
  /** Keys that have signed the commits which keep recorded reviews. */
  readonly keepers?: ReadonlyMap<ApprovalStatement, string>;
  readonly proposed: ProposedTransition;
  /** Of a verdict that was made later than the proposal's: an approver must have seen these too. */
  readonly findings?: readonly string[];
  /** In force on the base. */
  readonly trust: TrustRegistry;
  readonly makers: Makers;
}

/** Proves every approval by itself: signature, key, principal and bindings. Roles and exclusions are for the policy to ask. */
export function proveApprovals({
  approvals,
  keepers,
  proposed,
  findings,
  trust,
  makers,
}: ApprovalCase): SignedApprovals {
  const proven: SignedApproval[] = [];
  const refused: RefusedApproval[] = [];
  for (const approval of approvals) {
    const found = approverOf(approval, trust, keepers?.get(approval) ?? null);
    const [problem] = isApprover(found) ? bindingProblems(approval, proposed, findings) : [found];
    if (problem) refused.push(refusal(approval, problem));
    else if (isApprover(found)) proven.push(found);
  }
  return {
    approvals: proven,
    refused,
    ...makers,
    principals: principalsByLogin(trust),
    holders: holdersIn(trust),
    alone: true,
  };
}

function refusal({ principal }: ApprovalStatement, { code, message }: Problem): RefusedApproval {
  return { principal, code, says: message };
}

function principalsByLogin({ principals }: TrustRegistry): SignedApprovals["principals"] {
  return Object.fromEntries(
    principals.flatMap(({ id, github }) => (github === null ? [] : [[github.toLowerCase(), id]])),
  );
}

/** Role -> principals with an active key of that role. */
function holdersIn({ principals }: TrustRegistry): SignedApprovals["holders"] {
  return Object.fromEntries(
    ROLES.map((role) => [
      role,
      principals
        .filter(({ keys }) => keys.some((key) => key.standing.state === "active" && key.roles.includes(role)))
        .map(({ id }) => id),
    ]),
  );
}

/** Role -> logins that hold it, for reviews on the forge. A role that no principal has is for others to know. */
export function loginsByRole({ principals }: TrustRegistry): Readonly<Record<string, readonly string[]>> {
  const holders = Map.groupBy(
    principals.flatMap(({ github, roles }) => roles.map((role) => ({ role, github }))),
    ({ role }) => role,
  );
  return Object.fromEntries(
    [...holders].map(([role, held]) => [role, held.flatMap(({ github }) => github ?? [])]),
  );
}

/** Principals that free text names, by their own name or their login. A claim: it may exclude, and never admits. */
export function principalsNamed({ principals }: TrustRegistry, names: readonly string[]): readonly string[] {
  const said = new Set(names.map((name) => name.toLowerCase()));
  return principals
    .filter(
      ({ id, github }) => said.has(id.toLowerCase()) || (github !== null && said.has(github.toLowerCase())),
    )
    .map(({ id }) => id);
}
