import { EVIDENCE_KINDS, type EvidenceKind } from "../../domain/evidence.ts";
import type { Transition } from "../../domain/ledger.ts";
import { matchingPolicies } from "../../policy/match.ts";
import type { GateBase } from "../gate/base.ts";
import { neededKinds } from "../gate/measure-evidence.ts";
import type { TransitionRequest } from "../run-context.ts";

/** Numbers of a benchmark are only comparable on one machine, so it is repeated only when a policy says so. */
const BY_DEFAULT: readonly EvidenceKind[] = EVIDENCE_KINDS.filter((kind) => kind !== "benchmark");

/** The kinds that are measured again before a promotion merges: what any matching policy asks for (`requires.remeasure`). */
export function remeasuredKinds(base: GateBase, request: TransitionRequest): EvidenceKind[] {
  const policies = matchingPolicies(base.policies.policies, request);
  const asked = policies.flatMap(({ requires }) => requires.remeasure ?? BY_DEFAULT);
  return neededKinds(base, request).filter((kind) => asked.includes(kind));
}

/** What a transition was asked to be. */
export function requestOf(transition: Transition): TransitionRequest {
  const { event, model, version, environment, phase, reason, requested_by } = transition;
  return { event, model, version, environment, phase: phase ?? null, reason, requestedBy: requested_by };
}

/** What the merge of a version folder asks for. */
export function registrationOf(ref: { id: string; version: string }): TransitionRequest {
  const of = { model: ref.id, version: ref.version, environment: null, phase: null };
  return { event: "REGISTER", ...of, reason: "register", requestedBy: "check" };
}
