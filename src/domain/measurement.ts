import type { Interval, Measurement, MeasurementState } from "./evidence.ts";

/** Why there is no number. */
export interface Absence {
  readonly state: Exclude<MeasurementState, "measured">;
  readonly reason: string;
  /** One sentence for people. */
  readonly note: string;
}

export interface MeasuredNumbers {
  /** Finite. */
  readonly value: number;
  readonly samples: number;
  readonly interval?: Interval | null;
  readonly baseline?: number | null;
}

/** A number that was measured. */
export function measured(metric: string, numbers: MeasuredNumbers): Measurement {
  const { value, samples, interval = null, baseline = null } = numbers;
  return { metric, state: "measured", value, interval, baseline, samples, note: null, reason: null };
}

/** No number at all, and why. `samples` counts what was looked at. */
export function absent(metric: string, { state, reason, note }: Absence, samples = 0): Measurement {
  return { metric, state, value: null, interval: null, baseline: null, samples, note, reason };
}
