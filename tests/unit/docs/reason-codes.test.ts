import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { reasonCodesPage } from "../../../scripts/reason-codes.ts";

test("docs/reason-codes.md is what the catalogue says (npm run docs writes it)", () => {
  expect(readFileSync(new URL("../../../docs/reason-codes.md", import.meta.url), "utf8")).toBe(
    reasonCodesPage(),
  );
});
