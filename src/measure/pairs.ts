import { bootstrapMedian } from "./bootstrap.ts";
import type { PairedTimes } from "./latency/samples.ts";
import { median } from "./quantiles.ts";
import type { Random } from "./random.ts";

/** Candidate over live model, from interleaved pairs. */
export interface PairRatio {
  /** exp of the median of ln(candidate / live). */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly level: number;
  /** Number of pairs. */
  readonly samples: number;
  readonly process_medians: readonly number[];
  /** Largest over smallest process median. */
  readonly spread: number;
  /** False when fresh processes differ so much that the pairs of any one of them do not speak for the model. */
  readonly agrees: boolean;
}

export const PAIR_BLOCK = 10;
export const PAIR_RESAMPLES = 2000;
export const PAIR_LEVEL = 0.9;
/** Process medians further apart than this factor are another effect than the model's (memory layout, neighbours). */
export const MAX_PROCESS_SPREAD = 1.1;

/**
 * Median pair ratio with its 90 % moving-block bootstrap interval inside each process (measurement.md §7).
 * When processes disagree, the interval is widened to hold all their medians. Undefined without a single pair.
 */
export function pairRatio(processes: readonly PairedTimes[], random: Random): PairRatio | undefined {
  const logs = processes.map(logRatios).filter((values) => values.length > 0);
  if (logs.length === 0) return undefined;
  const options = { block: PAIR_BLOCK, resamples: PAIR_RESAMPLES, level: PAIR_LEVEL, random };
  const estimate = bootstrapMedian(logs, options);
  const medians = logs.map((values) => median(values));
  const spread = Math.exp(Math.max(...medians) - Math.min(...medians));
  const agrees = spread <= MAX_PROCESS_SPREAD;
  return {
    value: Math.exp(estimate.value),
    low: Math.exp(agrees ? estimate.low : Math.min(estimate.low, ...medians)),
    high: Math.exp(agrees ? estimate.high : Math.max(estimate.high, ...medians)),
    level: PAIR_LEVEL,
    samples: logs.reduce((sum, values) => sum + values.length, 0),
    process_medians: medians.map((value) => Math.exp(value)),
    spread,
    agrees,
  };
}

function logRatios(times: PairedTimes): Float64Array {
  const { candidate, live } = times;
  if (live === null) return new Float64Array(0);
  return candidate.map((value, i) => Math.log(value / (live[i] ?? Number.NaN)));
}
