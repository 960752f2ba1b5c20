import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { writeOutput } from "../../../scripts/build.ts";
import { compareBundles } from "../../../scripts/check-bundles.ts";

it("names what differs, what is missing and what is left over", async () => {
  const root = await mkdtemp(join(tmpdir(), "modelgate-bundles-"));
  const built = new Map([
    ["dist/same.js", "1"],
    ["dist/other.js", "1"],
    ["actions/dist/old.js", "1"],
  ]);
  await writeOutput(root, built);
  expect(await compareBundles(root, built)).toEqual([]);
  const fresh = new Map([
    ["dist/same.js", "1"],
    ["dist/other.js", "2"],
    ["actions/dist/new.js", "1"],
  ]);
  expect(await compareBundles(root, fresh)).toEqual([
    "actions/dist/old.js is left over from another build",
    "actions/dist/new.js is missing",
    "dist/other.js differs between two builds of the same sources",
  ]);
  await rm(root, { recursive: true });
});
