import { digestOf } from "../../domain/digest.ts";
import type { ListedSource, Training } from "../../domain/registry/training.ts";
import type { Typed, VersionFacts } from "../../domain/registry/version-facts.ts";
import { GateError, problem, type Problem, tried } from "../../errors.ts";
import type { RegistryPorts } from "./ports.ts";

/**
 * The code and data files that training.json lists, against the work tree; code that has moved on since is looked up in
 * the commit that added the version. MANIFEST_TRAINER_CODE_CHANGED, …_MISSING, MANIFEST_DATASET_FILE_CHANGED, FILE_*.
 */
export async function sourceProblems(ports: RegistryPorts, facts: VersionFacts): Promise<Problem[]> {
  const training = facts.training;
  if (!training) return [];
  const added = lazily(() => addingCommit(ports, `${facts.folder}/manifest.json`));
  const code = training.value.code.map((source, index) =>
    codeProblems(ports, added, { training, source, index }),
  );
  const data = training.value.dataset.files.map((source, index) =>
    dataProblems(ports, { training, source, index }),
  );
  return (await Promise.all([...code, ...data])).flat();
}

interface Listed {
  readonly training: Typed<Training>;
  readonly source: ListedSource;
  readonly index: number;
}

async function codeProblems(
  ports: RegistryPorts,
  added: () => Promise<string | undefined>,
  of: Listed,
): Promise<readonly Problem[]> {
  const { path, sha256 } = of.source;
  const now = await tried(() => treeDigest(ports, path));
  if (now instanceof GateError) return now.problems;
  if (now === sha256) return [];
  const then = await tried(async () => committedDigest(ports, await added(), path));
  if (then instanceof GateError) return then.problems;
  if (then === sha256) return [];
  const where = of.training.document.place(`/code/${of.index}`);
  if (now === undefined && then === undefined) {
    return [problem("MANIFEST_TRAINER_CODE_MISSING", `${path} is not there.`, { where })];
  }
  return [problem("MANIFEST_TRAINER_CODE_CHANGED", `${path} has other bytes than listed.`, { where })];
}

async function dataProblems(ports: RegistryPorts, of: Listed): Promise<readonly Problem[]> {
  const { path, sha256 } = of.source;
  const now = await tried(() => treeDigest(ports, path));
  if (now instanceof GateError) return now.problems;
  if (now === undefined || now === sha256) return [];
  const where = of.training.document.place(`/dataset/files/${of.index}`);
  return [problem("MANIFEST_DATASET_FILE_CHANGED", `${path} has the digest ${now}.`, { where })];
}

async function treeDigest(ports: RegistryPorts, path: string): Promise<string | undefined> {
  try {
    return (await ports.files.digest(path)).digest;
  } catch (error) {
    if (error instanceof GateError && error.code === "FILE_MISSING") return undefined;
    throw error;
  }
}

async function committedDigest(
  ports: RegistryPorts,
  commit: string | undefined,
  path: string,
): Promise<string | undefined> {
  const bytes = commit === undefined ? undefined : await ports.git.show(commit, path);
  return bytes && digestOf(bytes);
}

/** The oldest commit that touched the manifest; undefined while it is not committed. GIT_SHALLOW. */
async function addingCommit(ports: RegistryPorts, manifest: string): Promise<string | undefined> {
  if ((await ports.git.resolve("HEAD")) === undefined) return undefined;
  return (await ports.git.history("HEAD", manifest)).at(-1);
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
