import type { ReasonCode } from "../../domain/reasons/catalogue.ts";
import type { Outcome } from "../../domain/outcome.ts";

/** How one limit or one objective came out, and the sentence that says why. */
export interface Ruling {
  readonly outcome: Outcome | "NOT_APPLICABLE";
  /** Null when it simply passed. From the catalogue, or the code that the evidence gave. */
  readonly reason: string | null;
  readonly says: string;
  /**
   * True when there is no value that could be accepted: missing, twice, NaN, contradictory, or against another version.
   * Neither a waiver nor a later effective date softens that, so that leaving evidence out never helps.
   */
  readonly broken?: true;
}

export function ruling(outcome: Ruling["outcome"], reason: ReasonCode | null, says: string): Ruling {
  return { outcome, reason, says };
}

/** A failure that nothing softens. */
export function brokenEvidence(reason: ReasonCode, says: string): Ruling {
  return { outcome: "FAIL", reason, says, broken: true };
}

const SEVERITY: Readonly<Record<Ruling["outcome"], number>> = {
  NOT_APPLICABLE: 0,
  PASS: 1,
  WARN: 2,
  INCONCLUSIVE: 3,
  FAIL: 4,
};

/** The more severe of two rulings; of equals, the first. */
export function moreSevere(a: Ruling, b: Ruling): Ruling {
  return SEVERITY[b.outcome] > SEVERITY[a.outcome] ? b : a;
}
