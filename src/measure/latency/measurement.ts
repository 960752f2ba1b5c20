import type { Interval, Measurement } from "../../domain/evidence.ts";
import type { ReasonCode } from "../../domain/reasons/catalogue.ts";

/** Why there is no number, or none that can be trusted. */
export interface Absence {
  readonly state: Exclude<Measurement["state"], "measured">;
  readonly reason: ReasonCode;
  /** One sentence for people. */
  readonly note: string;
}

export interface Numbers {
  readonly value: number;
  readonly interval: Interval | null;
  readonly baseline: number | null;
  readonly samples: number;
}

/** A number that was measured. Values keep six decimals, which is a nanosecond where they are milliseconds. */
export function measured(metric: string, numbers: Numbers): Measurement {
  const { value, interval, baseline, samples } = numbers;
  return {
    metric,
    state: "measured",
    value: rounded(value),
    interval: interval && roundedInterval(interval),
    baseline: baseline === null ? null : rounded(baseline),
    samples,
    note: null,
    reason: null,
  };
}

/** No number at all. */
export function absent(metric: string, absence: Absence): Measurement {
  return { metric, value: null, interval: null, baseline: null, samples: 0, ...absence };
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
