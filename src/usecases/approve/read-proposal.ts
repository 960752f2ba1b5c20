import type { ApprovalFacts } from "../../domain/approvals.ts";
import { gateError, refuse } from "../../errors.ts";
import { matchingPolicies } from "../../policy/match.ts";
import type { Requirements } from "../../policy/policy.ts";
import type { Git } from "../../ports/git.ts";
import type { GitObjects } from "../../ports/git-objects.ts";
import type { ApprovedTransition } from "../../domain/approval-statement.ts";
import type { TrustRegistry } from "../../trust/registry.ts";
import { readChange } from "../proof/change.ts";
import { type ProofPorts, type ProvenPromotion, provePromotion } from "../proof/promotion.ts";
import { approvalsFor } from "./ask-approvals.ts";
import { proposedIn, refuseStrays } from "./carried-approvals.ts";
import { findProposal, type FoundProposal, type NamedProposal } from "./find-proposal.ts";

export interface ApprovePorts extends ProofPorts {
  readonly git: Git & Pick<GitObjects, "object">;
}

/** A proposal that was proven, and what approving it would say. */
export interface ReadProposal extends FoundProposal {
  readonly proven: ProvenPromotion;
  readonly proposed: ApprovedTransition;
  readonly trust: TrustRegistry;
  /** What the matching policies ask for, by the name of the policy. */
  readonly asked: ReadonlyMap<string, NonNullable<Requirements["approvals"]>>;
  /** Who made it, and whose approvals it carries already. */
  readonly facts: ApprovalFacts;
}

/**
 * Reads a proposal as the required check would, without measuring: nobody approves what would be refused anyway.
 * What `findProposal` and `provePromotion` throw (CHECK_STALE when the base moved on), APPROVE_NOTHING,
 * APPROVE_UNTRUSTED_REPOSITORY, APPROVAL_*.
 */
export async function readProposal(
  ports: ApprovePorts,
  named: NamedProposal,
  now: Date,
): Promise<ReadProposal> {
  const { git } = ports;
  const found = await findProposal(git, named);
  const change = await readChange(git, { base: found.base.commit, head: found.tip });
  refuse(change.problems);
  if (change.kind !== "promotion")
    throw gateError("APPROVE_NOTHING", `${found.branch} changes nothing that could be deployed.`);
  const proven = await provePromotion(ports, change, now);
  const { trust } = proven.base;
  if (!trust)
    throw gateError("APPROVE_UNTRUSTED_REPOSITORY", `${found.base.name} has no policies/trust.yaml.`);
  const ref = `refs/heads/${found.base.name}`;
  const carried = { git, change, stored: proven.stored, told: proven.told };
  await refuseStrays(carried, { trust, ref });
  const { approvals: ask } = approvalsFor({ ref }, proven.base, { request: proven.request, carried });
  if (!ask) throw gateError("APPROVE_NOTHING", "No policy that judges this proposal asks for approvals.");
  const proposed = { ...(await proposedIn(carried, ref)), ref };
  return { ...found, proven, proposed, trust, asked: approvalsAsked(proven), facts: await ask([]) };
}

function approvalsAsked({ base, request }: ProvenPromotion): ReadProposal["asked"] {
  const policies = matchingPolicies(base.policies.policies, request);
  return new Map(
    policies.flatMap(({ name, requires }) =>
      requires.approvals === null ? [] : [[name, requires.approvals] as const],
    ),
  );
}
