import type { ApprovalFacts } from "../../domain/approvals.ts";
import { matchingPolicies } from "../../policy/match.ts";
import type { GateBase } from "../gate/base.ts";
import type { TransitionRequest } from "../run-context.ts";
import type { CheckOptions } from "./check.ts";

/** Reviews cost calls: they are read only when a policy counts them. A registration was asked for by nobody but its author. */
export async function approvalsFor(
  options: CheckOptions,
  base: GateBase,
  request: TransitionRequest,
): Promise<{ readonly approvals?: ApprovalFacts }> {
  const policies = matchingPolicies(base.policies.policies, request);
  const counted = policies.some(({ requires }) => requires.approvals !== null);
  if (!counted || !options.approvals) return {};
  const requestedBy = request.event === "REGISTER" ? null : request.requestedBy;
  return { approvals: await options.approvals(requestedBy) };
}
