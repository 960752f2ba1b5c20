import type { ApprovalStatement } from "../../domain/approval-statement.ts";
import { digestOf, sameDigest } from "../../domain/digest.ts";
import { checkSchema } from "../../domain/document/check-schema.ts";
import { parseJson } from "../../domain/document/json.ts";
import { EVIDENCE_KINDS, type EvidencePack, packFolder } from "../../domain/evidence.ts";
import { LEDGER_FILE, type Transition } from "../../domain/ledger.ts";
import { gateError, type Problem, problem, refuse } from "../../errors.ts";
import { commandFor } from "../../ledger/command.ts";
import type { Git } from "../../ports/git.ts";
import { parseApprovals } from "../../trust/approval/parse-all.ts";
import { isApprovalPath } from "../../trust/approval/statement.ts";
import type { Change } from "./change.ts";
import { requestOf } from "../request.ts";
import { PACK_V1 } from "../../generated/pack-v1.js";

/** The evidence pack that a promotion brings: complete, and nothing but what its pack.json lists, and approvals. */
export interface StoredPack {
  readonly folder: string;
  readonly pack: EvidencePack;
  /** Of pack.json. */
  readonly bytes: Uint8Array;
  /** Path inside of the folder -> bytes, without pack.json and approvals. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Approvals by path inside of the folder: well formed, and yet to be proven. They come after pack.json, which lists none. */
  readonly approvals: ReadonlyMap<string, ApprovalStatement>;
}

/**
 * Reads the transition's own pack from the head commit and checks that it is whole.
 * CHECK_PACK_MISSING, CHECK_PACK_FOREIGN, CHECK_PACK_TOO_LARGE, CHECK_PACK_INCOMPLETE, EVIDENCE_DIGEST_MISMATCH,
 * EVIDENCE_UNLISTED, APPROVAL_MALFORMED, APPROVAL_TOO_MANY, DOCUMENT_*.
 */
export async function readStoredPack(git: Git, change: Change, transition: Transition): Promise<StoredPack> {
  return wholePack(await readPack(git, change, transition));
}

/**
 * The pack of a transition from all files of its folder: path inside of the folder -> bytes. CHECK_PACK_MISSING,
 * CHECK_PACK_FOREIGN, CHECK_PACK_INCOMPLETE, EVIDENCE_DIGEST_MISMATCH, EVIDENCE_UNLISTED, DOCUMENT_*.
 */
export function openPack(
  folder: string,
  all: ReadonlyMap<string, Uint8Array>,
  transition: Transition,
): StoredPack {
  return wholePack(sealedPack(folder, all, transition));
}

/** A pack from all files of its folder, whoever named it: whole, and nothing but what its pack.json lists. */
export function packOf(folder: string, all: ReadonlyMap<string, Uint8Array>): StoredPack {
  return wholePack(packBytes(folder, all));
}

function wholePack({ folder, bytes, files: all }: PackBytes): StoredPack {
  const pack = checkSchema<EvidencePack>(parseJson(bytes, `${folder}/pack.json`), PACK_V1);
  const files = new Map([...all].filter(([path]) => !isApprovalPath(path)));
  refuse(listingProblems({ folder, pack, files }));
  return { folder, pack, bytes, files, approvals: parseApprovals(folder, all) };
}

interface PackBytes {
  readonly folder: string;
  /** Of pack.json. */
  readonly bytes: Uint8Array;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * The bytes of the pack that a transition names, the only one in the change. CHECK_PACK_MISSING, CHECK_PACK_FOREIGN,
 * CHECK_PACK_TOO_LARGE, EVIDENCE_DIGEST_MISMATCH.
 */
export async function readPack(git: Git, change: Change, transition: Transition): Promise<PackBytes> {
  const folder = packFolder({ ...transition, runId: transition.run_id });
  refuse(await foreignProblems(git, change, folder));
  return sealedPack(folder, await packFilesAt(git, change.head, folder), transition);
}

function sealedPack(folder: string, all: ReadonlyMap<string, Uint8Array>, transition: Transition): PackBytes {
  const fix = `Let modelgate propose it: ${commandFor(requestOf(transition))}`;
  const found = packBytes(folder, all, { fix });
  requireNamed(found, transition);
  return found;
}

function packBytes(
  folder: string,
  all: ReadonlyMap<string, Uint8Array>,
  remedy: { readonly fix?: string } = {},
): PackBytes {
  const bytes = all.get("pack.json");
  const where = { file: folder };
  if (!bytes) throw gateError("CHECK_PACK_MISSING", `There is no ${folder}/pack.json.`, { where, ...remedy });
  return { folder, bytes, files: new Map([...all].filter(([path]) => path !== "pack.json")) };
}

/** What deployed.json names is what was merged; another pack in its place is none. EVIDENCE_DIGEST_MISMATCH. */
export function requireNamed(
  { folder, bytes }: Pick<StoredPack, "folder" | "bytes">,
  { evidence_digest: wanted }: Pick<Transition, "evidence_digest">,
): void {
  refuse(digestProblems(`${folder}/pack.json`, bytes, wanted));
}

/** Whether anything was measured for it: the way back and the ways out take no numbers. */
export function holdsEvidence({ files }: StoredPack): boolean {
  return EVIDENCE_KINDS.some((kind) => files.has(`${kind}.json`));
}

async function foreignProblems(git: Git, change: Change, folder: string): Promise<Problem[]> {
  const used = (await git.tree(change.base, folder)).length > 0;
  return foreignPaths(change.paths, { folder, used });
}

/** A promotion is deployed.json and one new folder; a run's folder is used once. CHECK_PACK_FOREIGN. */
export function foreignPaths(
  paths: readonly { readonly path: string }[],
  { folder, used }: { folder: string; used: boolean },
): Problem[] {
  // A folder in its place is gone where deployed.json is a file.
  const own = [LEDGER_FILE, `${LEDGER_FILE}/`, `${folder}/`];
  const foreign = paths.filter(
    ({ path }) => path !== own[0] && !own.slice(1).some((at) => path.startsWith(at)),
  );
  return [
    ...foreign.map(({ path }) =>
      problem("CHECK_PACK_FOREIGN", `The transition's evidence is ${folder}/.`, { where: { file: path } }),
    ),
    ...(used
      ? [problem("CHECK_PACK_FOREIGN", "The base has this pack already.", { where: { file: folder } })]
      : []),
  ];
}

/** Everything that a pack may hold is small: larger ones were not made by modelgate, and would fill the memory. */
const MAX_FILES = 256;
const MAX_BYTES = 64 * 1024 * 1024;

/** All files of a pack's folder in a commit: path inside of the folder -> bytes. CHECK_PACK_TOO_LARGE. */
export async function packFilesAt(
  git: Git,
  commit: string,
  folder: string,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const entries = await git.tree(commit, folder);
  requireSmall(folder, entries);
  for (const { path } of entries) {
    const bytes = await git.show(commit, path);
    if (bytes) files.set(path.slice(folder.length + 1), bytes);
  }
  return files;
}

/** Before anything of it is read. CHECK_PACK_TOO_LARGE. */
export function requireSmall(folder: string, entries: readonly { readonly size: number }[]): void {
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (entries.length <= MAX_FILES && total <= MAX_BYTES) return;
  const text = `${entries.length} files with ${total} bytes; a pack has at most ${MAX_FILES} with ${MAX_BYTES}.`;
  throw gateError("CHECK_PACK_TOO_LARGE", text, { where: { file: folder } });
}

function digestProblems(file: string, bytes: Uint8Array, wanted: Transition["evidence_digest"]): Problem[] {
  const actual = digestOf(bytes);
  if (sameDigest(actual, wanted)) return [];
  const message = `${nameOf(file)} has ${actual}, wanted is ${wanted}.`;
  return [problem("EVIDENCE_DIGEST_MISMATCH", message, { where: { file } })];
}

/** The place beside the message has the folder. */
function nameOf(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1);
}

function entryProblems(
  file: string,
  bytes: Uint8Array,
  { sha256, size }: Pick<EvidencePack["files"][number], "sha256" | "size">,
): Problem[] {
  const swapped = digestProblems(file, bytes, sha256);
  if (swapped.length > 0 || bytes.length === size) return swapped;
  const message = `${nameOf(file)} has ${bytes.length} bytes, its pack says ${size}.`;
  return [problem("EVIDENCE_DIGEST_MISMATCH", message, { where: { file } })];
}

/** A pack is no place for other things, listed or not. */
const PACKED: ReadonlySet<string> = new Set([
  ...EVIDENCE_KINDS.map((kind) => `${kind}.json`),
  "verdict.json",
]);

function listingProblems({ folder, pack, files }: Pick<StoredPack, "folder" | "pack" | "files">): Problem[] {
  const listed = new Set(pack.files.map(({ path }) => path));
  const strange = [...listed].filter((path) => !PACKED.has(path));
  const unlisted = [...files.keys()].filter((path) => !listed.has(path));
  return [
    ...pack.files.flatMap(({ path, sha256, size }) => {
      const [file, bytes] = [`${folder}/${path}`, files.get(path)];
      if (bytes) return entryProblems(file, bytes, { sha256, size });
      return [problem("CHECK_PACK_INCOMPLETE", `pack.json lists ${path}.`, { where: { file } })];
    }),
    ...strange.map((path) =>
      problem("CHECK_PACK_FOREIGN", `${JSON.stringify(path)} is no part of an evidence pack.`, {
        where: { file: `${folder}/pack.json`, pointer: "/files" },
      }),
    ),
    ...unlisted.map((path) =>
      problem("EVIDENCE_UNLISTED", `pack.json does not list ${path}.`, {
        where: { file: `${folder}/${path}` },
      }),
    ),
  ];
}
