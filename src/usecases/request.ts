import type { Transition } from "../domain/ledger.ts";
import type { ModelRef } from "../domain/model-ref.ts";
import type { PlanRequest } from "../ledger/plan.ts";

/** What somebody asks for. A null version is found in the ledger: the newest rollback target, or what is live. */
export interface AskedTransition extends PlanRequest {
  /** `Name <email>` or a GitHub login: information, never identity. */
  readonly requestedBy: string;
}

/** What somebody asks the gate to allow, with the version settled. */
export interface TransitionRequest extends AskedTransition {
  readonly version: string;
}

/** What a transition was asked to be. */
export function requestOf(transition: Transition): TransitionRequest {
  const { event, model, version, environment, phase, reason, requested_by } = transition;
  return { event, model, version, environment, phase: phase ?? null, reason, requestedBy: requested_by };
}

/** What the merge of a version folder asks for. */
export function registrationOf({ id: model, version }: ModelRef): TransitionRequest {
  const of = { model, version, environment: null, phase: null };
  return { event: "REGISTER", ...of, reason: "register", requestedBy: "check" };
}
