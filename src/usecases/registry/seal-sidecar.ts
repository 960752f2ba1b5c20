import { digestOf } from "../../domain/digest.ts";
import { formatJson } from "../../domain/document/format.ts";
import { JSON_SIZE_LIMIT, parseJson } from "../../domain/document/json.ts";
import { sidecarCrc32 } from "../../domain/registry/sidecar.ts";
import type { Files } from "../../ports/files.ts";

const HEAD = 512;

/**
 * The bytes of a sidecar with its CRC: as they are when it states one (a wrong one is an accident to be told, not to be
 * covered up), else in canonical form with `crc32` filled in.
 */
export async function sealSidecar(
  files: Files,
  path: string,
): Promise<{ path: string; before: Uint8Array; bytes: Uint8Array }> {
  const bytes = await files.read(path, JSON_SIZE_LIMIT);
  const value = parseJson(bytes, path).value;
  if (value === null || typeof value !== "object" || Array.isArray(value) || Object.hasOwn(value, "crc32")) {
    return { path, before: bytes, bytes };
  }
  return { path, before: bytes, bytes: Buffer.from(formatJson({ ...value, crc32: sidecarCrc32(value) })) };
}

/** The same files, with other bytes for one that exists: what the folder will be, before it is written. */
export function withFile(files: Files, path: string, bytes: Uint8Array): Files {
  const mine = (asked: string) => asked === path;
  return {
    root: files.root,
    read: async (asked, limit) => (mine(asked) ? bytes : files.read(asked, limit)),
    readIfExists: async (asked, limit) => (mine(asked) ? bytes : files.readIfExists(asked, limit)),
    list: (folder) => files.list(folder),
    folders: (folder) => files.folders(folder),
    digest: async (asked) => {
      const there = await files.digest(asked);
      return mine(asked)
        ? { digest: digestOf(bytes), size: bytes.length, head: bytes.subarray(0, HEAD) }
        : there;
    },
    digestParts: (asked, size) => files.digestParts(asked, size),
    write: (asked, content) => files.write(asked, content),
    swap: (change) => files.swap(change),
  };
}
