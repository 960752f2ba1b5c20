import { describe, expect, it } from "vitest";
import {
  MOST_EXTREMES,
  type OutputRule,
  type ParityBlock,
  ruleOf,
  SILENT,
} from "../../../../src/domain/parity-rules.ts";
import type { DType } from "../../../../src/domain/tensor.ts";
import { compareTensors, typeMismatch } from "../../../../src/measure/parity/compare.ts";
import { float16ToNumber } from "../../../../src/measure/parity/float16.ts";
import { tensor } from "../../../support/onnx-writer.ts";

const STRICT: OutputRule = { atol: 0, rtol: 0, nan_equal: false, inf_equal: false, noise: false };

function compare(
  dtype: DType,
  expected: readonly (number | bigint | string)[],
  actual: typeof expected,
  rule: Partial<OutputRule> = {},
) {
  const strict = { ...STRICT, ...rule };
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
  const within = (expected: number, actual: number, atol: number, rtol: number) =>
    compare("float64", [expected], [actual], { atol, rtol }).overTolerance === 0;

  it("is the larger of atol and rtol x |reference|: the reference is the expected side", () => {
    expect(within(1e10, 1.00001e10, 1e-8, 1e-5)).toBe(true);
    expect(within(1e-8, 1.1e-8, 1e-8, 1e-5)).toBe(true);
    expect(within(1.1e-8, 0, 1e-8, 1e-5)).toBe(false);
    expect(within(10, 11, 0, 0.1)).toBe(true);
    expect(within(-10, -11, 0, 0.1)).toBe(true);
    expect(within(11, 10, 0, 0.09)).toBe(false);
    expect(within(10, 11, 0, 0.09)).toBe(false);
    // The two are not added.
    expect(within(1, 1.15, 0.1, 0.1)).toBe(false);
  });

  it("counts under atol where the reference is zero", () => {
    expect(within(0, 1e-5, 1e-5, 1)).toBe(true);
    expect(within(0, 1.1e-5, 1e-5, 1)).toBe(false);
  });

  it("of float32 is exactly 1e-5 for every reference up to 1", () => {
    const rule = ruleOf([], { name: "y", dtype: "float32" });
    for (const reference of [0, 1e-9, 0.5, -1, 1]) {
      expect(within(reference, reference + 0.99e-5, rule.atol, rule.rtol)).toBe(true);
      expect(within(reference, reference + 1.01e-5, rule.atol, rule.rtol)).toBe(false);
    }
    expect(within(4e5, 4e5 + 3.9, rule.atol, rule.rtol)).toBe(true);
    expect(within(4e5, 4e5 + 4.1, rule.atol, rule.rtol)).toBe(false);
  });
});

describe("the rule of an output", () => {
  const block = (more: Partial<ParityBlock>): ParityBlock => ({ ...SILENT, ...more });
  const of = (blocks: readonly ParityBlock[], dtype = "float32", name = "y") =>
    ruleOf(blocks, { name, dtype });

  it.each([
    ["float16", 5e-3, 1e-3],
    ["bfloat16", 4e-2, 8e-3],
    ["float32", 1e-5, 1e-5],
    ["float64", 1e-9, 1e-9],
    ["int64", 0, 0],
    ["bool", 0, 0],
    ["string", 0, 0],
    ["no dtype", 0, 0],
  ])("of %s is %d and %d by default", (dtype, atol, rtol) => {
    expect(of([], dtype)).toEqual({ atol, rtol, nan_equal: false, inf_equal: false, noise: false });
    expect(of([SILENT], dtype)).toEqual(of([], dtype));
  });

  it("is that of its name before that of its dtype, key by key", () => {
    const one = block({
      tolerances: { float32: { atol: 1, rtol: 0.5 } },
      outputs: new Map([["y", { rtol: 0.25, nan_equal: true }]]),
      infEqual: true,
    });
    expect(of([one])).toEqual({ atol: 1, rtol: 0.25, nan_equal: true, inf_equal: true, noise: false });
    expect(of([one], "float32", "z")).toEqual({
      atol: 1,
      rtol: 0.5,
      nan_equal: false,
      inf_equal: true,
      noise: false,
    });
    expect(of([one], "float64", "z")).toMatchObject({ atol: 1e-9, rtol: 1e-9 });
  });

  it("is the strictest of several policies, number by number, and one that is silent has the defaults", () => {
    const one = block({ tolerances: { float32: { atol: 1, rtol: 1e-7 } }, nanEqual: true, infEqual: true });
    const two = block({ tolerances: { float32: { atol: 1e-7, rtol: 1 } }, nanEqual: true });
    expect(of([one, two])).toEqual({
      atol: 1e-7,
      rtol: 1e-7,
      nan_equal: true,
      inf_equal: false,
      noise: false,
    });
    expect(of([two, one])).toEqual(of([one, two]));
    expect(of([one, SILENT])).toEqual({
      atol: 1e-5,
      rtol: 1e-7,
      nan_equal: false,
      inf_equal: false,
      noise: false,
    });
  });

  it("of what is exact is loosened by no key", () => {
    const loose = { atol: 1e9, rtol: 1, nan_equal: true, inf_equal: true, noise: true };
    const one = block({ tolerances: { float32: loose }, outputs: new Map([["y", loose]]), nanEqual: true });
    for (const dtype of ["int64", "uint8", "bool", "string"]) expect(of([one], dtype)).toEqual(STRICT);
  });
});

describe("the extremes", () => {
  const extremes = (pairs: readonly [number, number][]) =>
    compare(
      "float64",
      pairs.map(([reference]) => reference),
      pairs.map(([reference, diff]) => reference + diff),
    ).extremes;

  it("are what decides under any tolerance", () => {
    expect(
      extremes([
        [1, 0],
        [1024, 8],
        [1, 0.5],
        [1024, 4],
        [2, 0.5],
        [0, 0.125],
      ]),
    ).toEqual([
      [8, 1024],
      [0.5, 1],
      [0.125, 0],
    ]);
    expect(extremes([[1, 0]])).toEqual([]);
  });

  it("are not kept where there are too many", () => {
    const falling = (count: number) =>
      Array.from({ length: count }, (_, at): [number, number] => [4 ** (count - at), 2 ** (count - at)]);
    expect(extremes(falling(20))).toHaveLength(20);
    const many = Array.from({ length: MOST_EXTREMES + 1 }, (_, at): [number, number] => [
      (1 + at) ** 2 * 1024,
      1 + at,
    ]);
    expect(extremes(many.slice(1))).toHaveLength(MOST_EXTREMES);
    expect(extremes(many)).toBeNull();
  });
});

describe("values that are not finite", () => {
  const rows: [string, number, number, { diff: number; code?: string }][] = [
    ["NaN, NaN", NaN, NaN, { diff: Infinity, code: "PARITY_NAN" }],
    ["NaN, 1", NaN, 1, { diff: Infinity, code: "PARITY_NAN" }],
    ["1, NaN", 1, NaN, { diff: Infinity, code: "PARITY_NAN" }],
    ["Inf, Inf", Infinity, Infinity, { diff: Infinity, code: "PARITY_INFINITE" }],
    ["-Inf, -Inf", -Infinity, -Infinity, { diff: Infinity, code: "PARITY_INFINITE" }],
    ["Inf, -Inf", Infinity, -Infinity, { diff: Infinity, code: "PARITY_INFINITE" }],
    ["Inf, 1e308", Infinity, 1e308, { diff: Infinity, code: "PARITY_INFINITE" }],
    ["1, Inf", 1, Infinity, { diff: Infinity, code: "PARITY_INFINITE" }],
    ["Inf, NaN", Infinity, NaN, { diff: Infinity, code: "PARITY_NAN" }],
    ["a difference that overflows", -1.7e308, 1.7e308, { diff: Infinity, code: "PARITY_INFINITE" }],
  ];

  it.each(rows)("%s, even under a generous tolerance", (_, expected, actual, { diff, code }) => {
    const found = compare("float64", [0, expected], [0, actual], { atol: 1e300, rtol: 1 });
    expect(found.diffs).toEqual(Float64Array.of(0, diff));
    expect(found.overTolerance).toBe(code ? 1 : 0);
    expect(found.mismatches.map((mismatch) => mismatch.code)).toEqual(code ? [code] : []);
  });

  it("NaN equals NaN at the same place only when the rule says so", () => {
    const rule = { nan_equal: true };
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

  it("infinities of one sign are equal at the same place only when the rule says so", () => {
    const rule = { inf_equal: true, noise: false };
    expect(compare("float32", [Infinity, -Infinity], [Infinity, -Infinity], rule)).toMatchObject({
      overTolerance: 0,
      mismatches: [],
    });
    expect(compare("float32", [Infinity], [-Infinity], rule).mismatches).toMatchObject([
      { code: "PARITY_INFINITE" },
    ]);
    expect(compare("float32", [NaN], [NaN], rule).mismatches).toMatchObject([{ code: "PARITY_NAN" }]);
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
      excess: Infinity,
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
    expect(found.worst).toEqual({
      index: [1],
      expected: "é",
      actual: "e\u0301",
      diff: Infinity,
      excess: Infinity,
    });
    expect(compare("string", ["a"], ["a"])).toMatchObject({ equal: 1, overTolerance: 0, mismatches: [] });
  });

  it("booleans are shown as such", () => {
    expect(compare("bool", [1, 0], [1, 1]).worst).toEqual({
      index: [1],
      expected: false,
      actual: true,
      diff: 1,
      excess: Infinity,
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
    const found = compareTensors(expected, actual, STRICT);
    expect(found.worst).toEqual({ index: [0, 1], expected: 0, actual: 1, diff: 1, excess: Infinity });
    expect(found.maxRelDiff).toBeNull();
  });

  it("is the one that exceeds its tolerance most, not the one that differs most", () => {
    const found = compare("float32", [4e5, 1, 1], [4e5 + 2, 1.5, 1], { atol: 1e-5, rtol: 1e-5 });
    expect(found.worst).toMatchObject({ index: [1], diff: 0.5 });
    expect(found.overTolerance).toBe(1);
  });

  it("of a scalar has no index, and of no elements there is none", () => {
    const scalar = (value: number) => tensor("y", "float64", [], [value]);
    expect(compareTensors(scalar(2), scalar(3), STRICT)).toMatchObject({
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
