import { digestOf } from "../../domain/digest.ts";
import { checkSchema } from "../../domain/document/check-schema.ts";
import type { Schema } from "../../domain/document/schema.ts";
import { JSON_SIZE_LIMIT, parseJson } from "../../domain/document/json.ts";
import { type ModelRef, versionFolder } from "../../domain/model-ref.ts";
import { tooManyFiles } from "../../domain/registry/check-files.ts";
import { fileNameProblems } from "../../domain/registry/file-names.ts";
import { contentProblem } from "../../domain/registry/forbidden-content.ts";
import { sidecarProblems } from "../../domain/registry/check-sidecar.ts";
import type { Evaluation } from "../../domain/registry/evaluation.ts";
import type { Sidecar } from "../../domain/registry/sidecar.ts";
import type { ParityRuntime, Training } from "../../domain/registry/training.ts";
import type { FolderFile, Typed, VersionFacts } from "../../domain/registry/version-facts.ts";
import { GateError, gateError, problem, type Problem, refuse, tried } from "../../errors.ts";
import { externalDataProblems } from "../../measure/onnx/external-data.ts";
import { inspectModel, type ModelFacts } from "../../measure/onnx/inspect-model.ts";
import type { FileDigest, FileEntry, Files } from "../../ports/files.ts";
import { BENCH_CLAIM_V1 } from "../../generated/bench-claim-v1.js";
import { EVALUATION_V1 } from "../../generated/evaluation-v1.js";
import { PARITY_CLAIM_V1 } from "../../generated/parity-claim-v1.js";
import { REFERENCE_V1 } from "../../generated/reference-v1.js";
import { SIDECAR_V1 } from "../../generated/sidecar-v1.js";
import { TRAINING_V1 } from "../../generated/training-v1.js";

const MODEL_LIMIT = 2 ** 31 - 1;
/** First bytes, by which a format is told. */
const HEAD = 512;

/** What was read of a version folder, why some of it could not be, and which files that concerns. */
export interface VersionReading {
  readonly facts: VersionFacts;
  readonly problems: readonly Problem[];
  /** Relative to the folder. */
  readonly unreadable: readonly string[];
  /** What the model declares; null when it could not be read. */
  readonly model: ModelFacts | null;
  /** Reads a file as the bytes that were hashed. FILE_CHANGED, FILE_*. */
  readonly readAgain: (path: string) => Promise<Uint8Array>;
}

/**
 * Reads a whole version folder but its manifest, collecting every problem of names, kinds, content and schemas:
 * FILE_*, MANIFEST_FILE_*, MANIFEST_ARTIFACT_NOT_ONNX, MODEL_*, DOCUMENT_*.
 */
export async function readVersionFolder(
  files: Files,
  ref: ModelRef,
  of: { artifact: string; expected: ReadonlyMap<string, string> },
): Promise<VersionReading> {
  const folder = versionFolder(ref);
  const entries = await entriesOf(files, folder);
  const problems = nameProblems(entries, folder);
  const read = new Reading(files, { folder, artifact: of.artifact, problems });
  const present = await read.digests(entries, of.expected);
  const json = async <T>(path: string) => {
    const found = present.find((file) => file.path === path);
    const schema = DOCUMENTS.get(path);
    return found && schema ? read.json<T>(found, schema) : null;
  };
  for (const path of ["reference.json", "bench.json"]) await json(path);
  const documents = {
    sidecar: await json<Sidecar>("sidecar.json"),
    training: await json<Training>("training.json"),
    parity: await json<ParityRuntime>("parity.json"),
    evaluation: await json<Evaluation>("evaluation.json"),
  };
  const model = await read.model(of.artifact, listedOf(present, of.expected));
  const facts: VersionFacts = { ref, folder, files: present, ...documents, model };
  const readAgain = (path: string) => read.again(path, present);
  return { facts, problems, unreadable: read.unreadable, model, readAgain };
}

/** The small files of a version that have a schema; the rest may be gigabytes. */
const DOCUMENTS: ReadonlyMap<string, Schema> = new Map([
  ["sidecar.json", SIDECAR_V1],
  ["training.json", TRAINING_V1],
  ["parity.json", PARITY_CLAIM_V1],
  ["evaluation.json", EVALUATION_V1],
  ["reference.json", REFERENCE_V1],
  ["bench.json", BENCH_CLAIM_V1],
]);

/**
 * What is wrong with the names of a version folder and with its small files, told before anything large is read:
 * FILE_*, MANIFEST_FILE_*, DOCUMENT_*, SIDECAR_*.
 */
export async function documentProblems(files: Files, ref: ModelRef): Promise<readonly Problem[]> {
  const folder = versionFolder(ref);
  const entries = await entriesOf(files, folder);
  const problems = nameProblems(entries, folder);
  const read = new Reading(files, { folder, artifact: null, problems });
  const small = entries.filter(({ path }) => DOCUMENTS.has(path.slice(folder.length + 1)));
  const present = await read.digests(small, new Map());
  for (const [path, schema] of DOCUMENTS) {
    const found = present.find((file) => file.path === path);
    const document = found && (await read.json(found, schema));
    if (document && path === "sidecar.json")
      problems.push(...sidecarProblems(document as Typed<Sidecar>, null));
  }
  return problems;
}

async function entriesOf(files: Files, folder: string): Promise<readonly FileEntry[]> {
  const entries = await files.list(folder);
  refuse(tooManyFiles(folder, entries.length));
  return entries.filter((entry) => entry.path !== `${folder}/manifest.json`);
}

function nameProblems(entries: readonly FileEntry[], folder: string): Problem[] {
  const names = entries.map((entry) => entry.path.slice(folder.length + 1));
  return fileNameProblems(names).map((p) => inFolder(p, folder));
}

/** Reads files one by one, each once; what is refused becomes a problem and null. */
class Reading {
  readonly unreadable: string[] = [];
  readonly #files: Files;
  readonly #folder: string;
  readonly #problems: Problem[];
  /** Bytes of files that are parsed after they were hashed. */
  readonly #kept = new Map<string, Uint8Array>();

  readonly #artifact: string | null;

  constructor(files: Files, of: { folder: string; artifact: string | null; problems: Problem[] }) {
    this.#files = files;
    this.#folder = of.folder;
    this.#artifact = of.artifact;
    this.#problems = of.problems;
  }

  async digests(entries: readonly FileEntry[], expected: ReadonlyMap<string, string>): Promise<FolderFile[]> {
    const present: FolderFile[] = [];
    for (const entry of entries) {
      const path = entry.path.slice(this.#folder.length + 1);
      const found = await this.#tried(async () => ({ path, ...(await this.#content(entry, path)) }));
      if (found === null) this.unreadable.push(path);
      else present.push(found);
      const odd = found && contentProblem(found, expected.get(path));
      if (odd) this.#problems.push(inFolder(odd, this.#folder));
    }
    return present;
  }

  async json<T>(found: FolderFile, schema: Schema): Promise<Typed<T> | null> {
    const file = `${this.#folder}/${found.path}`;
    return this.#tried(async () => {
      const document = parseJson(await this.#same(found, JSON_SIZE_LIMIT), file);
      return { document, value: checkSchema<T>(document, schema) };
    });
  }

  /** `listed` are the files that the manifest lists: the only ones that external data may be in. */
  async model(artifact: string, listed: readonly FolderFile[]): Promise<ModelFacts | null> {
    const file = `${this.#folder}/${artifact}`;
    const head = listed.find((one) => one.path === artifact);
    if (!head || contentProblem(head)) return null;
    return this.#tried(async () => {
      const facts = inspectModel(await this.#same(head, MODEL_LIMIT), file);
      const beside = listed.map((one) => ({ ...one, path: relativeTo(artifact, one.path) }));
      this.#problems.push(...externalDataProblems(facts.externalData, beside, file));
      return facts;
    });
  }

  async again(path: string, present: readonly FolderFile[]): Promise<Uint8Array> {
    const found = present.find((file) => file.path === path);
    if (found) return this.#same(found, found.size);
    const where = { file: `${this.#folder}/${path}` };
    throw gateError("FILE_CHANGED", "The file is gone since the version was checked.", { where });
  }

  /** What will be parsed is read as a whole and hashed; everything else is hashed as it streams by. */
  async #content({ path: file, size }: FileEntry, path: string): Promise<FileDigest> {
    const limit = path === this.#artifact ? MODEL_LIMIT : DOCUMENTS.has(path) ? JSON_SIZE_LIMIT : -1;
    if (size > limit) return this.#files.digest(file);
    const bytes = await this.#files.read(file, limit);
    this.#kept.set(path, bytes);
    return { digest: digestOf(bytes), size: bytes.length, head: Uint8Array.from(bytes.subarray(0, HEAD)) };
  }

  /** The bytes that were hashed: what is parsed must be what the manifest names. */
  async #same(found: FolderFile, limit: number): Promise<Uint8Array> {
    const file = `${this.#folder}/${found.path}`;
    const kept = this.#kept.get(found.path);
    this.#kept.delete(found.path);
    if (kept) return kept;
    const bytes = await this.#files.read(file, limit);
    if (digestOf(bytes) === found.digest) return bytes;
    throw gateError("FILE_CHANGED", "The file changed while the version was checked.", { where: { file } });
  }

  async #tried<T>(read: () => Promise<T>): Promise<T | null> {
    const found = await tried(read);
    if (!(found instanceof GateError)) return found;
    this.#problems.push(...found.problems);
    return null;
  }
}

function listedOf(present: readonly FolderFile[], expected: ReadonlyMap<string, string>): FolderFile[] {
  return present.filter((file) => expected.has(file.path));
}

/** External data is looked up beside the model file. */
function relativeTo(artifact: string, path: string): string {
  const base = artifact.slice(0, artifact.lastIndexOf("/") + 1);
  return path.startsWith(base) ? path.slice(base.length) : `../${path}`;
}

function inFolder(found: Problem, folder: string): Problem {
  const file = found.where?.file ?? "";
  return problem(found.code, found.message, { where: { file: `${folder}/${file}` }, fix: found.fix });
}
