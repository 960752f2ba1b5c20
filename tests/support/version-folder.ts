import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createFiles } from "../../src/adapters/fs/files.ts";
import { digestOf } from "../../src/domain/digest.ts";
import type { Manifest } from "../../src/domain/manifest.ts";
import type { Tensor } from "../../src/domain/tensor.ts";
import type { Files } from "../../src/ports/files.ts";
import type { ModelVersion } from "../../src/usecases/registry/load-version.ts";
import { tensorProto } from "./onnx-writer.ts";

/** A version of the model `m` in a throw-away repository, whose manifest lists exactly the given files. */
export interface VersionFolder extends Disposable {
  readonly root: string;
  readonly folder: string;
  readonly files: Files;
  readonly version: ModelVersion;
  /** Writes a file behind the manifest's back. */
  tamper(path: string, data: Uint8Array | string): void;
}

export type FolderFiles = Readonly<Record<string, Uint8Array | string>>;

export function versionFolder(contents: FolderFiles, artifact = "model.onnx"): VersionFolder {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "modelgate-version-")));
  const folder = "models/m/1.0.0";
  const tamper = (path: string, data: Uint8Array | string) => {
    const file = join(root, folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, data);
  };
  for (const [path, data] of Object.entries(contents)) tamper(path, data);
  const files = Object.entries(contents).map(([path, data]) => ({
    path,
    sha256: digestOf(data),
    size: Buffer.from(data).length,
  }));
  const artifactDigest = digestOf(contents[artifact] ?? "");
  // What replaying reads of a manifest; whether the rest is sound is for other tests.
  const manifest = { artifact_uri: artifact, artifact_hash: artifactDigest, files } as unknown as Manifest;
  const manifestDigest = digestOf(JSON.stringify(files));
  const subject = {
    model_id: "m",
    version: "1.0.0",
    manifest_digest: manifestDigest,
    artifact_digest: artifactDigest,
  };
  const version = { ref: { id: "m", version: "1.0.0" }, folder, manifest, manifestDigest, subject };
  return {
    root,
    folder,
    files: createFiles(root),
    version,
    tamper,
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  };
}

/** The files of one test data set, in ONNX's layout. */
export function testDataSet(
  number: number,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
): FolderFiles {
  const side = (name: string, tensors: readonly Tensor[]) =>
    tensors.map((tensor, at) => [`test_data_set_${number}/${name}_${at}.pb`, tensorProto(tensor)] as const);
  return Object.fromEntries([...side("input", inputs), ...side("output", outputs)]);
}
