import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Ledger, modelState, type ModelState, type Transition } from "../../src/domain/ledger.ts";
import { GENESIS, parseLedger } from "../../src/ledger/ledger-text.ts";

/** A model that had no transition yet. */
export const NO_ENTRY: ModelState = modelState(GENESIS, "m");

/** The transition that was decided last, of any model; undefined where there was none. */
export function lastTransition({ models }: Ledger): Transition | undefined {
  const all = Object.values(models).flatMap(({ transition }) => transition ?? []);
  return all.toSorted((a, b) => (a.decided_at < b.decided_at ? -1 : 1)).at(-1);
}

/** The same, where there must be one. */
export function madeBy(ledger: Ledger): Transition {
  const transition = lastTransition(ledger);
  if (transition) return transition;
  throw new Error("Nothing was decided yet.");
}

/** A ledger in which the entry of a model is another. */
export function withEntry(ledger: Ledger, model: string, edit: Partial<ModelState>): Ledger {
  return { ...ledger, models: { ...ledger.models, [model]: { ...modelState(ledger, model), ...edit } } };
}

export function ledgerOf(root: string): Ledger {
  return parseLedger(readFileSync(join(root, "deployed.json")));
}
