import type { Digest } from "../domain/digest.ts";

/** An entry of a governed folder. `links` counts hard links; anything but a regular file with one link is hostile. */
export interface FileEntry {
  /** Relative to the repository's root, with `/`. */
  readonly path: string;
  readonly kind: "file" | "symlink" | "other";
  readonly size: number;
  readonly links: number;
}

export interface FileDigest {
  readonly digest: Digest;
  readonly size: number;
  /** The first bytes, at most 512, by which a format is told. */
  readonly head: Uint8Array;
}

/** Files to write, and what must be there for that to happen. */
export interface FileSwap {
  /** Path -> the bytes that it must have still; null: there must be no such file. */
  readonly expected: ReadonlyMap<string, Uint8Array | null>;
  /** Path -> its new bytes; written in this order. */
  readonly wanted: ReadonlyMap<string, Uint8Array | string>;
}

/** The work tree. Reads refuse symlinks, hard links and files over the limit (FILE_* codes) and never follow a link out. */
export interface Files {
  readonly root: string;
  /** The bytes of a regular file; the default limit is 64 MiB. */
  read(path: string, limit?: number): Promise<Uint8Array>;
  /** Undefined when there is no such file. */
  readIfExists(path: string, limit?: number): Promise<Uint8Array | undefined>;
  /** All entries below a folder, recursive, sorted by UTF-8 bytes of the path; empty when the folder is missing. */
  list(folder: string): Promise<readonly FileEntry[]>;
  /** Names of the direct sub-folders, sorted. */
  folders(folder: string): Promise<readonly string[]>;
  /** SHA-256, size and the first bytes (at most 512), streaming, of a regular file of any size. */
  digest(path: string): Promise<FileDigest>;
  /** SHA-256 of each run of `size` bytes of a regular file, in order; the last may be shorter, none for an empty file. */
  digestParts(path: string, size: number): Promise<readonly Digest[]>;
  /** Replaces or creates a file atomically (temporary name, fsync, rename). */
  write(path: string, bytes: Uint8Array | string): Promise<void>;
  /**
   * Compare-and-swap, for files that two processes may edit: writes only while every expected file has the expected bytes;
   * false when one has others, and then nothing is written. Each file is whole at any time, but a kill may leave the first
   * written and the second not. FILE_LOCKED.
   */
  swap(change: FileSwap): Promise<boolean>;
}
