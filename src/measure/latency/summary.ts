import { mean, median, medianAbsoluteDeviation, nearestRank, sorted, valueAt } from "../quantiles.ts";
import { rounded } from "./measurement.ts";

/** A sample of latencies in a size that fits Git. All times in ms. */
export interface LatencySummary {
  readonly samples: number;
  readonly min: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  readonly mean: number;
  /** Median absolute deviation, unscaled. */
  readonly mad: number;
  /** Median of each fresh process, in order. */
  readonly process_medians: readonly number[];
  readonly histogram: Histogram;
}

/** Counts of equal-ratio bins: bin i of n covers low * (high / low)^(i / n) up to the next, the last one closed. */
export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
}

const BINS = 16;

/** Summary of the times of each process; every process has at least one, and all are above 0. */
export function summarize(processes: readonly Float64Array[]): LatencySummary {
  const all = sorted(processes.flatMap((times) => [...times]));
  return {
    samples: all.length,
    min: rounded(valueAt(all, 1)),
    p50: rounded(median(all)),
    p95: rounded(nearestRank(all, 0.95)),
    p99: rounded(nearestRank(all, 0.99)),
    max: rounded(valueAt(all, all.length)),
    mean: rounded(mean(all)),
    mad: rounded(medianAbsoluteDeviation(all)),
    process_medians: processes.map((times) => rounded(median(times))),
    histogram: histogramOf(all),
  };
}

/** Counts of an ascending sample of values above 0. */
export function histogramOf(ascending: Float64Array, bins = BINS): Histogram {
  const low = valueAt(ascending, 1);
  const high = valueAt(ascending, ascending.length);
  const scale = high > low ? bins / Math.log(high / low) : 0;
  const counts = Array.from({ length: bins }, () => 0);
  for (const value of ascending) {
    const bin = Math.min(bins - 1, Math.floor(Math.log(value / low) * scale));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { low: rounded(low), high: rounded(high), counts };
}
