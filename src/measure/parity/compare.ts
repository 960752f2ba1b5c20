import { formatTensorType, type Tensor } from "../../domain/tensor.ts";
import { type Extreme, isWithin, type OutputRule } from "../../domain/parity-rules.ts";
import type { ReasonCode } from "../../domain/reasons/catalogue.ts";
import { indexOf, numbers, type Scalar, scalarAt } from "./elements.ts";
import { Extremes } from "./extremes.ts";

/** Two tensors that cannot be compared number by number, or that differ where no number says how much. */
export interface Mismatch {
  readonly code: Extract<ReasonCode, `PARITY_${string}`>;
  readonly message: string;
}

/** One output of one case, element by element. */
export interface Comparison {
  readonly elements: number;
  /** |actual - expected| in float64; +Infinity where one of them is not finite, or a text differs. */
  readonly diffs: Float64Array;
  /** Largest |actual - expected| / |expected| where the reference is not zero; null when it is zero everywhere. */
  readonly maxRelDiff: number | null;
  /** Largest |expected| that is finite; 0 for texts. */
  readonly scale: number;
  /** The differences that decide under any tolerance; see `ComparedOutput`. */
  readonly extremes: readonly Extreme[] | null;
  /** The element that exceeds its tolerance most, of equals the largest, then the first; null when there are no elements. */
  readonly worst: {
    readonly index: readonly number[];
    readonly expected: Scalar;
    readonly actual: Scalar;
    readonly diff: number;
    /** Difference by tolerance: above 1 it is over; Infinity where nothing is allowed, 0 where nothing differs. */
    readonly excess: number;
  } | null;
  readonly overTolerance: number;
  /** Elements that equal their reference exactly. */
  readonly equal: number;
  readonly nan: { readonly expected: number; readonly actual: number };
  readonly infinite: { readonly expected: number; readonly actual: number };
  readonly mismatches: readonly Mismatch[];
}

/** What is wrong with dtype or shape; undefined when the elements can be compared. */
export function typeMismatch(expected: Tensor, actual: Tensor): Mismatch | undefined {
  const said = `expected ${formatTensorType(expected.dtype, expected.dims)}, got ${formatTensorType(actual.dtype, actual.dims)}`;
  if (expected.dtype !== actual.dtype) return { code: "PARITY_DTYPE_MISMATCH", message: said };
  const isSame =
    expected.dims.length === actual.dims.length &&
    expected.dims.every((dim, axis) => dim === actual.dims[axis]);
  return isSame ? undefined : { code: "PARITY_SHAPE_MISMATCH", message: said };
}

/**
 * Compares two tensors of one dtype and shape. NaN and infinities equal themselves at the same place only when the rule
 * says so. (numpy's isclose and ONNX Runtime's own comparer let an infinite reference make the tolerance infinite; here
 * anything that is not finite is decided before a tolerance is looked at.)
 */
export function compareTensors(expected: Tensor, actual: Tensor, rule: OutputRule): Comparison {
  const differ = differenceOf(expected, actual, rule);
  const count = expected.data.length;
  const diffs = new Float64Array(count);
  const extremes = new Extremes();
  const worst = new Worst(rule);
  let [over, equal, relative, largest] = [0, 0, -1, 0];
  for (let at = 0; at < count; at++) {
    const { diff, scale } = differ(at);
    diffs[at] = diff;
    if (diff === 0) equal++;
    if (!isWithin(rule, diff, scale)) over++;
    if (scale > 0) relative = Math.max(relative, diff / scale);
    if (diff < Infinity) extremes.add(diff, scale);
    largest = Math.max(largest, scale);
    worst.see(at, diff, scale);
  }
  return {
    elements: count,
    diffs,
    maxRelDiff: relative < 0 ? null : relative,
    scale: largest,
    extremes: extremes.list(),
    worst: worst.at < 0 ? null : { ...elementAt(expected, actual, worst.at), ...worst.numbers() },
    overTolerance: over,
    equal,
    nan: countBoth(expected, actual, Number.isNaN),
    infinite: countBoth(expected, actual, isInfinite),
    mismatches: mismatchesOf(expected, actual, diffs),
  };
}

/** The element that exceeds its tolerance most. */
class Worst {
  readonly #rule: OutputRule;
  #excess = -1;
  #diff = -1;
  at = -1;

  constructor(rule: OutputRule) {
    this.#rule = rule;
  }

  see(at: number, diff: number, scale: number): void {
    const excess = diff === 0 ? 0 : diff / Math.max(this.#rule.atol, this.#rule.rtol * scale);
    if (excess < this.#excess || (excess === this.#excess && diff <= this.#diff)) return;
    [this.#excess, this.#diff, this.at] = [excess, diff, at];
  }

  numbers(): { readonly diff: number; readonly excess: number } {
    return { diff: this.#diff, excess: this.#excess };
  }
}

/** Difference of an element, and the magnitude of its reference; 0 where that is not finite. */
type Difference = (at: number) => { readonly diff: number; readonly scale: number };

function differenceOf(expected: Tensor, actual: Tensor, rule: OutputRule): Difference {
  if (expected.dtype === "string") {
    return (at) => ({ diff: expected.data[at] === actual.data[at] ? 0 : Infinity, scale: 0 });
  }
  if (expected.dtype === "int64" || expected.dtype === "uint64")
    return bigDifference(expected.data, actual.data as BigInt64Array);
  const [before, after] = [numbers(expected), numbers(actual)];
  return (at) => numberDifference(before(at), after(at), rule);
}

function bigDifference(
  expected: BigInt64Array | BigUint64Array,
  actual: BigInt64Array | BigUint64Array,
): Difference {
  return (at) => {
    const [before, after] = [expected[at] ?? 0n, actual[at] ?? 0n];
    const diff = after > before ? after - before : before - after;
    return { diff: Number(diff), scale: Math.abs(Number(before)) };
  };
}

function numberDifference(
  expected: number,
  actual: number,
  rule: OutputRule,
): { diff: number; scale: number } {
  if (Number.isFinite(expected) && Number.isFinite(actual)) {
    return { diff: Math.abs(actual - expected), scale: Math.abs(expected) };
  }
  const isSame = Number.isNaN(expected)
    ? rule.nan_equal && Number.isNaN(actual)
    : rule.inf_equal && expected === actual;
  return { diff: isSame ? 0 : Infinity, scale: 0 };
}

const isInfinite = (value: number) => Math.abs(value) === Infinity;

function countBoth(expected: Tensor, actual: Tensor, test: (value: number) => boolean): Comparison["nan"] {
  return { expected: countWhere(expected, test), actual: countWhere(actual, test) };
}

function countWhere(tensor: Tensor, test: (value: number) => boolean): number {
  if (tensor.dtype !== "float32" && tensor.dtype !== "float64" && tensor.dtype !== "float16") return 0;
  const read = numbers(tensor);
  let count = 0;
  for (let at = 0; at < tensor.data.length; at++) if (test(read(at))) count++;
  return count;
}

/** One mismatch for the first element that no finite number can tell the difference of. */
function mismatchesOf(expected: Tensor, actual: Tensor, diffs: Float64Array): Mismatch[] {
  const at = diffs.indexOf(Infinity);
  if (at < 0) return [];
  const [before, after] = [scalarAt(expected, at), scalarAt(actual, at)];
  const message = `at [${indexOf(at, expected.dims).join(",")}] expected ${JSON.stringify(before)}, got ${JSON.stringify(after)}`;
  if (expected.dtype === "string") return [{ code: "PARITY_TEXT_DIFFERS", message }];
  return [{ code: before === "NaN" || after === "NaN" ? "PARITY_NAN" : "PARITY_INFINITE", message }];
}

function elementAt(
  expected: Tensor,
  actual: Tensor,
  at: number,
): Pick<NonNullable<Comparison["worst"]>, "index" | "expected" | "actual"> {
  return {
    index: indexOf(at, expected.dims),
    expected: scalarAt(expected, at),
    actual: scalarAt(actual, at),
  };
}
