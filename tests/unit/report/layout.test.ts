import stringWidth from "fast-string-width";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { reasons } from "../../../src/domain/reasons/catalogue.ts";
import { plainText } from "../../../src/report/escape.ts";
import { fitted, flow, indented, layOutTable, wrap } from "../../../src/report/layout.ts";

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

describe("prose", () => {
  test("is broken at spaces, and never in a path, link or digest", () => {
    const path = "evidence/flight-delay/1.0.0/20261121T080000Z-1/verdict.json";
    expect(flow(`Look at ${path} again, please`, 20)).toEqual(["Look at", path, "again, please"]);
    expect(indented("  a list of things that is long", 20)).toEqual([
      "  a list of things",
      "    that is long",
    ]);
  });

  test.each([
    [
      "Fetch it with: git fetch --unshallow origin main",
      ["Fetch it with:", "  git fetch --unshallow origin main"],
    ],
    [
      "Look where it is with: modelgate status; then run it again",
      ["Look where it is with:", "  modelgate status;", "then run it again"],
    ],
    [
      'Run: modelgate rollback m --env prod --reason "it is. bad; so" (or not)',
      ["Run:", '  modelgate rollback m --env prod --reason "it is. bad; so"', "(or not)"],
    ],
    [
      "Make the pack with modelgate gate --out DIR, or leave it",
      ["Make the pack with", "modelgate gate --out DIR,", "or leave it"],
    ],
    [
      "It is said by modelgate trust list afterwards",
      ["It is said by", "modelgate trust list", "afterwards"],
    ],
    ["git merge --no-ff promote/prod/m   to merge it", ["git merge --no-ff promote/prod/m", "to merge it"]],
    ["modelgate itself failed so that it ended.", ["modelgate itself failed so", "that it ended."]],
  ])("%s", (text, lines) => {
    expect(flow(text, 26)).toEqual(lines);
    expect(flow(text, 80)).toEqual([text]);
  });

  test("loses no word, and is only wider where a word or a command is", () => {
    const word = fc.constantFrom(
      "git",
      "modelgate",
      "trust",
      "it",
      "is:",
      "now;",
      '"a',
      'b"',
      "--x",
      "y".repeat(30),
      "(z",
    );
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (words) => {
        const lines = flow(words.join(" "), 24);
        expect(lines.join(" ").split(/ +/).filter(Boolean)).toEqual(words);
        for (const line of lines.filter((one) => one.length > 24))
          expect(line.trim()).toMatch(/^(?:\S+|(?:git|modelgate) .*)$/);
      }),
      { numRuns: 500 },
    );
  });

  test("every remedy of the catalogue fits into 80 columns, but for commands", () => {
    const wide = Object.values(reasons)
      .flatMap(({ fix, meaning }) => fitted(`  ${meaning}\n  ${fix}`, 80).split("\n"))
      .filter((line) => line.length > 80);
    for (const line of wide) expect(line.trim()).toMatch(/^(?:modelgate|git) /);
  });
});
