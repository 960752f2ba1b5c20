import { coefficientOfVariation, mean, median, sorted } from "./quantiles.ts";

/** How quiet the runner was. */
export interface Noise {
  /** Coefficient of variation of the calibration loop without its slowest 5 %. */
  readonly cv: number;
  /** The same with all of them. */
  readonly cv_all: number;
  /** Share of CPU time that the hypervisor gave to others, 0 to 1; null where the system does not tell. */
  readonly steal_share: number | null;
  readonly calibration_median_ms: number;
  readonly calibration_samples: number;
  /** True when absolute times of this run cannot be trusted. */
  readonly noisy: boolean;
}

export const MAX_CALIBRATION_CV = 0.15;
export const MAX_STEAL_SHARE = 0.05;
/** A p95 does not move for what hits fewer than one call in twenty, so neither does the noise. */
const KEPT = 0.95;

/** Calibration of one fresh process, and the share of steal while it ran. */
export interface Calibration {
  readonly times: Float64Array;
  readonly stealShare: number | null;
}

/** Judges the runner by a fixed loop and by steal time (measurement.md §7). No calibration at all is noisy. */
export function noiseOf(calibrations: readonly Calibration[]): Noise {
  const all = sorted(calibrations.flatMap(({ times }) => [...times]));
  const cv = variation(all.slice(0, Math.ceil(KEPT * all.length)));
  const steals = calibrations.flatMap(({ stealShare }) => stealShare ?? []);
  const steal = steals.length > 0 ? mean(steals) : null;
  return {
    cv,
    cv_all: variation(all),
    steal_share: steal,
    calibration_median_ms: all.length > 0 ? median(all) : Number.NaN,
    calibration_samples: all.length,
    noisy: !(cv <= MAX_CALIBRATION_CV) || (steal ?? 0) > MAX_STEAL_SHARE,
  };
}

function variation(times: Float64Array): number {
  return times.length > 1 ? coefficientOfVariation(times) : Number.NaN;
}
