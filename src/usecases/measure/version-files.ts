import { type Digest, digestOf, sameDigest } from "../../domain/digest.ts";
import type { ManifestFile } from "../../domain/manifest.ts";
import { gateError } from "../../errors.ts";
import type { Files } from "../../ports/files.ts";
import type { ModelVersion } from "../registry/load-version.ts";
import type { TestDataSource } from "../registry/test-cases.ts";

/** Reads files of one version, each only as the bytes that its manifest names, and remembers what it read. */
export interface VersionFiles {
  /** `path` is relative to the version folder. MODEL_FILE_CHANGED, and the FILE_* codes of reading. */
  read(path: string): Promise<Uint8Array>;
  /** Undefined when the manifest lists no such file. */
  readIfListed(path: string): Promise<Uint8Array | undefined>;
  /** Everything that was read, by its path in the repository, sorted; with the manifest itself. */
  inputs(): { name: string; digest: Digest }[];
}

export function versionFiles(files: Files, version: ModelVersion): VersionFiles {
  const listed = new Map(version.manifest.files.map((file) => [file.path, file]));
  const seen = new Map<string, Digest>([[`${version.folder}/manifest.json`, version.manifestDigest]]);
  const read = async (path: string): Promise<Uint8Array> => {
    const entry = listed.get(path);
    const file = `${version.folder}/${path}`;
    if (!entry)
      throw gateError("MODEL_FILE_CHANGED", `The manifest does not list ${path}.`, { where: { file } });
    const bytes = await files.read(file, entry.size);
    checkBytes(bytes, entry, file);
    seen.set(file, entry.sha256);
    return bytes;
  };
  return {
    read,
    readIfListed: async (path) => (listed.has(path) ? read(path) : undefined),
    inputs: () => [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, digest]) => ({ name, digest })),
  };
}

/** The test data that a version's manifest lists, each file verified before it is used. */
export function testDataOf({ folder, manifest }: ModelVersion, files: VersionFiles): TestDataSource {
  return { folder, listed: manifest.files, read: (path) => files.read(path) };
}

function checkBytes(bytes: Uint8Array, entry: ManifestFile, file: string): void {
  const digest = digestOf(bytes);
  if (bytes.length === entry.size && sameDigest(digest, entry.sha256)) return;
  const message = `It is ${digest} (${bytes.length} bytes), the manifest says ${entry.sha256} (${entry.size} bytes).`;
  throw gateError("MODEL_FILE_CHANGED", message, { where: { file } });
}
