import { medianOfSorted, nearestRank, sorted } from "./quantiles.ts";
import type { Random } from "./random.ts";

export interface BootstrapOptions {
  /** Length of a block of neighbours that is drawn as a whole. */
  readonly block: number;
  readonly resamples: number;
  /** Confidence of the two-sided percentile interval, in (0, 1). */
  readonly level: number;
  readonly random: Random;
}

export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Median of all groups together with a moving-block bootstrap interval. Blocks are drawn inside each group and never
 * cross groups, so that bursts of noise stay together (Künsch 1989; measurement.md §7). Groups are non-empty.
 */
export function bootstrapMedian(groups: readonly Float64Array[], options: BootstrapOptions): Estimate {
  const pooled = sorted(groups.flatMap((group) => [...group]));
  const ranked = groups.map((group) => Uint32Array.from(group, (value) => rankOf(pooled, value)));
  const counts = new Uint32Array(pooled.length);
  const medians = new Float64Array(options.resamples);
  for (let i = 0; i < options.resamples; i += 1) {
    counts.fill(0);
    for (const ranks of ranked) drawBlocks(ranks, counts, options);
    medians[i] = medianOfCounts(pooled, counts);
  }
  medians.sort();
  const tail = (1 - options.level) / 2;
  return {
    value: medianOfSorted(pooled),
    low: nearestRank(medians, tail),
    high: nearestRank(medians, 1 - tail),
  };
}

/** Index of the first equal value. */
function rankOf(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Counts the ranks of one resample of a group: random starts, whole blocks, the last one cut to fit. */
function drawBlocks(ranks: Uint32Array, counts: Uint32Array, options: BootstrapOptions): void {
  const size = ranks.length;
  const block = Math.min(options.block, size);
  for (let drawn = 0; drawn < size; drawn += block) {
    const start = options.random.below(size - block + 1);
    const end = start + Math.min(block, size - drawn);
    for (let i = start; i < end; i += 1) {
      const rank = ranks[i] ?? 0;
      counts[rank] = (counts[rank] ?? 0) + 1;
    }
  }
}

/** Median of a multiset given as how often each ascending value occurs: no sorting per resample. */
function medianOfCounts(ascending: Float64Array, counts: Uint32Array): number {
  const total = ascending.length;
  const upperRank = (total >> 1) + 1;
  const lowerRank = total % 2 === 1 ? upperRank : upperRank - 1;
  let seen = 0;
  let index = -1;
  const advanceTo = (rank: number): number => {
    while (seen < rank) {
      index += 1;
      seen += counts[index] ?? 0;
    }
    return ascending[index] ?? 0;
  };
  const lower = advanceTo(lowerRank);
  return (lower + advanceTo(upperRank)) / 2;
}
