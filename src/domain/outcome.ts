/**
 * How something came out. FAIL > INCONCLUSIVE > WARN > PASS when combined; NOT_APPLICABLE does not weigh;
 * WAIVED weighs like WARN, so that a waived failure never reads as a clean pass.
 * INCONCLUSIVE: it could not be told (noise, too few samples, wrong CPU); it blocks, and says "measure again".
 */
export type Outcome = "PASS" | "WARN" | "FAIL" | "INCONCLUSIVE";

export type ObjectiveOutcome = Outcome | "NOT_APPLICABLE" | "WAIVED";

const WEIGHT: Readonly<Record<Outcome, number>> = { PASS: 0, WARN: 1, INCONCLUSIVE: 2, FAIL: 3 };

/** What an objective adds to the whole; undefined when it does not weigh. */
export function weightOf(outcome: ObjectiveOutcome): Outcome | undefined {
  if (outcome === "NOT_APPLICABLE") return undefined;
  return outcome === "WAIVED" ? "WARN" : outcome;
}

/** The worst of the given outcomes; nothing evaluated is never a pass, so an empty list is FAIL. */
export function worst(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.length === 0) return "FAIL";
  return outcomes.reduce((a, b) => (WEIGHT[b] > WEIGHT[a] ? b : a));
}

/** PASS and WARN may merge. */
export function mayMerge(outcome: Outcome): boolean {
  return outcome === "PASS" || outcome === "WARN";
}

const WORST_FIRST: readonly ObjectiveOutcome[] = [
  "FAIL",
  "INCONCLUSIVE",
  "WARN",
  "WAIVED",
  "PASS",
  "NOT_APPLICABLE",
];

/** As people read it, stable: what is equally bad stays in the order given. */
export function worstFirst<One extends { readonly outcome: ObjectiveOutcome }>(
  all: readonly One[],
): readonly One[] {
  return all.toSorted((a, b) => WORST_FIRST.indexOf(a.outcome) - WORST_FIRST.indexOf(b.outcome));
}
