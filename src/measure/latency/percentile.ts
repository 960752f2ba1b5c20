import type { Interval } from "../../domain/evidence.ts";
import { rankBounds } from "../order-bounds.ts";
import { medianOfSorted, nearestRank, valueAt } from "../quantiles.ts";

/** Each bound of an interval holds with 95 % by itself, so both together with 90 %. */
const ONE_SIDED = 0.95;
const BOTH_SIDES = 0.9;

export interface Percentile {
  readonly value: number;
  /** Null when the sample is too small even for a lower bound. */
  readonly interval: Interval | null;
}

/**
 * Percentile of an ascending, non-empty sample with distribution-free bounds from its order statistics.
 * The median averages the two middle values; every other percentile is the nearest rank.
 */
export function percentileOf(ascending: Float64Array, share: number): Percentile {
  const value = share === 0.5 ? medianOfSorted(ascending) : nearestRank(ascending, share);
  const { low, high } = rankBounds(ascending.length, share, ONE_SIDED);
  if (low === null) return { value, interval: null };
  const upper = high === null ? null : valueAt(ascending, high);
  return { value, interval: { low: valueAt(ascending, low), high: upper, level: BOTH_SIDES } };
}
