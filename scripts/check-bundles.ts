import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { bundleAll } from "./build.ts";

const ROOT = resolve(import.meta.dirname, "..");

/** What differs between a fresh build and the files that another build left below `root`. */
export async function compareBundles(
  root: string,
  fresh: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const folders = ["dist", "actions/dist"];
  const names = await Promise.all(
    folders.map(async (folder) => (await readdir(join(root, folder))).map((name) => `${folder}/${name}`)),
  );
  const extra = names.flat().filter((path) => !fresh.has(path));
  const missing = [...fresh.keys()].filter((path) => !names.flat().includes(path));
  const both = [...fresh].filter(([path]) => !missing.includes(path));
  const texts = await Promise.all(both.map(([path]) => readFile(join(root, path), "utf8")));
  const differing = both.filter(([, text], at) => texts[at] !== text);
  return [
    ...extra.map((path) => `${path} is left over from another build`),
    ...missing.map((path) => `${path} is missing`),
    ...differing.map(([path]) => `${path} differs between two builds of the same sources`),
  ];
}

if (import.meta.main) {
  const problems = await compareBundles(ROOT, await bundleAll(ROOT));
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exitCode = problems.length > 0 ? 1 : 0;
  if (problems.length === 0) process.stdout.write("Two builds gave the same bytes.\n");
}
