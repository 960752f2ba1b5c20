import type { Absence } from "../../domain/measurement.ts";
import type { Measurement } from "../../domain/evidence.ts";
import { METRICS } from "../../domain/metrics.ts";
import { absent } from "../../domain/measurement.ts";
import { rounded } from "./measurement.ts";
import type { FirstLook } from "./samples.ts";

/** Calls of a first look. */
export const LOOK_CALLS = 10;
/**
 * What neighbours can do to the processor time of a call and not to that of the calibration loop: a sibling thread on the
 * same core takes up to half of it, and caches and memory that are shared cost the rest (docs/adr/0028).
 */
export const UNSEEN_SLOWDOWN = 3;

/** A model that misses a threshold by so much that no quieter runner would change it. */
export interface FarAbove {
  readonly rows: number;
  /** The threshold that was given, in ms. */
  readonly threshold_ms: number;
  /** At least this long takes a call on a quiet runner, in ms; above the threshold. */
  readonly at_least_ms: number;
  /** Least processor time of any call, in ms. */
  readonly least_cpu_ms: number;
  readonly calls: number;
  /** Largest over smallest processor time of the calibration loop between the calls. */
  readonly calibration_spread: number;
  /** 0 to 1; null where the system does not tell. */
  readonly steal_share: number | null;
}

/**
 * Whether a first look proves that p50, p95 and p99 on a quiet runner are above a threshold. Time that others take does not
 * count, since processor time is compared; what they do to processor time is bounded by the spread of the calibration loop,
 * by the share of steal, and by a factor of 3. The least of all calls must still be above: so a model at the threshold is
 * found far above it only if each of ten calls suffered more than that bound. Undefined when it is not proven.
 */
export function farAbove(
  look: FirstLook,
  of: { readonly rows: number; readonly threshold: number; readonly stealShare: number | null },
): FarAbove | undefined {
  const { cpuMs, calibrationCpuMs } = look;
  const fastest = Math.min(...calibrationCpuMs);
  if (cpuMs.length < LOOK_CALLS || calibrationCpuMs.length < LOOK_CALLS || !(fastest > 0)) return undefined;
  const least = Math.min(...cpuMs);
  const spread = Math.max(...calibrationCpuMs) / fastest;
  const bound = (least * (1 - (of.stealShare ?? 0))) / (spread * UNSEEN_SLOWDOWN);
  if (!(bound > of.threshold)) return undefined;
  return {
    rows: of.rows,
    threshold_ms: of.threshold,
    at_least_ms: rounded(bound),
    least_cpu_ms: rounded(least),
    calls: cpuMs.length,
    calibration_spread: rounded(spread),
    steal_share: of.stealShare === null ? null : rounded(of.stealShare),
  };
}

/** Every metric of a benchmark that stopped there: the percentiles of that batch size are bounded, the rest is unknown. */
export function farAboveMeasurements(found: FarAbove, noRatio: Absence | null): Measurement[] {
  const bounded = new RegExp(`^benchmark\\.p\\d+_batch${found.rows}_ms$`);
  const stopped: Absence = { state: "inconclusive", reason: "BENCHMARK_FAR_ABOVE", note: stopNote(found) };
  return [...METRICS]
    .filter(([, metric]) => metric.kind === "benchmark")
    .map(([id, metric]) => {
      if (!bounded.test(id)) return absent(id, (metric.relative && noRatio) || stopped);
      const { at_least_ms: value, calls: samples } = found;
      return { ...absent(id, { ...stopped, state: "at_least", note: boundNote(found) }, samples), value };
    });
}

function stopNote({ rows, threshold_ms: threshold }: FarAbove): string {
  return `The benchmark stopped at its first look: at batch ${rows} a call is far above ${threshold} ms.`;
}

function boundNote(found: FarAbove): string {
  const { rows, calls, least_cpu_ms: least, at_least_ms: bound, threshold_ms: threshold } = found;
  return (
    `At batch ${rows} each of ${calls} calls took ${short(least)} ms of processor time or more. ` +
    `On a quiet runner that is at least ${short(bound)} ms, above the limit of ${threshold} ms.`
  );
}

function short(milliseconds: number): string {
  return String(Number(milliseconds.toPrecision(3)));
}
