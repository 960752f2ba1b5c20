import type { ObjectiveOutcome, Outcome } from "../../domain/outcome.ts";
import type { ObjectiveVerdict, PolicyVerdict } from "../../domain/verdict.ts";
import type { GatePolicy } from "../policy.ts";
import { comparePoint, thresholdOf } from "./compare.ts";

/** A waived objective counts like one that warns, so that a failure that is waived never lifts the score. */
const SHARE: Readonly<Record<ObjectiveOutcome, number | null>> = {
  PASS: 1,
  WARN: 0.5,
  WAIVED: 0.5,
  FAIL: 0,
  INCONCLUSIVE: 0,
  NOT_APPLICABLE: null,
};

/** The weighted share of passed objectives; 0 when none was applicable. Null when the policy asks for no score. */
export function judgeScore(
  score: GatePolicy["score"],
  objectives: readonly ObjectiveVerdict[],
): PolicyVerdict["score"] {
  if (!score) return null;
  const value = weightedShare(objectives);
  const { hard, soft } = score;
  const texts = [hard && `hard ${hard.text}`, soft && `soft ${soft.text}`].filter((text) => text !== null);
  return { value, limit: texts.join(", "), outcome: outcomeOf(value, score) };
}

function outcomeOf(value: number, { hard, soft }: NonNullable<GatePolicy["score"]>): Outcome {
  const meets = (limit: typeof hard): boolean =>
    limit === null ||
    comparePoint(limit.operator, value, thresholdOf(limit.bound, null) ?? Number.NaN) === "met";
  if (!meets(hard)) return "FAIL";
  return meets(soft) ? "PASS" : "WARN";
}

function weightedShare(objectives: readonly ObjectiveVerdict[]): number {
  let [passed, whole] = [0, 0];
  for (const { outcome, weight } of objectives.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const share = SHARE[outcome];
    if (share === null) continue;
    passed += share * weight;
    whole += weight;
  }
  return whole > 0 ? passed / whole : 0;
}
