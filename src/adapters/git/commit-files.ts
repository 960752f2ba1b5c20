import { createHash } from "node:crypto";
import { type Digest, digestOf } from "../../domain/digest.ts";
import { pointedFile } from "../../domain/registry/lfs-pointer.ts";
import { GateError, gateError } from "../../errors.ts";
import type { FileDigest, FileEntry, Files } from "../../ports/files.ts";
import type { Git } from "../../ports/git.ts";

const READ_LIMIT = 64 * 1024 * 1024;
const HEAD = 512;

type TreeEntry = Awaited<ReturnType<Git["tree"]>>[number];

/**
 * `Files` over one commit instead of the work tree, so that a change is measured as it will be, whatever is checked out.
 * The work tree serves only bytes that the commit names by their digest: what a Git LFS pointer stands for, and files too
 * large to come out of Git at once. It is never written to. FILE_* and GIT_* codes.
 */
export function commitFiles(git: Git, commit: string, workTree: Files | null): Files {
  const source = new CommitFiles(git, commit, workTree);
  return {
    root: git.root,
    read: (path, limit = READ_LIMIT) => source.read(path, limit),
    readIfExists: (path, limit = READ_LIMIT) => source.readIfExists(path, limit),
    list: (folder) => source.list(folder),
    folders: (folder) => git.folders(commit, folder),
    digest: (path) => source.digest(path),
    digestParts: (path, size) => source.digestParts(path, size),
    write: (path) => Promise.reject(readOnly(path)),
    swap: ({ wanted }) => Promise.reject(readOnly([...wanted.keys()][0] ?? "")),
  };
}

class CommitFiles {
  readonly #git: Git;
  readonly #commit: string;
  readonly #workTree: Files | null;
  readonly #digests = new Map<string, Promise<FileDigest>>();
  readonly #folders = new Map<string, ReturnType<Git["tree"]>>();

  constructor(git: Git, commit: string, workTree: Files | null) {
    this.#git = git;
    this.#commit = commit;
    this.#workTree = workTree;
  }

  async read(path: string, limit: number): Promise<Uint8Array> {
    const bytes = await this.readIfExists(path, limit);
    if (bytes) return bytes;
    throw gateError("FILE_MISSING", "There is no such file.", { where: { file: path } });
  }

  async readIfExists(path: string, limit: number): Promise<Uint8Array | undefined> {
    const bytes = await this.#bytes(path, limit);
    if (bytes === undefined || bytes.length <= limit) return bytes;
    throw gateError("FILE_TOO_LARGE", `${bytes.length} bytes; at most ${limit} are read.`, {
      where: { file: path },
    });
  }

  async list(folder: string): Promise<readonly FileEntry[]> {
    const entries = await this.#git.tree(this.#commit, folder);
    return entries
      .map(({ path, mode, size }) => ({ path, kind: kindOf(mode), size, links: 1 }))
      .sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  }

  /** A commit never changes: what was hashed once is known. */
  digest(path: string): Promise<FileDigest> {
    const known = this.#digests.get(path) ?? this.#digest(path);
    this.#digests.set(path, known);
    return known;
  }

  async #digest(path: string): Promise<FileDigest> {
    try {
      const blob = await this.#git.show(this.#commit, path);
      if (!blob) throw gateError("FILE_MISSING", "There is no such file.", { where: { file: path } });
      const bytes = await this.#behindPointer(path, blob, Number.MAX_SAFE_INTEGER);
      return { digest: digestOf(bytes), size: bytes.length, head: Uint8Array.from(bytes.subarray(0, HEAD)) };
    } catch (error) {
      if (!(error instanceof GateError)) throw error;
      if (error.code === "GIT_TOO_LARGE") return this.#streamed(path, error);
      throw fileRefusal(path, error);
    }
  }

  /** A blob of any size, hashed as it streams by. */
  async #streamed(path: string, refusal: GateError): Promise<FileDigest> {
    const entry = await this.#entry(path);
    const found = entry && (await this.#git.digest(entry.blob));
    if (!found) throw refusal;
    return { digest: found.digest, size: found.size, head: found.head.subarray(0, HEAD) };
  }

  /** The tree entry of a path, from a listing of its folder that is asked for once. */
  async #entry(path: string): Promise<TreeEntry | undefined> {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    const listed = this.#folders.get(folder) ?? this.#git.tree(this.#commit, folder);
    this.#folders.set(folder, listed);
    return (await listed).find((each) => each.path === path);
  }

  async digestParts(path: string, size: number): Promise<readonly Digest[]> {
    const bytes = await this.read(path, Number.MAX_SAFE_INTEGER);
    const count = Math.ceil(bytes.length / size);
    return Array.from({ length: count }, (_, n) => digestOf(bytes.subarray(n * size, (n + 1) * size)));
  }

  async #bytes(path: string, limit: number): Promise<Uint8Array | undefined> {
    try {
      const bytes = await this.#git.show(this.#commit, path);
      return bytes && (await this.#behindPointer(path, bytes, limit));
    } catch (error) {
      if (!(error instanceof GateError)) throw error;
      if (error.code === "GIT_TOO_LARGE") return this.#largeBlob(path, limit, error);
      throw fileRefusal(path, error);
    }
  }

  /** The real bytes when they were fetched, else the pointer itself, which whoever reads it will refuse by name. */
  async #behindPointer(path: string, pointer: Uint8Array, limit: number): Promise<Uint8Array> {
    const pointed = pointedFile(pointer);
    if (!pointed || !this.#workTree || pointed.size > limit) return pointer;
    const bytes = await this.#workTree.readIfExists(path, limit).catch(() => undefined);
    return bytes && digestOf(bytes) === pointed.digest ? bytes : pointer;
  }

  /** Git names a blob by the SHA-1 or SHA-256 of its bytes, so equal ids are equal bytes. */
  async #largeBlob(path: string, limit: number, refusal: GateError): Promise<Uint8Array> {
    const entry = await this.#entry(path);
    const bytes = await this.#workTree?.readIfExists(path, limit);
    if (!entry || !bytes || blobId(bytes, entry.blob.length) !== entry.blob) throw refusal;
    return bytes;
  }
}

/** What Git refuses to show, in the words of files. */
function fileRefusal(path: string, error: GateError): GateError {
  const code = { GIT_NOT_A_FILE: "FILE_NOT_REGULAR", GIT_BAD_NAME: "FILE_OUTSIDE" } as const;
  const known =
    error.code === "GIT_NOT_A_FILE" || error.code === "GIT_BAD_NAME" ? code[error.code] : undefined;
  if (known === undefined) return error;
  return gateError(known, error.problems[0].message, { where: { file: path }, cause: error });
}

function blobId(bytes: Uint8Array, width: number): string {
  const hash = createHash(width === 40 ? "sha1" : "sha256");
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

function kindOf(mode: string): FileEntry["kind"] {
  if (mode === "100644" || mode === "100755") return "file";
  return mode === "120000" ? "symlink" : "other";
}

function readOnly(path: string): Error {
  return gateError("FILE_READ_ONLY", "A commit cannot be written to.", { where: { file: path } });
}
