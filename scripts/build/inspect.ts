import { isBuiltin } from "node:module";
import type { OutputChunk } from "rolldown";
import type { Bundle } from "./bundles.ts";
import { leftRequires } from "./left-requires.ts";

/**
 * What would make a bundle die or lie on another machine: an import that only a `node_modules` could satisfy, the native
 * engine swallowed into it, a file that should have been one but is many, or a path of the machine that built it.
 */
export function inspect(bundle: Bundle, chunks: readonly OutputChunk[], root: string): readonly string[] {
  const own = new Set(chunks.map((chunk) => chunk.fileName));
  const problems = chunks.flatMap((chunk) => [
    ...strayImports(bundle, chunk, own),
    ...swallowedEngine(chunk),
    ...(chunk.code.includes(root) ? [`${chunk.fileName} holds a path of this machine`] : []),
  ]);
  if (!bundle.split && chunks.length !== 1)
    problems.push(`${bundle.name} is ${chunks.length} files, not one`);
  return problems.map((text) => `${bundle.folder}/${bundle.name}.js: ${text}`);
}

function strayImports(bundle: Bundle, chunk: OutputChunk, own: ReadonlySet<string>): readonly string[] {
  const required = leftRequires(chunk.code).map((name) => name.replace(/^\.\//, ""));
  const named = new Set([...chunk.imports, ...chunk.dynamicImports, ...required]);
  const stray = [...named].filter((name) => !isBuiltin(name) && !own.has(name) && !isEngine(bundle, name));
  return stray.map((name) => `${chunk.fileName} needs "${name}" from a node_modules that will not be there`);
}

function isEngine(bundle: Bundle, name: string): boolean {
  return bundle.mayNameEngine && name === "onnxruntime-node";
}

function swallowedEngine(chunk: OutputChunk): readonly string[] {
  const inside = chunk.moduleIds.filter(
    (id) => /[\\/]onnxruntime-node[\\/]/.test(id) || id.endsWith(".node"),
  );
  return inside.map(
    () => `${chunk.fileName} swallowed onnxruntime-node, whose native files cannot be bundled`,
  );
}
