import { formatModelRef, type ModelRef } from "../../domain/model-ref.ts";
import { misnamedProblem, registryPlace } from "../../domain/registry/version-paths.ts";
import type { Problem } from "../../errors.ts";
import type { Files } from "../../ports/files.ts";
import type { RegistryPorts } from "./ports.ts";

/** Which versions to look at, and what their folders' names are worth. */
export interface Selection {
  readonly versions: readonly ModelRef[];
  /** Paths of the registry that differ from the base; null when that was not asked. */
  readonly changed: readonly string[] | null;
  readonly problems: readonly Problem[];
}

/** Versions with a file that differs from `base`: committed since, changed in the work tree, or untracked. */
export async function changedVersions(
  ports: RegistryPorts,
  base: string,
): Promise<Selection & { readonly changed: readonly string[] }> {
  const [committed, dirty] = await Promise.all([
    ports.git.changed(base, "HEAD"),
    ports.git.dirty(["models"]),
  ]);
  const changed = [...new Set([...committed, ...dirty])].filter((path) => path.startsWith("models/")).sort();
  return { ...select(changed), changed };
}

/** All versions of the registry, or those at or below the given paths. */
export async function versionsBelow(files: Files, paths: readonly string[]): Promise<Selection> {
  const folders = await registryFolders(files, paths);
  return { ...select(folders), changed: null };
}

async function registryFolders(files: Files, paths: readonly string[]): Promise<readonly string[]> {
  const folders: string[] = [];
  for (const id of await files.folders("models")) {
    if (!paths.length || paths.some((path) => touches(path, `models/${id}`))) {
      const names = await files.folders(`models/${id}`);
      folders.push(...names.map((name) => `models/${id}/${name}`));
    }
  }
  return paths.length ? folders.filter((folder) => paths.some((path) => touches(path, folder))) : folders;
}

/** One lies at or below the other. */
function touches(path: string, folder: string): boolean {
  const asked = path.replace(/\/+$/, "");
  return asked === folder || folder.startsWith(`${asked}/`) || asked.startsWith(`${folder}/`);
}

function select(paths: readonly string[]): { versions: readonly ModelRef[]; problems: readonly Problem[] } {
  const versions = new Map<string, ModelRef>();
  const misnamed = new Set<string>();
  for (const path of paths) {
    const place = registryPlace(path);
    if (place.kind === "version") versions.set(formatModelRef(place.ref), place.ref);
    if (place.kind === "misnamed") misnamed.add(place.folder);
  }
  return { versions: [...versions.values()], problems: [...misnamed].map(misnamedProblem) };
}
