import { lstatSync, readdirSync, type Stats } from "node:fs";
import { join } from "node:path";
import type { FileEntry } from "../../ports/files.ts";
import { fileError } from "./file-error.ts";
import { safePath } from "./safe-path.ts";

/** All entries below a folder, links not followed, sorted by the UTF-8 bytes of the path; empty when it is missing. */
export function listEntries(realRoot: string, folder: string): readonly FileEntry[] {
  const entries: FileEntry[] = [];
  walk(realRoot, folder, entries);
  return entries.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

/** Names of the real folders directly below a folder, sorted by their UTF-8 bytes. */
export function listFolders(realRoot: string, folder: string): readonly string[] {
  const names = readEntries(realRoot, folder).filter((entry) => entry.isDirectory());
  return names.map((entry) => entry.name).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function walk(realRoot: string, folder: string, entries: FileEntry[]): void {
  for (const entry of readEntries(realRoot, folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) walk(realRoot, path, entries);
    else entries.push(toEntry(path, lstatSync(join(realRoot, path), { throwIfNoEntry: false })));
  }
}

/** A name that is no UTF-8 cannot be looked up again: it is listed as neither file nor link, so it will be refused. */
function toEntry(path: string, stats: Stats | undefined): FileEntry {
  if (stats === undefined) return { path, kind: "other", size: 0, links: 1 };
  const kind = stats.isSymbolicLink() ? "symlink" : stats.isFile() ? "file" : "other";
  return { path, kind, size: stats.size, links: stats.nlink };
}

function readEntries(realRoot: string, folder: string) {
  try {
    const absolute = safePath(realRoot, folder);
    const stats = lstatSync(absolute, { throwIfNoEntry: false });
    if (stats?.isSymbolicLink()) throw Object.assign(new Error("symbolic link"), { code: "ELOOP" });
    return stats === undefined ? [] : readdirSync(absolute, { withFileTypes: true });
  } catch (error) {
    throw fileError(error, folder, "read");
  }
}
