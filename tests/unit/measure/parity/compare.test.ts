import { describe, expect, it } from "vitest";
import type { DType } from "../../../../src/domain/tensor.ts";
import { compareTensors, typeMismatch } from "../../../../src/measure/parity/compare.ts";
import { float16ToNumber } from "../../../../src/measure/parity/float16.ts";
import { defaultTolerance, toleranceOf } from "../../../../src/measure/parity/tolerance.ts";
import { tensor } from "../../../support/onnx-writer.ts";

function compare(
  dtype: DType,
  expected: readonly (number | bigint | string)[],
  actual: typeof expected,
  rule = {},
) {
  const strict = { tolerance: { atol: 0, rtol: 0 }, nanEqual: false, ...rule };
  const make = (values: typeof expected) => tensor("y", dtype, [values.length], values);
  return compareTensors(make(expected), make(actual), strict);
}

describe("float16", () => {
  it.each([
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x0001, 5.960464477539063e-8],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x3555, 0.333251953125],
    [0x0400, 2 ** -14],
    [0x03ff, 1023 * 2 ** -24],
    [0x8000, -0],
    [0x7e00, NaN],
  ])("%i is %d", (bits, value) => {
    expect(float16ToNumber(bits)).toBe(value);
  });

  it("is decoded before it is compared", () => {
    expect(compare("float16", [0x3c00], [0x3c01])).toMatchObject({
      diffs: Float64Array.of(2 ** -10),
      maxRelDiff: 2 ** -10,
      overTolerance: 1,
    });
  });
});

describe("the tolerance", () => {
  it("is atol + rtol x |reference|: the reference is the expected side", () => {
    const within = (expected: number, actual: number, tolerance: { atol: number; rtol: number }) =>
      compare("float64", [expected], [actual], { tolerance }).overTolerance === 0;
    expect(within(1e10, 1.00001e10, { rtol: 1e-5, atol: 1e-8 })).toBe(true);
    expect(within(1e-8, 1.1e-8, { rtol: 1e-5, atol: 1e-8 })).toBe(true);
    // numpy: isclose(0, 1.1e-8) is false.
    expect(within(1.1e-8, 0, { rtol: 1e-5, atol: 1e-8 })).toBe(false);
    expect(within(10, 11, { rtol: 0.1, atol: 0 })).toBe(true);
    expect(within(11, 10, { rtol: 0.09, atol: 0 })).toBe(false);
    expect(within(10, 11, { rtol: 0.09, atol: 0 })).toBe(false);
  });

  it("has defaults by dtype, which the caller may replace, never with nonsense", () => {
    expect(defaultTolerance("float32")).toEqual({ atol: 1e-5, rtol: 0 });
    expect(defaultTolerance("float64")).toEqual({ atol: 1e-9, rtol: 0 });
    expect(defaultTolerance("float16")).toEqual({ atol: 1e-2, rtol: 0 });
    expect(defaultTolerance("int64")).toEqual({ atol: 0, rtol: 0 });
    const own = (atol: number) => ({ outputs: new Map([["y", { atol }]]), nanEqual: false });
    expect(toleranceOf("y", "float32", own(0.5))).toEqual({ atol: 0.5, rtol: 0 });
    for (const atol of [NaN, Infinity, -1])
      expect(() => toleranceOf("y", "float32", own(atol))).toThrow(RangeError);
  });
});

describe("values that are not finite", () => {
  const rows: [string, number, number, { diff: number; code?: string }][] = [
    ["NaN, NaN", NaN, NaN, { diff: Infinity, code: "PARITY_NAN" }],
    ["NaN, 1", NaN, 1, { diff: Infinity, code: "PARITY_NAN" }],
    ["1, NaN", 1, NaN, { diff: Infinity, code: "PARITY_NAN" }],
    ["Inf, Inf", Infinity, Infinity, { diff: 0 }],
    ["-Inf, -Inf", -Infinity, -Infinity, { diff: 0 }],
    ["Inf, -Inf", Infinity, -Infinity, { diff: Infinity, code: "PARITY_INFINITE" }],
    ["Inf, 1e308", Infinity, 1e308, { diff: Infinity, code: "PARITY_INFINITE" }],
    ["1, Inf", 1, Infinity, { diff: Infinity, code: "PARITY_INFINITE" }],
    ["Inf, NaN", Infinity, NaN, { diff: Infinity, code: "PARITY_NAN" }],
    ["a difference that overflows", -1.7e308, 1.7e308, { diff: Infinity, code: "PARITY_INFINITE" }],
  ];

  it.each(rows)("%s, even under a generous tolerance", (_, expected, actual, { diff, code }) => {
    const found = compare("float64", [0, expected], [0, actual], { tolerance: { atol: 1e300, rtol: 1 } });
    expect(found.diffs).toEqual(Float64Array.of(0, diff));
    expect(found.overTolerance).toBe(code ? 1 : 0);
    expect(found.mismatches.map((mismatch) => mismatch.code)).toEqual(code ? [code] : []);
  });

  it("NaN equals NaN at the same place only when the rule says so", () => {
    const rule = { nanEqual: true };
    expect(compare("float32", [NaN, 1], [NaN, 1], rule)).toMatchObject({
      overTolerance: 0,
      mismatches: [],
      nan: { expected: 1, actual: 1 },
    });
    expect(compare("float32", [NaN, 1], [1, NaN], rule)).toMatchObject({
      overTolerance: 2,
      nan: { expected: 1, actual: 1 },
    });
  });

  it("are counted on each side", () => {
    const found = compare("float32", [NaN, Infinity, 1, 2], [NaN, -Infinity, Infinity, NaN]);
    expect(found).toMatchObject({ nan: { expected: 1, actual: 2 }, infinite: { expected: 1, actual: 2 } });
  });
});

describe("other dtypes", () => {
  it("int64 is exact beyond 2^53", () => {
    const found = compare("int64", [9007199254740993n], [9007199254740992n]);
    expect(found).toMatchObject({ overTolerance: 1, equal: 0, diffs: Float64Array.of(1) });
    expect(found.worst).toEqual({
      index: [0],
      expected: "9007199254740993",
      actual: "9007199254740992",
      diff: 1,
    });
    expect(compare("int64", [-(2n ** 63n)], [2n ** 63n - 1n]).diffs[0]).toBe(2 ** 64);
    expect(compare("uint64", [2n ** 64n - 1n], [2n ** 64n - 2n]).diffs[0]).toBe(1);
  });

  it("strings are equal or not", () => {
    const found = compare("string", ["a", "é"], ["a", "e\u0301"]);
    expect(found).toMatchObject({
      equal: 1,
      overTolerance: 1,
      mismatches: [{ code: "PARITY_TEXT_DIFFERS" }],
    });
    expect(found.worst).toEqual({ index: [1], expected: "é", actual: "e\u0301", diff: Infinity });
    expect(compare("string", ["a"], ["a"])).toMatchObject({ equal: 1, overTolerance: 0, mismatches: [] });
  });

  it("booleans are shown as such", () => {
    expect(compare("bool", [1, 0], [1, 1]).worst).toEqual({
      index: [1],
      expected: false,
      actual: true,
      diff: 1,
    });
  });

  it("-0 equals 0", () => {
    expect(compare("float32", [0], [-0])).toMatchObject({ equal: 1, overTolerance: 0 });
  });
});

describe("the worst element", () => {
  it("is the first of the largest, by its row-major index", () => {
    const expected = tensor("y", "float64", [2, 3], [0, 0, 0, 0, 0, 0]);
    const actual = tensor("y", "float64", [2, 3], [0, 1, 0, 0, 0, -1]);
    const found = compareTensors(expected, actual, { tolerance: { atol: 0, rtol: 0 }, nanEqual: false });
    expect(found.worst).toEqual({ index: [0, 1], expected: 0, actual: 1, diff: 1 });
    expect(found.maxRelDiff).toBeNull();
  });

  it("of a scalar has no index, and of no elements there is none", () => {
    const scalar = (value: number) => tensor("y", "float64", [], [value]);
    const rule = { tolerance: { atol: 0, rtol: 0 }, nanEqual: false };
    expect(compareTensors(scalar(2), scalar(3), rule)).toMatchObject({
      worst: { index: [] },
      maxRelDiff: 0.5,
    });
    expect(compare("float64", [], [])).toMatchObject({ elements: 0, worst: null });
  });
});

describe("type mismatches", () => {
  const f32 = (dims: number[]) =>
    tensor("y", "float32", dims, Array<number>(dims.reduce((a, b) => a * b, 1)).fill(0));
  it("name both sides", () => {
    expect(typeMismatch(f32([2]), tensor("y", "float64", [2], [0, 0]))).toEqual({
      code: "PARITY_DTYPE_MISMATCH",
      message: "expected float32[2], got float64[2]",
    });
    expect(typeMismatch(f32([2, 1]), f32([2]))?.code).toBe("PARITY_SHAPE_MISMATCH");
    expect(typeMismatch(f32([1, 2]), f32([2, 1]))?.code).toBe("PARITY_SHAPE_MISMATCH");
    expect(typeMismatch(f32([]), f32([1]))?.code).toBe("PARITY_SHAPE_MISMATCH");
    expect(typeMismatch(f32([1, 2]), f32([1, 2]))).toBeUndefined();
  });
});
