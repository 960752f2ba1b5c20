import { expect, test } from "vitest";
import { didYouMean, nearestName } from "../../../src/domain/nearest-name.ts";

const EVENTS = ["PROMOTE_TO_SHADOW", "PROMOTE_TO_CANARY", "PROMOTE_TO_PRODUCTION"];

test.each([
  ["PROMOTE_TO_CANRY", "PROMOTE_TO_CANARY"],
  ["promote_to_prod", "PROMOTE_TO_PRODUCTION"],
  ["PROMOTE_TO_", "PROMOTE_TO_CANARY"],
  ["P", undefined],
  ["nonsense", undefined],
  ["x".repeat(101), undefined],
])("%s was meant to be %s", (wrong, meant) => {
  expect(nearestName(wrong, EVENTS)).toBe(meant);
});

test("says nothing when no name is near", () => {
  expect(didYouMean("nonsense", EVENTS)).toBe("");
  expect(didYouMean("shadow", ["SHADOW"])).toBe("Did you mean SHADOW?");
});
