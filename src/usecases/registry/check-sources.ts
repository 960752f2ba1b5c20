import { type Digest, digestOf } from "../../domain/digest.ts";
import type { ListedSource, Training } from "../../domain/registry/training.ts";
import type { Typed } from "../../domain/registry/version-facts.ts";
import { GateError, problem, type Problem, tried } from "../../errors.ts";
import type { RegistryPorts } from "./ports.ts";

/** Digests of files of the repository; undefined where there is no such file. FILE_*, GIT_*. */
export interface Sources {
  /** As the files are now. */
  now(path: string): Promise<Digest | undefined>;
  /** As they were when the version came. */
  atOrigin(path: string): Promise<Digest | undefined>;
}

/**
 * The code and data files that training.json lists, against the repository; code that has moved on since is looked up where
 * the version came from. Each path is read once. MANIFEST_TRAINER_CODE_CHANGED, …_MISSING, MANIFEST_DATASET_FILE_CHANGED,
 * MANIFEST_SOURCE_LISTED_TWICE, FILE_*.
 */
export async function sourceProblems(sources: Sources, training: Typed<Training>): Promise<Problem[]> {
  const read = { now: once((path) => sources.now(path)), atOrigin: once((path) => sources.atOrigin(path)) };
  const { code, dataset } = training.value;
  const problems = [
    ...listedTwice(training, "/code", code),
    ...listedTwice(training, "/dataset/files", dataset.files),
  ];
  for (const [index, source] of code.entries())
    problems.push(...(await codeProblems(read, { training, source, index })));
  for (const [index, source] of dataset.files.entries())
    problems.push(...(await dataProblems(read, { training, source, index })));
  return problems;
}

function listedTwice(training: Typed<Training>, pointer: string, listed: readonly ListedSource[]): Problem[] {
  const seen = new Set<string>();
  return listed.flatMap(({ path }, index) => {
    if (!seen.has(path)) {
      seen.add(path);
      return [];
    }
    const where = training.document.place(`${pointer}/${index}`);
    return [problem("MANIFEST_SOURCE_LISTED_TWICE", `${path} is listed twice.`, { where })];
  });
}

interface Listed {
  readonly training: Typed<Training>;
  readonly source: ListedSource;
  readonly index: number;
}

async function codeProblems(sources: Sources, of: Listed): Promise<readonly Problem[]> {
  const { path, sha256 } = of.source;
  const now = await tried(() => sources.now(path));
  if (now instanceof GateError) return now.problems;
  if (now === sha256) return [];
  const then = await tried(() => sources.atOrigin(path));
  if (then instanceof GateError) return then.problems;
  if (then === sha256) return [];
  const where = of.training.document.place(`/code/${of.index}`);
  if (now === undefined && then === undefined) {
    return [problem("MANIFEST_TRAINER_CODE_MISSING", `${path} is not there.`, { where })];
  }
  return [problem("MANIFEST_TRAINER_CODE_CHANGED", `${path} has other bytes than listed.`, { where })];
}

async function dataProblems(sources: Sources, of: Listed): Promise<readonly Problem[]> {
  const { path, sha256 } = of.source;
  const now = await tried(() => sources.now(path));
  if (now instanceof GateError) return now.problems;
  if (now === undefined || now === sha256) return [];
  const where = of.training.document.place(`/dataset/files/${of.index}`);
  return [problem("MANIFEST_DATASET_FILE_CHANGED", `${path} has the digest ${now}.`, { where })];
}

/** The files as they are, and those of the commit that added a version to this line. */
export function sourcesOf(ports: RegistryPorts, folder: string): Sources {
  const added = lazily(() => addingCommit(ports, `${folder}/manifest.json`));
  return {
    now: (path) => presentDigest(ports, path),
    atOrigin: async (path) => committedDigest(ports, await added(), path),
  };
}

async function presentDigest(ports: RegistryPorts, path: string): Promise<Digest | undefined> {
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
): Promise<Digest | undefined> {
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

/** One answer for each path, however often it is asked for. */
function once<T>(read: (path: string) => Promise<T>): (path: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (path) => {
    const found = known.get(path) ?? read(path);
    known.set(path, found);
    return found;
  };
}
