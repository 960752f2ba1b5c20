import { expect, it } from "vitest";
import { counted } from "../../../src/domain/counted.ts";

it("one thing is told in the singular, none and many in the plural", () => {
  expect([0, 1, 2].map((count) => counted(count, "commit"))).toStrictEqual([
    "0 commits",
    "1 commit",
    "2 commits",
  ]);
});

it("a plural of its own is given", () => {
  expect([1, 3].map((count) => counted(count, "claim does", "claims do"))).toStrictEqual([
    "1 claim does",
    "3 claims do",
  ]);
});
