import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");

/** A file, a folder or a pattern of this project in backquotes; `docs/` also names files of the reader's own. */
const NAMED_PATH = /`((?:src|tests|scripts|bench|actions|schemas|templates)\/[^`\s<>]*)`/g;

const pages = globSync(["README.md", "docs/**/*.md"], { cwd: ROOT });

function namedPaths(page: string): string[] {
  return [...readFileSync(join(ROOT, page), "utf8").matchAll(NAMED_PATH)].flatMap(([, path]) => path ?? []);
}

test("every path of the project that a page names is there", () => {
  const named = pages.flatMap((page) => namedPaths(page).map((path) => ({ page, path })));
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter(({ path }) => globSync(path, { cwd: ROOT }).length === 0)).toEqual([]);
});
