import { type Ledger, modelState, type Transition } from "../domain/ledger.ts";
import type { EnvironmentPhases } from "../domain/lifecycle.ts";
import { refuse } from "../errors.ts";
import { effectOn } from "./effects.ts";
import { modelDigest } from "./ledger-text.ts";
import { illegalities } from "./legality.ts";

/**
 * The ledger after a transition: the whole lifecycle machine. Only the entry of the transition's model changes; its chain
 * gets one more revision, which names the state before by its digest. `environments` are those of the base commit.
 * Throws one GateError with every LEDGER_* reason that forbids the transition.
 */
export function apply(
  ledger: Ledger,
  transition: Transition,
  environments: readonly EnvironmentPhases[],
): Ledger {
  refuse(illegalities(ledger, transition, environments));
  const { model } = transition;
  const before = modelState(ledger, model);
  const chained = { previous: modelDigest(before), revision: before.revision + 1, transition };
  const after = { ...effectOn(ledger, transition), ...chained };
  return { ...ledger, models: { ...ledger.models, [model]: after } };
}
