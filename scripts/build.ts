import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { generate, listBundles } from "./build/bundles.ts";
import { inspect } from "./build/inspect.ts";
import { licencesOf } from "./build/licences.ts";

const ROOT = resolve(import.meta.dirname, "..");

/** Path below the output root -> text. */
type Output = ReadonlyMap<string, string>;

/** Bundles everything in memory, or throws one error that lists every bundle that would not run elsewhere. */
export async function bundleAll(root: string): Promise<Output> {
  const output = new Map<string, string>();
  const problems: string[] = [];
  for (const bundle of listBundles(root)) {
    const chunks = await generate(root, bundle);
    problems.push(...inspect(bundle, chunks, root));
    for (const chunk of chunks) output.set(`${bundle.folder}/${chunk.fileName}`, chunk.code);
    const licences = licencesOf(chunks);
    if (licences !== "") output.set(`${bundle.folder}/${bundle.name}.licences.txt`, licences);
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
  // An action runs from a copy of this repository or of this folder alone: both must say that `.js` is ESM here.
  return output.set("actions/dist/package.json", `${JSON.stringify({ type: "module" })}\n`);
}

/** Writes only what changed, each file atomically, and removes what a former build left behind. */
export async function writeOutput(outputRoot: string, output: Output): Promise<void> {
  for (const [path, text] of output) await replace(join(outputRoot, path), text);
  for (const folder of ["dist", "actions/dist"]) await sweep(outputRoot, folder, output);
}

async function replace(path: string, text: string): Promise<void> {
  if (existsSync(path) && (await readFile(path, "utf8")) === text) return;
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, text);
  await rename(temporary, path);
}

async function sweep(outputRoot: string, folder: string, output: Output): Promise<void> {
  for (const name of await readdir(join(outputRoot, folder))) {
    const stale = !output.has(`${folder}/${name}`) && !name.endsWith(".tmp");
    if (stale) await rm(join(outputRoot, folder, name), { recursive: true, force: true });
  }
}

async function main(outputRoot: string): Promise<void> {
  const { compileSchemas } = await import("./compile-schemas.ts");
  const { compileTemplates } = await import("./compile-templates.ts");
  compileSchemas();
  compileTemplates();
  const output = await bundleAll(ROOT);
  await writeOutput(outputRoot, output);
  process.stdout.write(`Built ${output.size} files below ${outputRoot}.\n`);
}

if (import.meta.main) await main(resolve(process.argv[2] ?? ROOT));
