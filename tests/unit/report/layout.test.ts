import stringWidth from "fast-string-width";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { plainText } from "../../../src/report/escape.ts";
import { layOutTable, wrap } from "../../../src/report/layout.ts";

test("text is broken at spaces, and a long word where it must be", () => {
  expect(wrap("the quick brown fox", 10)).toEqual(["the quick", "brown fox"]);
  expect(wrap("01234567::error", 8)).toEqual(["01234567", ": :error"]);
  expect(wrap("sha256:0123456789", 8)).toEqual(["sha256:0", "12345678", "9"]);
});

test("no line is wider than asked for, and none is a workflow command", () => {
  const text = fc.string({ unit: fc.constantFrom(":", "a", " ", "模", "#", "["), maxLength: 80 });
  fc.assert(
    fc.property(text, fc.integer({ min: 8, max: 20 }), (raw, width) => {
      for (const line of wrap(plainText(raw), width)) {
        expect(stringWidth(line)).toBeLessThanOrEqual(width);
        expect(line).not.toMatch(/^\s*::/);
      }
    }),
    { numRuns: 500 },
  );
});

test("a table is fitted by wrapping its widest cells", () => {
  const rows = [
    ["", "objective", "limit"],
    ["FAIL", "parity, max abs diff", "hard <= 1e-5"],
  ];
  expect(layOutTable(rows, 80)).toBe(
    "      objective             limit\nFAIL  parity, max abs diff  hard <= 1e-5",
  );
  expect(layOutTable(rows, 32)).toBe(
    "      objective     limit\nFAIL  parity, max   hard <= 1e-5\n      abs diff",
  );
});
