import { digestOf } from "../../domain/digest.ts";
import { formatModelRef, type ModelRef, versionFolder } from "../../domain/model-ref.ts";
import { GateError, problem, type Problem, tried } from "../../errors.ts";
import type { RegistryPorts } from "./ports.ts";

/**
 * MANIFEST_VERSION_IMMUTABLE for every changed file of a version that the base commit holds already.
 * `changed` are paths that may differ; each is compared byte by byte.
 */
export async function immutableProblems(
  ports: RegistryPorts,
  of: { base: string; ref: ModelRef; changed: readonly string[] },
): Promise<Problem[]> {
  const folder = versionFolder(of.ref);
  const manifest = `${folder}/manifest.json`;
  if ((await ports.git.show(of.base, manifest)) === undefined) return [];
  if (await isYounger(ports, manifest)) return [];
  const mine = of.changed.filter((path) => path.startsWith(`${folder}/`));
  const differing = await Promise.all(
    mine.map(async (path) => ((await differs(ports, of.base, path)) ? [path] : [])),
  );
  return differing.flat().map((path) => edited(path, of.ref));
}

/** The base has a version that this branch never had: the branch is behind, nothing was removed. */
async function isYounger(ports: RegistryPorts, manifest: string): Promise<boolean> {
  if (await ports.files.readIfExists(manifest).catch(() => new Uint8Array())) return false;
  if (await ports.git.isShallow()) return false;
  return (await ports.git.history("HEAD", manifest)).length === 0;
}

async function differs(ports: RegistryPorts, base: string, path: string): Promise<boolean> {
  const before = await ports.git.show(base, path);
  const now = await currentDigest(ports, path);
  return (before && digestOf(before)) !== now;
}

/** Undefined when the file is gone; a link or another odd thing in its place differs from any file. */
async function currentDigest(ports: RegistryPorts, path: string): Promise<string | undefined> {
  const found = await tried(() => ports.files.digest(path));
  if (!(found instanceof GateError)) return found.digest;
  return found.code === "FILE_MISSING" ? undefined : found.code;
}

function edited(path: string, ref: ModelRef): Problem {
  const message = `${formatModelRef(ref)} is on the base branch already, and this file differs from it.`;
  return problem("MANIFEST_VERSION_IMMUTABLE", message, { where: { file: path } });
}
