import * as fc from "fast-check";
import picomatch from "picomatch";
import { expect, it } from "vitest";
import { isModelGlob, matchesModel } from "../../../src/policy/match.ts";

it("covers what picomatch covers", () => {
  const glob = fc
    .array(fc.constantFrom("a", "b", "1", ".", "_", "-", "*"), { minLength: 1, maxLength: 8 })
    .map((parts) => parts.join(""))
    // After three stars picomatch takes a dot for any character.
    .filter((pattern) => isModelGlob(pattern) && !pattern.includes("**"));
  const model = fc
    .array(fc.constantFrom("a", "b", "1", ".", "_", "-"), { maxLength: 6 })
    .map((parts) => `a${parts.join("")}b`);
  fc.assert(
    fc.property(glob, model, (pattern, id) => {
      expect(matchesModel([pattern], id)).toBe(picomatch.isMatch(id, pattern, { dot: true }));
    }),
    { numRuns: 5000 },
  );
});

it.each([
  ["flight-*", "flight-delay", true],
  ["flight-*", "flight", false],
  ["*", "anything", true],
  ["a.b", "axb", false],
  ["*.b", "a.b", true],
  ["a**b", "ab", true],
  ["***_.", "a_b", false],
  ["[ab]", "a", false],
  ["!a", "b", false],
])("%s on %s: %s", (glob, model, expected) => {
  expect(matchesModel([glob], model)).toBe(expected);
});

it("answers at once, whatever the pattern", () => {
  const glob = `${"*a".repeat(4)}b`;
  expect(isModelGlob(glob)).toBe(true);
  expect(matchesModel([glob], "a".repeat(64))).toBe(false);
  expect(matchesModel(["*"], "a".repeat(65))).toBe(false);
});
