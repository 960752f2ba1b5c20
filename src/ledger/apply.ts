import { type Digest, digestOf } from "../domain/digest.ts";
import type { Ledger, Transition } from "../domain/ledger.ts";
import type { EnvironmentPhases } from "../domain/lifecycle.ts";
import { refuse } from "../errors.ts";
import { formatLedger } from "./ledger-text.ts";
import { effectOn } from "./effects.ts";
import { illegalities } from "./legality.ts";

/**
 * The ledger after a transition: the whole lifecycle machine. `environments` are those of the base commit.
 * Throws one GateError with every LEDGER_* reason that forbids the transition.
 */
export function apply(
  ledger: Ledger,
  transition: Transition,
  environments: readonly EnvironmentPhases[],
): Ledger {
  return successor({ ledger, digest: digestOf(formatLedger(ledger)) }, transition, environments);
}

/** The same for a ledger whose digest is known: that of its exact bytes. */
export function successor(
  { ledger, digest }: { readonly ledger: Ledger; readonly digest: Digest },
  transition: Transition,
  environments: readonly EnvironmentPhases[],
): Ledger {
  refuse(illegalities(ledger, transition, environments));
  return {
    models: effectOn(ledger, transition),
    previous: digest,
    revision: ledger.revision + 1,
    schema_version: ledger.schema_version,
    transition,
  };
}
