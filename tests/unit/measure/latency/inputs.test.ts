import { describe, expect, it } from "vitest";
import { hasOpenDimension, inputDifferences } from "../../../../src/measure/latency/inputs.ts";

const input = (name: string, dtype: string, shape: readonly (number | string | null)[] | null) => ({
  name,
  dtype,
  shape,
  isTensor: true,
});

describe("inputs of two models", () => {
  it("are the same whatever their order and the names of their symbolic dims", () => {
    const candidate = [input("x", "float32", ["N", 3]), input("rate", "int64", [])];
    const live = [input("rate", "int64", []), input("x", "float32", [null, 3])];
    expect(inputDifferences(candidate, live)).toEqual([]);
    expect(inputDifferences([input("x", "float32", null)], [input("x", "float32", null)])).toEqual([]);
  });

  it.each([
    [
      "name",
      input("y", "float32", ["N", 3]),
      ['the candidate has no input "x"', 'the live model has no input "y"'],
    ],
    ["dtype", input("x", "float64", ["N", 3]), ['input "x" is float64[N,3], in the live model float32[N,3]']],
    [
      "fixed dim",
      input("x", "float32", ["N", 4]),
      ['input "x" is float32[N,4], in the live model float32[N,3]'],
    ],
    [
      "dim that is fixed on one side",
      input("x", "float32", [1, 3]),
      ['input "x" is float32[1,3], in the live model float32[N,3]'],
    ],
    ["rank", input("x", "float32", ["N"]), ['input "x" is float32[N], in the live model float32[N,3]']],
    ["declared rank", input("x", "float32", null), ['input "x" is float32, in the live model float32[N,3]']],
  ])("differ by %s", (_, candidate, expected) => {
    expect(inputDifferences([candidate], [input("x", "float32", ["N", 3])])).toEqual(expected);
  });

  it("are open when any dimension is", () => {
    expect(hasOpenDimension([input("x", "float32", [1, 3]), input("s", "int64", [])])).toBe(false);
    expect(hasOpenDimension([input("x", "float32", [1, "T"])])).toBe(true);
    expect(hasOpenDimension([input("x", "float32", [1, null])])).toBe(true);
    expect(hasOpenDimension([input("x", "float32", null)])).toBe(true);
  });
});
