import type { Evidence } from "../../domain/evidence.ts";
import { METRICS } from "../../domain/metrics.ts";
import type { Comparing, Path } from "../compare-json.ts";
import type { Rerun } from "./repeat.ts";
import { leftOut } from "./repeatable.ts";
import type { OutputReport } from "./report.ts";

/** What is read of the details of parity evidence; stored ones are anybody's. */
interface Details {
  readonly cases?: readonly string[];
  readonly outputs?: readonly OutputReport[];
  readonly repeated?: readonly Rerun[];
}

interface Both {
  readonly stored: Evidence;
  readonly fresh: Evidence;
}

/**
 * How parity that was measured again is compared with what is stored. Counts, states, names, labels and references are exact.
 * Differences from a reference may be rounded otherwise, by as much as the tolerance of the output allows; relative ones have
 * no bound near zero. How many cases were run again is a matter of time.
 */
export function parityComparing(both: Both): (path: Path) => Comparing {
  const outputs = detailsOf(both.fresh).outputs ?? [];
  const slack = Math.max(0, ...outputs.map(roundingOf));
  const scaled = Math.max(0, ...outputs.map(scaledRounding));
  return ([part, ...path]) => {
    const [at, key] = path;
    if (key === "message" || key === "note")
      return part === "measurements" ? ofNote(both, at, slack) : { text: slack };
    if (part === "measurements" && key !== undefined) return ofMeasurement(both, path, { slack, scaled });
    if (part === "compared" && key === "extremes") return (list) => areExtremes(list, both, at);
    return part === "details" ? ofDetails(both, path, slack) : "exact";
  };
}

function detailsOf({ details }: Evidence): Details {
  return typeof details === "object" && details !== null ? details : {};
}

function outputOf(evidence: Evidence, at: string | undefined): OutputReport | undefined {
  return detailsOf(evidence).outputs?.[Number(at)];
}

const REPEATABLE = "parity.repeatable";

function ofNote({ stored, fresh }: Both, at: string | undefined, slack: number): Comparing {
  if (fresh.measurements[Number(at)]?.metric !== REPEATABLE) return { text: slack };
  const { cases, repeated } = detailsOf(stored);
  const reruns = Array.isArray(repeated)
    ? repeated.filter((one) => typeof one === "object" && one !== null)
    : [];
  return (note) => note === leftOut(reruns, Array.isArray(cases) ? cases.length : 0);
}

function ofMeasurement(
  { fresh }: Both,
  [at, key]: Path,
  { slack, scaled }: { readonly slack: number; readonly scaled: number },
): Comparing {
  const metric = fresh.measurements[Number(at)]?.metric ?? "";
  if (metric === REPEATABLE && key === "samples") return isCount;
  if (key !== "value") return "exact";
  if (metric === "parity.max_rel_diff") return "any";
  const unit = METRICS.get(metric)?.unit;
  if (unit === "count" || unit === "share") return "exact";
  return { near: unit === "ratio" ? scaled : slack };
}

function ofDetails(both: Both, [part, at, key, deeper, last]: Path, slack: number): Comparing {
  if (last === "message" || key === "message") return { text: slack };
  if (part === "repeated" && (key === "cases" || key === "outputs")) return isCount;
  const output = part === "outputs" && deeper === undefined ? outputOf(both.fresh, at) : undefined;
  if (!output || key === undefined || roundingOf(output) === 0) return "exact";
  return ofOutput(output, key, { both, at, rounding: roundingOf(output) });
}

function ofOutput(output: OutputReport, key: string, place: Place): Comparing {
  if (key === "max_rel_diff") return "any";
  if (key === "scaled_diff") return { near: scaledRounding(output) };
  if (key.endsWith("_abs_diff")) return { near: place.rounding };
  if (key === "extremes") return (list) => areExtremes(list, place.both, place.at);
  return key === "worst" ? (worst) => isWorst(worst, place) : "exact";
}

/** What the tolerance of an output lets its largest reference differ by; 0 where it is exact. */
function roundingOf(output: OutputReport): number {
  const { atol, rtol } = output.rule;
  return Math.max(atol, rtol * output.scale);
}

function scaledRounding(output: OutputReport): number {
  return output.scale > 0 ? roundingOf(output) / output.scale : 0;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/**
 * Another machine may find other elements to be the worst, but the largest stored difference must be that of the stored output.
 * `null` must be `null` again. The lists decide under tolerances that a later policy sets.
 */
function areExtremes(list: unknown, { stored, fresh }: Both, at: string | undefined): boolean {
  const now = outputOf(fresh, at)?.extremes ?? null;
  if (list === null || now === null) return list === now;
  if (!Array.isArray(list) || !list.every((pair) => Array.isArray(pair))) return false;
  const largest = Math.max(0, ...list.map((pair) => Number(pair[0])));
  return largest === (outputOf(stored, at)?.max_abs_diff ?? 0);
}

interface Place {
  readonly both: Both;
  readonly at: string | undefined;
  readonly rounding: number;
}

/** At the same element its reference is exact; another element is one of the same cases, and no further off than its output. */
function isWorst(worst: unknown, place: Place): boolean {
  const fresh = outputOf(place.both.fresh, place.at)?.worst ?? null;
  if (typeof worst !== "object" || worst === null || fresh === null) return worst === fresh;
  const stored = worst as Worst;
  const isSame = stored.case === fresh.case && String(stored.index) === String(fresh.index);
  return isSame ? isSameElement(stored, fresh, place.rounding) : isOtherElement(stored, place);
}

type Worst = NonNullable<OutputReport["worst"]>;

function isSameElement(stored: Worst, fresh: Worst, rounding: number): boolean {
  if (stored.expected !== fresh.expected) return false;
  if (typeof stored.actual !== "number" || typeof fresh.actual !== "number")
    return stored.actual === fresh.actual;
  return Math.abs(stored.actual - fresh.actual) <= 2 * rounding;
}

function isOtherElement({ case: name, expected, actual }: Worst, { both, at }: Place): boolean {
  const isCase = detailsOf(both.fresh).cases?.includes(name) ?? false;
  const most = outputOf(both.stored, at)?.max_abs_diff ?? Infinity;
  return isCase && Math.abs(Number(actual) - Number(expected)) <= most;
}
