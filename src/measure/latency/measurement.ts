import type { Interval, Measurement } from "../../domain/evidence.ts";
import { type Absence, measured as record } from "../../domain/measurement.ts";

export interface Numbers {
  readonly value: number;
  readonly interval: Interval | null;
  readonly baseline: number | null;
  readonly samples: number;
}

/** A number that was measured. Values keep six decimals, which is a nanosecond where they are milliseconds. */
export function measured(metric: string, numbers: Numbers): Measurement {
  const { value, interval, baseline, samples } = numbers;
  return record(metric, {
    value: rounded(value),
    samples,
    interval: interval && roundedInterval(interval),
    baseline: baseline === null ? null : rounded(baseline),
  });
}

/** A number that people may look at and no rule may trust: the first doubt counts. */
export function doubted(measurement: Measurement, doubts: readonly (Absence | null)[]): Measurement {
  const doubt = doubts.find((one) => one !== null);
  return doubt ? { ...measurement, ...doubt } : measurement;
}

function roundedInterval({ low, high, level }: Interval): Interval {
  return { low: rounded(low), high: high === null ? null : rounded(high), level };
}

/** Six decimals; rounding keeps the order of value and bounds. */
export function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
