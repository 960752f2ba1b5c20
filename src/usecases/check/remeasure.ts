import { EVIDENCE_KINDS, type EvidenceKind } from "../../domain/evidence.ts";
import { matchingPolicies } from "../../policy/match.ts";
import type { GateBase } from "../gate/base.ts";
import { neededKinds } from "../gate/measure-evidence.ts";
import type { TransitionRequest } from "../request.ts";

/** Numbers of a benchmark are only comparable on one machine, so it is repeated only when a policy says so. */
const BY_DEFAULT: readonly EvidenceKind[] = EVIDENCE_KINDS.filter((kind) => kind !== "benchmark");

/** The kinds that are measured again before a promotion merges: what any matching policy asks for (`requires.remeasure`). */
export function remeasuredKinds(base: GateBase, request: TransitionRequest): EvidenceKind[] {
  const policies = matchingPolicies(base.policies.policies, request);
  const asked = policies.flatMap(({ requires }) => requires.remeasure ?? BY_DEFAULT);
  return neededKinds(base, request).filter((kind) => asked.includes(kind));
}
