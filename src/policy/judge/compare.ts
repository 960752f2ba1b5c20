import type { Interval } from "../../domain/evidence.ts";
import { holds } from "../operators.ts";
import type { Bound, Limit, Operator } from "../policy.ts";

/** Whether a limit is shown to be met, shown to be missed, or neither. */
export type Comparison = "met" | "missed" | "undecided";

/** The number that a limit stands for; undefined when it needs a live value that there is not. */
export function thresholdOf(bound: Bound, live: number | null): number | undefined {
  if (bound.kind === "absolute") return bound.value;
  if (live === null || !Number.isFinite(live)) return undefined;
  const threshold = bound.kind === "offset" ? live + bound.delta : live * bound.factor;
  return Number.isFinite(threshold) ? threshold : undefined;
}

/** Compares a value. Anything but two finite numbers in the passing direction is missed. */
export function comparePoint(operator: Operator, value: number, threshold: number): Comparison {
  if (!Number.isFinite(value) || !Number.isFinite(threshold)) return "missed";
  return holds(operator, value, threshold) ? "met" : "missed";
}

/** Compares a whole interval: met when all of it meets the limit, missed when none of it does. */
export function compareInterval(operator: Operator, interval: Interval, threshold: number): Comparison {
  const { low } = interval;
  const high = interval.high ?? Infinity;
  if (!(low <= high) || !Number.isFinite(low) || !Number.isFinite(threshold)) return "missed";
  if (operator === "==") return compareEqual(low, high, threshold);
  const [worst, best] = operator.startsWith("<") ? [high, low] : [low, high];
  if (holds(operator, worst, threshold)) return "met";
  return holds(operator, best, threshold) ? "undecided" : "missed";
}

function compareEqual(low: number, high: number, threshold: number): Comparison {
  if (low === threshold && high === threshold) return "met";
  return low > threshold || high < threshold ? "missed" : "undecided";
}

/** Whether the limit compares with the live model's own value. */
export function isRelative(limit: Limit): boolean {
  return limit.bound.kind !== "absolute";
}
