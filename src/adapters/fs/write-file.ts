import { randomBytes } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { gateError } from "../../errors.ts";
import { fileError } from "./file-error.ts";
import { safePath } from "./safe-path.ts";

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
/** No write takes an hour; what is older was left by a process that was killed. */
const LEFT_OVER_MS = 3_600_000;

/** Where files are written. */
export interface WritePlace {
  /** Has no links. */
  readonly realRoot: string;
  /** A folder that Git does not see, for locks and for files that are half written; null: beside the file. */
  readonly scratch: string | null;
}

/**
 * Replaces or creates a file: a temporary file, fsync, rename, fsync of the folder. Whatever happens, the name holds
 * either the old bytes or the new ones. FILE_READ_ONLY, FILE_NO_SPACE, FILE_NOT_WRITTEN, FILE_SYMLINK.
 */
export function writeAtomically(place: WritePlace, path: string, bytes: Uint8Array | string): void {
  const { realRoot } = place;
  safePath(realRoot, path);
  const absolute = join(realRoot, path);
  let temporary: string | undefined;
  try {
    mkdirSync(dirname(absolute), { recursive: true });
    safePath(realRoot, path);
    refuseOddTarget(absolute, path);
    const name = `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`;
    temporary = join(stagingFolder(place, dirname(absolute)), name);
    writeDurably(temporary, bytes);
    moveOver(temporary, absolute);
    syncFolder(dirname(absolute));
  } catch (error) {
    if (temporary !== undefined) removeQuietly(temporary);
    throw fileError(error, path, "write");
  }
}

/**
 * The scratch folder where a file can be renamed from it, so that a kill leaves nothing among the files that Git and the
 * gate read; else the folder of the file itself.
 */
function stagingFolder({ scratch }: WritePlace, beside: string): string {
  if (scratch === null) return beside;
  const folder = join(scratch, "writing");
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    if (statSync(folder).dev !== statSync(beside).dev) return beside;
    removeLeftOvers(folder);
    return folder;
  } catch {
    return beside;
  }
}

function removeLeftOvers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const stats = lstatSync(join(folder, name), { throwIfNoEntry: false });
    if (stats && Date.now() - stats.mtimeMs > LEFT_OVER_MS) removeQuietly(join(folder, name));
  }
}

/** NFS may answer "no such file" to a rename that it has done already: then the target is the very file that was moved. */
function moveOver(temporary: string, absolute: string): void {
  const { dev, ino } = lstatSync(temporary);
  try {
    renameSync(temporary, absolute);
  } catch (error) {
    const there = lstatSync(absolute, { throwIfNoEntry: false });
    if (there?.dev !== dev || there.ino !== ino) throw error;
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
