import { MAX_PROCESS_SPREAD, PAIR_BLOCK, PAIR_LEVEL, PAIR_RESAMPLES } from "../pairs.ts";
import type { Noise } from "../noise.ts";
import type { BatchRun, BenchmarkRun } from "./benchmark-run.ts";
import { rounded } from "./measurement.ts";
import { ratioOf } from "./ratio-measurement.ts";
import type { ColdStart } from "./samples.ts";
import { type LatencySummary, summarize } from "./summary.ts";

/** How the benchmark was run. */
export interface BenchmarkSettings {
  readonly processes_wanted: number;
  readonly processes_run: number;
  /** Those whose calibration was quiet, or all of them when too few were. */
  readonly processes_kept: number;
  /** Timed pairs per process and batch size, at most. */
  readonly pairs: number;
  readonly budget_ms: number;
}

/** What benchmark evidence holds beside its measurements: small enough for Git, no raw samples. */
export interface BenchmarkDetails {
  readonly settings: BenchmarkSettings;
  readonly bootstrap: { readonly block: number; readonly resamples: number; readonly level: number };
  readonly noise: Noise;
  /** One entry a fresh process, in order. */
  readonly cold: { readonly candidate: readonly ColdStart[]; readonly live: readonly ColdStart[] };
  readonly batches: readonly BatchDetails[];
}

interface BatchDetails {
  readonly rows: number;
  readonly candidate: LatencySummary;
  readonly live: LatencySummary | null;
  readonly ratio: RatioDetails | null;
}

interface RatioDetails {
  readonly process_medians: readonly number[];
  /** Largest over smallest process median. */
  readonly spread: number;
  readonly max_spread: number;
}

export function benchmarkDetails(run: BenchmarkRun, settings: BenchmarkSettings): BenchmarkDetails {
  return {
    settings,
    bootstrap: { block: PAIR_BLOCK, resamples: PAIR_RESAMPLES, level: PAIR_LEVEL },
    noise: roundedNoise(run.noise),
    cold: { candidate: run.cold.candidate.map(roundedCold), live: run.cold.live.map(roundedCold) },
    batches: run.batches
      .filter((batch) => batch.times.length > 0)
      .map((batch) => batchDetails(batch, run.seed)),
  };
}

function batchDetails(batch: BatchRun, seed: number): BatchDetails {
  const live = batch.times.flatMap((times) => times.live ?? []);
  return {
    rows: batch.rows,
    candidate: summarize(batch.times.map((times) => times.candidate)),
    live: live.length > 0 ? summarize(live) : null,
    ratio: ratioDetails(batch, seed),
  };
}

function ratioDetails(batch: BatchRun, seed: number): RatioDetails | null {
  const ratio = ratioOf(batch, seed);
  if (!ratio) return null;
  return {
    process_medians: ratio.process_medians.map(rounded),
    spread: rounded(ratio.spread),
    max_spread: MAX_PROCESS_SPREAD,
  };
}

function roundedNoise(noise: Noise): Noise {
  const { steal_share: steal } = noise;
  return {
    ...noise,
    cv: rounded(noise.cv),
    cv_all: rounded(noise.cv_all),
    steal_share: steal === null ? null : rounded(steal),
    calibration_median_ms: rounded(noise.calibration_median_ms),
  };
}

function roundedCold(cold: ColdStart): ColdStart {
  return { coldStartMs: rounded(cold.coldStartMs), peakMemoryMiB: rounded(cold.peakMemoryMiB) };
}
