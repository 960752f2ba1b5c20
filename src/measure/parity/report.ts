import type { Tensor } from "../../domain/tensor.ts";
import {
  type Extreme,
  isFloatDType,
  type OutputRule,
  type ParityBlock,
  ruleOf,
} from "../../domain/parity-rules.ts";
import { nearestRank } from "../quantiles.ts";
import { compareTensors, type Comparison, type Mismatch, typeMismatch } from "./compare.ts";
import type { Scalar } from "./elements.ts";
import { joinExtremes } from "./extremes.ts";

/** One output of one case: what the trained model answered and what the replay did; undefined when it gave nothing. */
export interface OutputPair {
  readonly case: string;
  readonly name: string;
  readonly expected: Tensor;
  readonly actual: Tensor | undefined;
}

/** One output over all cases. Numbers are null when a mismatch leaves them without a finite value. */
export interface OutputReport {
  readonly name: string;
  readonly dtype: string;
  readonly cases: number;
  readonly elements: number;
  readonly rule: OutputRule;
  readonly max_abs_diff: number | null;
  readonly mean_abs_diff: number | null;
  /** 99th percentile by nearest rank. */
  readonly p99_abs_diff: number | null;
  /** Null too when all references are zero. */
  readonly max_rel_diff: number | null;
  /** Largest magnitude of a finite reference, over all cases. */
  readonly scale: number;
  /** max_abs_diff / scale, of floats; null where references have no scale: they are zero, or noise. */
  readonly scaled_diff: number | null;
  readonly extremes: readonly Extreme[] | null;
  readonly worst: WorstElement | null;
  readonly over_tolerance: number;
  readonly nan: Comparison["nan"];
  readonly infinite: Comparison["infinite"];
  /** Share of elements that equal their reference, for integers, booleans and strings; null for floats. */
  readonly label_agreement: number | null;
  readonly mismatches: readonly CaseMismatch[];
}

interface WorstElement {
  readonly case: string;
  readonly index: readonly number[];
  readonly expected: Scalar;
  readonly actual: Scalar;
}

interface CaseMismatch extends Mismatch {
  readonly case: string;
}

/** Compares all pairs and reports per output, in the order in which outputs first come. */
export function reportOutputs(pairs: readonly OutputPair[], blocks: readonly ParityBlock[]): OutputReport[] {
  const byName = Map.groupBy(pairs, ({ name }) => name);
  const reports = [...byName.values()].map((each) => reportOutput(each, blocks));
  const largest = Math.max(0, ...reports.map(({ dtype, scale }) => (isFloatDType(dtype) ? scale : 0)));
  return reports.map((report) => ({ ...report, scaled_diff: scaledDiff(report, largest) }));
}

interface CaseComparison {
  readonly case: string;
  readonly comparison: Comparison;
}

function reportOutput(pairs: readonly OutputPair[], blocks: readonly ParityBlock[]): OutputReport {
  const [{ name, expected }] = pairs as readonly [OutputPair, ...OutputPair[]];
  const { dtype } = expected;
  const rule = ruleOf(blocks, { name, dtype });
  const compared: CaseComparison[] = [];
  const mismatches: CaseMismatch[] = [];
  for (const pair of pairs) {
    const mismatch = pairMismatch(pair);
    if (mismatch) mismatches.push({ case: pair.case, ...mismatch });
    if (mismatch || !pair.actual) continue;
    const comparison = compareTensors(pair.expected, pair.actual, rule);
    compared.push({ case: pair.case, comparison });
    mismatches.push(...comparison.mismatches.map((found) => ({ case: pair.case, ...found })));
  }
  const comparisons = compared.map(({ comparison }) => comparison);
  const numbers = mismatches.length > 0 ? UNDEFINED : summarise(comparisons);
  const scale = Math.max(0, ...comparisons.map((one) => one.scale));
  const label_agreement = isFloatDType(dtype) ? null : agreement(compared);
  const counts = {
    cases: pairs.length,
    elements: total(compared, (c) => c.elements),
    over_tolerance: total(compared, (c) => c.overTolerance),
  };
  return {
    name,
    dtype,
    rule,
    ...counts,
    ...numbers,
    scale,
    scaled_diff: null,
    extremes: joinExtremes(comparisons.map((one) => one.extremes)),
    worst: worstOf(compared),
    ...specials(compared),
    label_agreement,
    mismatches,
  };
}

function pairMismatch(pair: OutputPair): Mismatch | undefined {
  if (pair.actual) return typeMismatch(pair.expected, pair.actual);
  return { code: "PARITY_OUTPUT_MISSING", message: "the model gave no such output" };
}

type Numbers = Pick<OutputReport, "max_abs_diff" | "mean_abs_diff" | "p99_abs_diff" | "max_rel_diff">;

const UNDEFINED: Numbers = {
  max_abs_diff: null,
  mean_abs_diff: null,
  p99_abs_diff: null,
  max_rel_diff: null,
};

function summarise(comparisons: readonly Comparison[]): Numbers {
  const diffs = joined(comparisons.map((comparison) => comparison.diffs)).sort();
  if (diffs.length === 0) return UNDEFINED;
  const relative = comparisons.flatMap(({ maxRelDiff }) => (maxRelDiff === null ? [] : [maxRelDiff]));
  return {
    max_abs_diff: nearestRank(diffs, 1),
    mean_abs_diff: finite(diffs.reduce((sum, diff) => sum + diff, 0) / diffs.length),
    p99_abs_diff: nearestRank(diffs, 0.99),
    max_rel_diff: relative.length === 0 ? null : finite(Math.max(...relative)),
  };
}

/** Sums and quotients of finite numbers may overflow; they stay as bad as a number can be. */
function finite(value: number): number {
  return Math.min(value, Number.MAX_VALUE);
}

function joined(arrays: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(arrays.reduce((sum, array) => sum + array.length, 0));
  let offset = 0;
  for (const array of arrays) {
    all.set(array, offset);
    offset += array.length;
  }
  return all;
}

/**
 * References this far below the largest of all outputs are what is left of sums that cancel out, computed in float64: the
 * imaginary part of a cosine's spectrum, for example. They count as zero. The largest counts as 1 at most: else a model could
 * hide the wrong sign of small answers behind a large constant output.
 */
const NOISE = 2 ** -40;

/** The largest difference of an output, measured by its largest reference. */
function scaledDiff(
  { dtype, rule, max_abs_diff: diff, scale }: OutputReport,
  largest: number,
): number | null {
  const hasScale = isFloatDType(dtype) && !rule.noise && scale > Math.min(largest, 1) * NOISE;
  return hasScale && diff !== null ? finite(diff / scale) : null;
}

function agreement(compared: readonly CaseComparison[]): number | null {
  const elements = total(compared, (comparison) => comparison.elements);
  return elements === 0 ? null : total(compared, (comparison) => comparison.equal) / elements;
}

function total(compared: readonly CaseComparison[], of: (comparison: Comparison) => number): number {
  return compared.reduce((sum, { comparison }) => sum + of(comparison), 0);
}

function specials(compared: readonly CaseComparison[]): Pick<OutputReport, "nan" | "infinite"> {
  const sides = (of: "nan" | "infinite") => ({
    expected: total(compared, (comparison) => comparison[of].expected),
    actual: total(compared, (comparison) => comparison[of].actual),
  });
  return { nan: sides("nan"), infinite: sides("infinite") };
}

function worstOf(compared: readonly CaseComparison[]): WorstElement | null {
  let found: { readonly case: string; readonly worst: Worst } | null = null;
  for (const { case: name, comparison } of compared) {
    const { worst } = comparison;
    if (worst && (!found || isWorse(worst, found.worst))) found = { case: name, worst };
  }
  if (!found) return null;
  const { index, expected, actual } = found.worst;
  return { case: found.case, index, expected, actual };
}

type Worst = NonNullable<Comparison["worst"]>;

function isWorse(one: Worst, other: Worst): boolean {
  return one.excess > other.excess || (one.excess === other.excess && one.diff > other.diff);
}
