import { formatTensorType, type Tensor } from "../../domain/tensor.ts";
import type { ReasonCode } from "../../domain/reasons/catalogue.ts";
import { indexOf, numbers, type Scalar, scalarAt } from "./elements.ts";
import type { Tolerance } from "./tolerance.ts";

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
  /** The element that differs most, the first of equals; null when there are no elements. */
  readonly worst: {
    readonly index: readonly number[];
    readonly expected: Scalar;
    readonly actual: Scalar;
    readonly diff: number;
  } | null;
  readonly overTolerance: number;
  /** Elements that equal their reference exactly. */
  readonly equal: number;
  readonly nan: { readonly expected: number; readonly actual: number };
  readonly infinite: { readonly expected: number; readonly actual: number };
  readonly mismatches: readonly Mismatch[];
}

/** How strict a comparison is. */
export interface Rule {
  readonly tolerance: Tolerance;
  readonly nanEqual: boolean;
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
 * Compares two tensors of one dtype and shape. NaN equals NaN at the same place only when the rule says so; infinities
 * must agree in sign. (numpy's isclose and ONNX Runtime's own comparer let an infinite reference make the tolerance
 * infinite; here anything that is not finite is decided before a tolerance is looked at.)
 */
export function compareTensors(expected: Tensor, actual: Tensor, rule: Rule): Comparison {
  const differ = differenceOf(expected, actual, rule);
  const count = expected.data.length;
  const diffs = new Float64Array(count);
  let [over, equal, worst, relative] = [0, 0, -1, -1];
  for (let at = 0; at < count; at++) {
    const { diff, scale } = differ(at);
    diffs[at] = diff;
    if (diff === 0) equal++;
    // Written so that NaN would count as over.
    if (!(diff <= rule.tolerance.atol + rule.tolerance.rtol * scale)) over++;
    if (scale > 0) relative = Math.max(relative, diff / scale);
    if (worst < 0 || diff > (diffs[worst] ?? 0)) worst = at;
  }
  const special = {
    nan: count2(expected, actual, Number.isNaN),
    infinite: count2(expected, actual, isInfinite),
  };
  const mismatches = mismatchesOf(expected, actual, diffs);
  const worstElement = worst < 0 ? null : elementAt(expected, actual, worst, diffs[worst] ?? 0);
  const maxRelDiff = relative < 0 ? null : relative;
  return {
    elements: count,
    diffs,
    maxRelDiff,
    worst: worstElement,
    overTolerance: over,
    equal,
    ...special,
    mismatches,
  };
}

/** Difference of an element, and the magnitude of its reference; 0 where that is not finite. */
type Difference = (at: number) => { readonly diff: number; readonly scale: number };

function differenceOf(expected: Tensor, actual: Tensor, rule: Rule): Difference {
  if (expected.dtype === "string") {
    return (at) => ({ diff: expected.data[at] === actual.data[at] ? 0 : Infinity, scale: 0 });
  }
  if (expected.dtype === "int64" || expected.dtype === "uint64")
    return bigDifference(expected.data, actual.data as BigInt64Array);
  const [before, after] = [numbers(expected), numbers(actual)];
  return (at) => numberDifference(before(at), after(at), rule.nanEqual);
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
  nanEqual: boolean,
): { diff: number; scale: number } {
  if (Number.isFinite(expected) && Number.isFinite(actual)) {
    return { diff: Math.abs(actual - expected), scale: Math.abs(expected) };
  }
  const isSame = Number.isNaN(expected) ? nanEqual && Number.isNaN(actual) : expected === actual;
  return { diff: isSame ? 0 : Infinity, scale: 0 };
}

const isInfinite = (value: number) => Math.abs(value) === Infinity;

function count2(expected: Tensor, actual: Tensor, test: (value: number) => boolean): Comparison["nan"] {
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
  diff: number,
): NonNullable<Comparison["worst"]> {
  return {
    index: indexOf(at, expected.dims),
    expected: scalarAt(expected, at),
    actual: scalarAt(actual, at),
    diff,
  };
}
