import { digestOf } from "../../src/domain/digest.ts";
import type { ReasonCode } from "../../src/domain/reasons/catalogue.ts";
import { GateError, gateError } from "../../src/errors.ts";
import type { FileEntry, Files } from "../../src/ports/files.ts";

/** What stands at a path: bytes, or something that is refused. */
export type MemoryEntry =
  | string
  | Uint8Array
  | { readonly symlink: string }
  | { readonly hardlinked: string }
  | { readonly unreadable: true }
  | { readonly pipe: true };

export interface MemoryFiles extends Files {
  readonly entries: Map<string, MemoryEntry>;
  /** What the next writes fail with; null when they work. */
  failWrites: ReasonCode | null;
}

const READ_LIMIT = 64 * 1024 * 1024;
const HEAD = 512;

/** The port `Files` in memory, held to the same contract as the real one (tests/contract/files.test.ts). */
export function memoryFiles(initial: Readonly<Record<string, MemoryEntry>> = {}): MemoryFiles {
  const entries = new Map(Object.entries(initial));
  const read = async (path: string, limit = READ_LIMIT): Promise<Uint8Array> => bytesAt(entries, path, limit);
  const files: MemoryFiles = {
    root: "/memory",
    entries,
    failWrites: null,
    read,
    readIfExists: async (path, limit) => {
      try {
        return await read(path, limit);
      } catch (error) {
        if (error instanceof GateError && error.code === "FILE_MISSING") return undefined;
        throw error;
      }
    },
    list: async (folder) => list(entries, folder),
    folders: async (folder) => folders(entries, folder),
    digest: async (path) => {
      const bytes = bytesAt(entries, path, Number.POSITIVE_INFINITY);
      return { digest: digestOf(bytes), size: bytes.length, head: bytes.slice(0, HEAD) };
    },
    digestParts: async (path, size) => {
      const bytes = bytesAt(entries, path, Number.POSITIVE_INFINITY);
      const count = Math.ceil(bytes.length / size);
      return Array.from({ length: count }, (_, n) => digestOf(bytes.subarray(n * size, (n + 1) * size)));
    },
    write: async (path, bytes) => {
      checkPath(entries, path);
      if (files.failWrites)
        throw gateError(files.failWrites, "It cannot be written.", { where: { file: path } });
      refuseOddTarget(entries, path);
      entries.set(path, Buffer.from(bytes));
    },
    swap: async ({ expected, wanted }) => {
      for (const [path, bytes] of expected) {
        const there = entries.has(path) ? bytesAt(entries, path, Number.POSITIVE_INFINITY) : null;
        if (there === null || bytes === null ? there !== bytes : Buffer.compare(there, bytes) !== 0)
          return false;
      }
      for (const [path, bytes] of wanted) await files.write(path, bytes);
      return true;
    },
  };
  return files;
}

function bytesAt(entries: ReadonlyMap<string, MemoryEntry>, path: string, limit: number): Uint8Array {
  checkPath(entries, path);
  const where = { file: path };
  const entry = entries.get(path);
  if (entry === undefined) {
    const isFolder = [...entries.keys()].some((one) => one.startsWith(`${path}/`));
    throw gateError(isFolder ? "FILE_NOT_REGULAR" : "FILE_MISSING", "There is no such file.", { where });
  }
  const code = refusalOf(entry);
  if (code) throw gateError(code, "The file is refused.", { where });
  const bytes = Buffer.from(entry as string | Uint8Array);
  if (bytes.length > limit) throw gateError("FILE_TOO_LARGE", "The file is too large.", { where });
  return new Uint8Array(bytes);
}

function refusalOf(entry: MemoryEntry): ReasonCode | undefined {
  if (typeof entry === "string" || entry instanceof Uint8Array) return undefined;
  if ("symlink" in entry) return "FILE_SYMLINK";
  if ("hardlinked" in entry) return "FILE_HARDLINK";
  return "pipe" in entry ? "FILE_NOT_REGULAR" : "FILE_UNREADABLE";
}

function checkPath(entries: ReadonlyMap<string, MemoryEntry>, path: string): void {
  const parts = path.split("/");
  const where = { file: path };
  if (/[\\\0]/.test(path) || parts.some((part) => part === "" || part === "." || part === "..")) {
    throw gateError("FILE_OUTSIDE", "The path leads out of the repository.", { where });
  }
  for (let depth = 1; depth < parts.length; depth += 1) {
    const parent = entries.get(parts.slice(0, depth).join("/"));
    if (typeof parent === "object" && "symlink" in parent) {
      const out = parent.symlink.startsWith("/");
      throw gateError(out ? "FILE_OUTSIDE" : "FILE_SYMLINK", "A folder of this path is a link.", { where });
    }
  }
}

function refuseOddTarget(entries: ReadonlyMap<string, MemoryEntry>, path: string): void {
  const entry = entries.get(path);
  const where = { file: path };
  if (typeof entry === "object" && "symlink" in entry)
    throw gateError("FILE_SYMLINK", "It is a link.", { where });
  if ([...entries.keys()].some((one) => one.startsWith(`${path}/`))) {
    throw gateError("FILE_NOT_REGULAR", "It is a folder.", { where });
  }
}

function list(entries: ReadonlyMap<string, MemoryEntry>, folder: string): FileEntry[] {
  checkPath(entries, `${folder}/x`);
  return [...entries]
    .filter(([path]) => path.startsWith(`${folder}/`))
    .map(([path, entry]) => toEntry(path, entry))
    .sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

function toEntry(path: string, entry: MemoryEntry): FileEntry {
  if (typeof entry === "string" || entry instanceof Uint8Array) {
    return { path, kind: "file", size: Buffer.from(entry).length, links: 1 };
  }
  if ("symlink" in entry) return { path, kind: "symlink", size: entry.symlink.length, links: 1 };
  if ("hardlinked" in entry) return { path, kind: "file", size: entry.hardlinked.length, links: 2 };
  return { path, kind: "pipe" in entry ? "other" : "file", size: 0, links: 1 };
}

function folders(entries: ReadonlyMap<string, MemoryEntry>, folder: string): string[] {
  checkPath(entries, `${folder}/x`);
  const names = [...entries.keys()]
    .filter((path) => path.startsWith(`${folder}/`))
    .map((path) => path.slice(folder.length + 1).split("/"))
    .filter((parts) => parts.length > 1)
    .map(([name]) => name ?? "");
  return [...new Set(names)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
