import type { Interval, Measurement } from "../../domain/evidence.ts";
import { type Noise, MAX_CALIBRATION_CV, MAX_STEAL_SHARE } from "../noise.ts";
import { sorted } from "../quantiles.ts";
import type { BatchRun } from "./benchmark-run.ts";
import { type Absence, absent } from "../../domain/measurement.ts";
import { doubted, measured } from "./measurement.ts";
import { type Percentile, percentileOf } from "./percentile.ts";

const PERCENTILES = [
  ["p50", 0.5],
  ["p95", 0.95],
  ["p99", 0.99],
] as const;

/** p50, p95 and p99 of one batch size, with bounds from order statistics, and the live model's beside them. */
export function batchMeasurements(run: BatchRun, noise: Noise): Measurement[] {
  const { rows, absence } = run;
  const metric = (name: string) => `benchmark.${name}_batch${rows}_ms`;
  if (absence) return PERCENTILES.map(([name]) => absent(metric(name), absence));
  const { candidate, live } = pooled(run);
  return PERCENTILES.map(([name, share]) => {
    const { value, interval } = percentileOf(candidate, share);
    const baseline = live && percentileOf(live, share).value;
    const found = measured(metric(name), { value, interval, baseline, samples: candidate.length });
    return doubted(found, [sizeDoubt(interval, candidate.length), noiseDoubt(noise)]);
  });
}

/** Rows per second at the median call. */
export function throughput(run: BatchRun, noise: Noise): Measurement {
  const metric = "benchmark.throughput_rows_per_s";
  if (run.absence) return absent(metric, run.absence);
  const { candidate, live } = pooled(run);
  const perSecond = (milliseconds: number) => (1000 * run.rows) / milliseconds;
  const call = percentileOf(candidate, 0.5);
  const baseline = live && perSecond(percentileOf(live, 0.5).value);
  const interval = inverted(call, perSecond);
  const found = measured(metric, {
    value: perSecond(call.value),
    interval,
    baseline,
    samples: candidate.length,
  });
  return doubted(found, [sizeDoubt(interval, candidate.length), noiseDoubt(noise)]);
}

/** Why absolute times of a noisy runner say no more than "at most that"; null on a quiet one. */
export function noiseDoubt(noise: Noise): Absence | null {
  if (!noise.noisy) return null;
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const steal =
    noise.steal_share === null
      ? ""
      : `, steal ${percent(noise.steal_share)} (limit ${percent(MAX_STEAL_SHARE)})`;
  const note = `The runner was noisy: calibration varied by ${percent(noise.cv)} (limit ${percent(MAX_CALIBRATION_CV)})${steal}.`;
  return { state: "pessimistic", reason: "BENCHMARK_NOISY", note };
}

/** Why a number without bounds on both sides cannot be trusted. */
function sizeDoubt(interval: Interval | null, samples: number): Absence | null {
  if (interval !== null && interval.high !== null) return null;
  const note = `${samples} observations are too few to bound this number from both sides.`;
  return { state: "inconclusive", reason: "BENCHMARK_TOO_FEW_RUNS", note };
}

function pooled(run: BatchRun): { candidate: Float64Array; live: Float64Array | null } {
  const candidate = sorted(run.times.flatMap((times) => [...times.candidate]));
  const live = sorted(run.times.flatMap((times) => [...(times.live ?? [])]));
  return { candidate, live: live.length > 0 ? live : null };
}

function inverted({ interval }: Percentile, perSecond: (milliseconds: number) => number): Interval | null {
  if (interval === null || interval.high === null) return null;
  return { low: perSecond(interval.high), high: perSecond(interval.low), level: interval.level };
}
