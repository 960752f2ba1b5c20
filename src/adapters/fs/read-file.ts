import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { gateError } from "../../errors.ts";
import type { FileDigest } from "../../ports/files.ts";
import type { Digest } from "../../domain/digest.ts";
import { fileError } from "./file-error.ts";
import { safePath } from "./safe-path.ts";

/** O_NONBLOCK, so that opening a pipe returns; it changes nothing for regular files. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** Synchronous reads of 1 MiB were the fastest way to hash in bench/hash.ts. */
const CHUNK = 1024 * 1024;
const HEAD = 512;

/** The bytes of a regular file with one name and at most `limit` bytes; FILE_* otherwise. */
export function readRegularFile(realRoot: string, path: string, limit: number): Uint8Array {
  return withFile(realRoot, path, (file, stats) => {
    if (stats.size > limit) {
      const message = `${stats.size} bytes; at most ${limit} are read.`;
      throw gateError("FILE_TOO_LARGE", message, { where: { file: path } });
    }
    const bytes = Buffer.allocUnsafe(stats.size + 1);
    const size = fill(file, bytes);
    if (size !== stats.size)
      throw gateError("FILE_CHANGED", "The file changed while it was read.", { where: { file: path } });
    return new Uint8Array(bytes.buffer, bytes.byteOffset, size);
  });
}

/** SHA-256, size and first bytes of a regular file with one name, of any size. */
export function digestRegularFile(realRoot: string, path: string): FileDigest {
  return withFile(realRoot, path, (file) => {
    const hash = createHash("sha256");
    const chunk = Buffer.allocUnsafe(CHUNK);
    let size = 0;
    let head = new Uint8Array(0);
    for (let count = readSync(file, chunk); count > 0; count = readSync(file, chunk)) {
      hash.update(count === CHUNK ? chunk : chunk.subarray(0, count));
      if (size === 0) head = Uint8Array.from(chunk.subarray(0, Math.min(count, HEAD)));
      size += count;
    }
    return { digest: `sha256:${hash.digest("hex")}`, size, head };
  });
}

/** SHA-256 of each run of `size` bytes of a regular file with one name. */
export function digestParts(realRoot: string, path: string, size: number): readonly Digest[] {
  return withFile(realRoot, path, (file) => {
    const chunk = Buffer.allocUnsafe(Math.min(size, CHUNK));
    const digests: Digest[] = [];
    for (let part = digestRun(file, chunk, size); part.count > 0; part = digestRun(file, chunk, size)) {
      digests.push(part.digest);
      if (part.count < size) break;
    }
    return digests;
  });
}

function digestRun(file: number, chunk: Buffer, size: number): { digest: Digest; count: number } {
  const hash = createHash("sha256");
  let count = 0;
  while (count < size) {
    const read = readSync(file, chunk, 0, Math.min(chunk.length, size - count), null);
    if (read === 0) break;
    hash.update(chunk.subarray(0, read));
    count += read;
  }
  return { digest: `sha256:${hash.digest("hex")}`, count };
}

function fill(file: number, bytes: Buffer): number {
  let size = 0;
  for (;;) {
    const count = readSync(file, bytes, size, bytes.length - size, null);
    if (count === 0) return size;
    size += count;
  }
}

function withFile<T>(realRoot: string, path: string, use: (file: number, stats: Stats) => T): T {
  const absolute = safePath(realRoot, path);
  let file: number | undefined;
  try {
    file = openCurrent(absolute);
    return use(file, checkedStats(file, path));
  } catch (error) {
    throw fileError(error, path, "read");
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

const OPENINGS = 100;

/** A file without a name was replaced between opening it and looking: its name has another file by now. */
function openCurrent(absolute: string): number {
  for (let opening = 1; ; opening += 1) {
    const file = openSync(absolute, FLAGS);
    if (opening === OPENINGS || fstatSync(file).nlink > 0) return file;
    closeSync(file);
  }
}

function checkedStats(file: number, path: string): Stats {
  const stats = fstatSync(file);
  const where = { file: path };
  if (!stats.isFile()) throw gateError("FILE_NOT_REGULAR", "The path is no regular file.", { where });
  if (stats.nlink === 0) throw gateError("FILE_CHANGED", "The file is replaced again and again.", { where });
  if (stats.nlink !== 1) throw gateError("FILE_HARDLINK", `The file has ${stats.nlink} names.`, { where });
  return stats;
}
