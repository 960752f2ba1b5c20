import { realpathSync } from "node:fs";
import type { Files } from "../../ports/files.ts";
import { GateError } from "../../errors.ts";
import { fileError } from "./file-error.ts";
import { listEntries, listFolders } from "./list-files.ts";
import { swapFiles } from "./swap-files.ts";
import { digestParts, digestRegularFile, readRegularFile } from "./read-file.ts";
import { type WritePlace, writeAtomically } from "./write-file.ts";

/** 64 MiB. */
const READ_LIMIT = 64 * 1024 * 1024;

/**
 * The work tree below `root`, an existing folder; every path is relative to it, with `/`. `scratch` is a folder that Git
 * does not see (`<git dir>/modelgate`), for locks and half-written files; without it they lie in the tree. FILE_* codes.
 */
export function createFiles(root: string, scratch: string | null = null): Files {
  const realRoot = realRootOf(root);
  const place: WritePlace = { realRoot, scratch };
  const read = async (path: string, limit = READ_LIMIT) => readRegularFile(realRoot, path, limit);
  return {
    root: realRoot,
    read,
    readIfExists: async (path, limit) => ifExists(() => read(path, limit)),
    list: async (folder) => listEntries(realRoot, folder),
    folders: async (folder) => listFolders(realRoot, folder),
    digest: async (path) => digestRegularFile(realRoot, path),
    digestParts: async (path, size) => digestParts(realRoot, path, size),
    write: async (path, bytes) => writeAtomically(place, path, bytes),
    swap: (change) => swapFiles(place, change),
  };
}

async function ifExists<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof GateError && error.code === "FILE_MISSING") return undefined;
    throw error;
  }
}

function realRootOf(root: string): string {
  try {
    return realpathSync.native(root);
  } catch (error) {
    throw fileError(error, root, "read");
  }
}
