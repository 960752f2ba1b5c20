import { coefficientOfVariation, median } from "./quantiles.ts";

/** How quiet the runner was. */
export interface Noise {
  /** Coefficient of variation of the calibration loop over all processes. */
  readonly cv: number;
  /** Share of CPU time that the hypervisor gave to others, 0 to 1; null where the system does not tell. */
  readonly steal_share: number | null;
  readonly calibration_median_ms: number;
  readonly calibration_samples: number;
  /** True when absolute times of this run cannot be trusted. */
  readonly noisy: boolean;
}

export const MAX_CALIBRATION_CV = 0.15;
export const MAX_STEAL_SHARE = 0.05;

/** Judges the runner by a fixed loop and by steal time (measurement.md §7). No calibration at all is noisy. */
export function noiseOf(calibrations: readonly Float64Array[], stealShare: number | null): Noise {
  const all = Float64Array.from(calibrations.flatMap((times) => [...times]));
  const cv = all.length > 1 ? coefficientOfVariation(all) : Number.NaN;
  return {
    cv,
    steal_share: stealShare,
    calibration_median_ms: all.length > 0 ? median(all) : Number.NaN,
    calibration_samples: all.length,
    noisy: !(cv <= MAX_CALIBRATION_CV) || (stealShare ?? 0) > MAX_STEAL_SHARE,
  };
}
