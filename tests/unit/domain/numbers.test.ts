import { describe, expect, test } from "vitest";
import { formatBeside, formatChange, formatNumber, formatPercent } from "../../../src/domain/numbers.ts";

test.each([
  [0, "0"],
  [7.9, "7.9"],
  [1234.5, "1235"],
  [12_500, "12500"],
  [1.2e-7, "1.2e-7"],
  [2e12, "2e12"],
  [Number.NaN, "NaN"],
  [-Infinity, "-∞"],
])("%d reads %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test("a number keeps the digits that tell it from the one beside it", () => {
  expect(formatBeside(1.20004, 1.2)).toBe("1.20004");
  expect(formatBeside(1.2, 1.2)).toBe("1.2");
});

describe("shares in percent", () => {
  test.each([
    [0.0415, 20, "4.15 %"],
    [0.07, null, "7 %"],
    [0.2001, 20, "20.01 %"],
    [0.2, 20, "20 %"],
    [1, null, "100 %"],
  ])("%d beside %s reads %s", (share, other, text) => {
    expect(formatPercent(share, other)).toBe(text);
  });
});

test.each([
  [4.1, 7.9, "+93 %"],
  [1, 0.96, "-4 %"],
  [1, 1, "±0 %"],
  [0, 1, undefined],
])("from %d to %d is %s", (from, to, text) => {
  expect(formatChange(from, to)).toBe(text);
});
