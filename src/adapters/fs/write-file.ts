import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { gateError } from "../../errors.ts";
import { fileError } from "./file-error.ts";
import { safePath } from "./safe-path.ts";

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

/**
 * Replaces or creates a file: a temporary file beside it, fsync, rename, fsync of the folder. Whatever happens, the
 * name holds either the old bytes or the new ones. FILE_READ_ONLY, FILE_NO_SPACE, FILE_NOT_WRITTEN, FILE_SYMLINK.
 */
export function writeAtomically(realRoot: string, path: string, bytes: Uint8Array | string): void {
  safePath(realRoot, path);
  const absolute = join(realRoot, path);
  const temporary = join(dirname(absolute), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    mkdirSync(dirname(absolute), { recursive: true });
    safePath(realRoot, path);
    refuseOddTarget(absolute, path);
    writeDurably(temporary, bytes);
    renameSync(temporary, absolute);
    syncFolder(dirname(absolute));
  } catch (error) {
    removeQuietly(temporary);
    throw fileError(error, path, "write");
  }
}

function refuseOddTarget(absolute: string, path: string): void {
  const stats = lstatSync(absolute, { throwIfNoEntry: false });
  const where = { file: path };
  if (stats?.isSymbolicLink()) throw gateError("FILE_SYMLINK", "The path is a symbolic link.", { where });
  if (stats && !stats.isFile())
    throw gateError("FILE_NOT_REGULAR", "The path is no regular file.", { where });
}

function writeDurably(file: string, bytes: Uint8Array | string): void {
  const handle = openSync(file, NEW_FILE, 0o644);
  try {
    writeFileSync(handle, bytes);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** So that the rename survives a power cut. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** The error that made us clean up is the one to report. */
function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    return;
  }
}
