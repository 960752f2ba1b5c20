import type { Digest } from "../../domain/digest.ts";
import { checkSchema } from "../../domain/document/check-schema.ts";
import { documentAt } from "../../domain/document/document.ts";
import { JSON_SIZE_LIMIT, parseJson } from "../../domain/document/json.ts";
import { fileProblems, requiredProblems, tooManyFiles } from "../../domain/registry/check-files.ts";
import { manifestProblems } from "../../domain/registry/check-manifest.ts";
import { fileNameProblems } from "../../domain/registry/file-names.ts";
import type { BlobContent } from "../../domain/registry/lfs-pointer.ts";
import type { Training } from "../../domain/registry/training.ts";
import type { FolderFile, Typed, VersionFacts } from "../../domain/registry/version-facts.ts";
import { GateError, gateError, problem, type Problem, refuse, tried } from "../../errors.ts";
import { TRAINING_V1 } from "../../generated/training-v1.js";
import { type Sources, sourceProblems } from "./check-sources.ts";
import type { ReadVersion } from "./load-version.ts";

/** One entry of a tree that is no folder. */
export interface TreeFile {
  /** Relative to the repository's root. */
  readonly path: string;
  /** `100644`, `100755`, `120000` a symlink, `160000` a submodule. */
  readonly mode: string;
  readonly id: string;
}

/** Folders of one commit. GIT_OBJECT_*. */
export interface CommittedFolders {
  /** Everything but folders below a folder. */
  below(folder: string): Promise<readonly TreeFile[]>;
  /** Of a blob of any size. */
  content(id: string): Promise<BlobContent>;
}

/** The whole tree of one commit. GIT_OBJECT_*. */
export interface CommittedTree extends CommittedFolders {
  /** What is at a path; undefined when there is nothing, or a folder. */
  at(path: string): Promise<TreeFile | undefined>;
  read(id: string): Promise<Uint8Array>;
}

/** Where the training code and data of a version are looked up. */
export interface SourceTrees {
  readonly tree: CommittedTree;
  /** Finds what the tree does not have as listed. */
  readonly atOrigin: Sources["atOrigin"];
  /** What blobs of the same repository were read as, training.json for one, and how one is read that is new. */
  readonly trainings: Trainings;
}

/** Blobs that were read as training.json, by their ids. The refusal of one is a value: it is of those bytes at any path. */
export interface Trainings {
  get(blob: string, read: () => Promise<Typed<Training> | GateError>): Promise<Typed<Training> | GateError>;
}

/** What a commit holds of a version. */
export interface CommittedVersion {
  readonly problems: readonly Problem[];
  /** Files that Git holds as Git LFS pointers to the listed bytes, relative to the repository's root. */
  readonly inLfs: readonly string[];
}

/**
 * Whether a commit holds the bytes that a version's manifest lists, by the rules of `checkVersion`: every listed file is a
 * regular file with the listed size and SHA-256, itself or behind a Git LFS pointer, and nothing else is in the folder.
 * `sources` null: training code and data are not asked for.
 * MANIFEST_FILE_*, MANIFEST_REQUIRED_FILE_MISSING, MANIFEST_*_MISMATCH, MANIFEST_TRAINER_CODE_*, FILE_*, DOCUMENT_*.
 */
export async function committedVersion(
  folders: CommittedFolders,
  { version, sources }: { readonly version: ReadVersion; readonly sources: SourceTrees | null },
): Promise<CommittedVersion> {
  const { ref, folder, manifest, document } = version;
  const content = await contentOf(folders, folder);
  const { files, unreadable, inLfs } = content;
  const training = sources && (await tried(() => trainingOf(sources, folder)));
  const refused = training instanceof GateError;
  const nothing = { sidecar: null, parity: null, evaluation: null, model: null };
  const facts: VersionFacts = { ref, folder, files, ...nothing, training: refused ? null : training };
  const problems = [
    ...content.problems,
    ...requiredProblems(manifest, document),
    ...fileProblems({ manifest, document, folder, files, unreadable }),
    ...manifestProblems(manifest, document, facts),
    ...(refused ? training.problems : []),
    ...(facts.training && sources ? await listedSources(sources, facts.training) : []),
  ];
  return { problems, inLfs };
}

interface FolderContent extends CommittedVersion {
  readonly files: readonly FolderFile[];
  /** Relative to the folder. */
  readonly unreadable: readonly string[];
}

/** Formats are for whoever reads the bytes to judge. */
const UNREAD = new Uint8Array(0);

async function contentOf(tree: CommittedFolders, folder: string): Promise<FolderContent> {
  const start = folder.length + 1;
  const all = await tree.below(folder);
  refuse(tooManyFiles(folder, all.length));
  const entries = all.filter(({ path }) => path !== `${folder}/manifest.json`);
  const odd = entries.filter(({ mode }) => !isRegular(mode)).map(({ path }) => path);
  const regular = entries.filter(({ mode }) => isRegular(mode));
  const read = await Promise.all(
    regular.map(async ({ path, id }) => ({ path, ...(await tree.content(id)) })),
  );
  return {
    files: read.map(({ path, digest, size }) => ({ path: path.slice(start), digest, size, head: UNREAD })),
    unreadable: odd.map((path) => path.slice(start)),
    inLfs: read.filter((one) => one.inLfs).map(({ path }) => path),
    problems: [
      ...fileNameProblems(entries.map(({ path }) => path.slice(start))).map((one) => below(folder, one)),
      ...odd.map(notRegular),
    ],
  };
}

async function trainingOf(
  { tree, trainings }: SourceTrees,
  folder: string,
): Promise<Typed<Training> | GateError | null> {
  const file = `${folder}/training.json`;
  const entry = await tree.at(file);
  if (!entry || !isRegular(entry.mode)) return null;
  const { inLfs, size } = await tree.content(entry.id);
  // What is in Git LFS is not here to be read; the report says so.
  if (inLfs) return null;
  if (size > JSON_SIZE_LIMIT)
    throw gateError("DOCUMENT_TOO_LARGE", `${size} bytes; at most ${JSON_SIZE_LIMIT} are read.`, {
      where: { file },
    });
  const read = (): Promise<Typed<Training> | GateError> =>
    tried(async () => typedTraining(await tree.read(entry.id), file));
  return atPath(file, size > REMEMBERED_SIZE ? await read() : await trainings.get(entry.id, read));
}

/** Bytes; larger ones are read again, so that memory holds few of them. */
const REMEMBERED_SIZE = 256 * 1024;

function typedTraining(bytes: Uint8Array, file: string): Typed<Training> {
  const document = parseJson(bytes, file);
  return { document, value: checkSchema<Training>(document, TRAINING_V1) };
}

/** What was found of the same bytes, perhaps at another path. */
function atPath(file: string, found: Typed<Training> | GateError): Typed<Training> | GateError {
  if (!(found instanceof GateError)) return { ...found, document: documentAt(file, found.document) };
  const [first, ...more] = found.problems.map((one) =>
    one.where ? { ...one, where: { ...one.where, file } } : one,
  );
  return first ? new GateError([first, ...more]) : found;
}

function listedSources(
  { tree, atOrigin }: SourceTrees,
  training: Typed<Training>,
): Promise<readonly Problem[]> {
  return sourceProblems({ now: (path) => sourceDigest(tree, path), atOrigin }, training);
}

/** Of a file of the repository, for whoever compares it with a list. FILE_NOT_REGULAR. */
export async function sourceDigest(tree: CommittedTree, path: string): Promise<Digest | undefined> {
  const entry = await tree.at(path);
  if (!entry) return undefined;
  if (isRegular(entry.mode)) return (await tree.content(entry.id)).digest;
  throw new GateError([notRegular(path)]);
}

function isRegular(mode: string): boolean {
  return mode === "100644" || mode === "100755";
}

function notRegular(path: string): Problem {
  return problem("FILE_NOT_REGULAR", "The path is no regular file.", { where: { file: path } });
}

function below(folder: string, found: Problem): Problem {
  return { ...found, where: { file: `${folder}/${found.where?.file ?? ""}` } };
}
