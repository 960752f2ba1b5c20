import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gateError } from "../../errors.ts";
import { BINDING, ENGINE_VERSION } from "./engine-assets.ts";

/** Where to look for ONNX Runtime. */
export interface EngineSources {
  /** A folder that somebody named: then it is there or nowhere. */
  readonly directory: string | undefined;
  /** Root of the repository whose models are judged. */
  readonly repository: string | undefined;
  /** The runner's tool cache (RUNNER_TOOL_CACHE). */
  readonly toolCache: string | undefined;
  /** Folder of modelgate itself; where this file is when left out. */
  readonly own?: string;
}

/** `isGoverned`: it lies in the repository under judgement, so only a published build may be loaded from there. */
export interface FoundEngine {
  readonly binding: string;
  readonly isGoverned: boolean;
}

const INSIDE = join("bin", "napi-v6", process.platform, process.arch, BINDING);

/**
 * The native binding, from: the named folder (flat, a package, a node_modules or its parent); node_modules at or above
 * modelgate itself; the repository's node_modules; the tool cache `ort/1.30.0-<sha>/<arch>`. ENGINE_MISSING lists them all.
 */
export function resolveEngine(sources: EngineSources): FoundEngine {
  const folders = candidates(sources);
  for (const { folder, isGoverned } of folders) {
    const binding = bindingIn(folder);
    if (binding !== undefined) return { binding, isGoverned };
  }
  const tried = folders.map(({ folder }) => folder).join(", ");
  throw gateError(
    "ENGINE_MISSING",
    `There is no ${BINDING} for ${process.platform}-${process.arch} in: ${tried}.`,
  );
}

function candidates(sources: EngineSources): { folder: string; isGoverned: boolean }[] {
  const { directory, repository, toolCache } = sources;
  if (directory !== undefined) return [{ folder: directory, isGoverned: false }];
  const own = nodeModulesAbove(sources.own ?? dirname(fileURLToPath(import.meta.url)));
  const governed = repository === undefined ? [] : [join(repository, "node_modules")];
  const cached = toolCache === undefined ? [] : cachedFolders(toolCache);
  return [
    ...own.map((folder) => ({ folder, isGoverned: false })),
    ...governed.map((folder) => ({ folder, isGoverned: true })),
    ...cached.map((folder) => ({ folder, isGoverned: false })),
  ];
}

function bindingIn(folder: string): string | undefined {
  const inPackage = join("onnxruntime-node", INSIDE);
  return [BINDING, INSIDE, inPackage, join("node_modules", inPackage)]
    .map((path) => join(folder, path))
    .find((path) => existsSync(path));
}

function nodeModulesAbove(start: string): string[] {
  const folders: string[] = [];
  for (let folder = start; ; folder = dirname(folder)) {
    folders.push(join(folder, "node_modules"));
    if (dirname(folder) === folder) return folders.filter((path) => existsSync(path));
  }
}

/** `<tool cache>/ort/1.30.0-<sha>/<arch>`, the newest name first. */
function cachedFolders(toolCache: string): string[] {
  const root = join(toolCache, "ort");
  if (!existsSync(root)) return [join(root, ENGINE_VERSION, process.arch)];
  const names = readdirSync(root).filter(
    (name) => name === ENGINE_VERSION || name.startsWith(`${ENGINE_VERSION}-`),
  );
  const versions = names.sort().reverse();
  return versions.map((name) => join(root, name, process.arch));
}
