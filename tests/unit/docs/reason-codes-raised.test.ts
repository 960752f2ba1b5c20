import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { reasons } from "../../../src/domain/reasons/catalogue.ts";

const SOURCES = resolve(import.meta.dirname, "../../../src");

/** All sources but the catalogue, without comments and without the places that only compare with a code. */
function raisingSources(): string {
  return globSync("**/*.ts", { cwd: SOURCES })
    .filter((path) => !path.startsWith(join("domain", "reasons")))
    .map((path) => readFileSync(join(SOURCES, path), "utf8"))
    .join("\n")
    .replaceAll(/(?:[!=]==|\bcase) "[A-Z0-9_]+"/g, "")
    .replaceAll(/\/\*[^]*?\*\//g, "")
    .replaceAll(/^\s*\/\/.*$/gm, "");
}

test("every reason code of the catalogue is given somewhere in the sources", () => {
  const sources = raisingSources();
  const named = (code: string): boolean => new RegExp(`\\b${code}\\b`).test(sources);
  expect(Object.keys(reasons).filter((code) => !named(code))).toEqual([]);
  expect(named("LEDGER_NOTHING_OF_THE_KIND")).toBe(false);
});
