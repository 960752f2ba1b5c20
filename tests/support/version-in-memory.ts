import { digestOf } from "../../src/domain/digest.ts";
import type { Manifest } from "../../src/domain/manifest.ts";
import { sidecarCrc32 } from "../../src/domain/registry/sidecar.ts";
import type { Tensor } from "../../src/domain/tensor.ts";
import type { Files } from "../../src/ports/files.ts";
import type { ModelVersion } from "../../src/usecases/registry/load-version.ts";
import { type Bytes, tensorProto } from "./onnx-writer.ts";

export interface VersionSpec {
  readonly id?: string;
  readonly version: string;
  readonly model: Bytes;
  /** Inputs as sidecar.json declares them. */
  readonly inputs: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly (number | string)[];
  }[];
  readonly cases: readonly { readonly inputs: readonly Tensor[]; readonly outputs: readonly Tensor[] }[];
  /** More files, or other bytes for the ones above. */
  readonly files?: Readonly<Record<string, Bytes | string>>;
}

/** A version whose manifest lists exactly its files, and the bytes of each. */
export function versionInMemory(spec: VersionSpec): {
  version: ModelVersion;
  contents: Map<string, Uint8Array>;
} {
  const ref = { id: spec.id ?? "hand-made", version: spec.version };
  const folder = `models/${ref.id}/${ref.version}`;
  const files = filesOf(spec);
  const listed = [...files].map(([path, bytes]) => ({ path, sha256: digestOf(bytes), size: bytes.length }));
  const artifact = digestOf(spec.model);
  const manifest = {
    artifact_uri: "model.onnx",
    artifact_hash: artifact,
    files: listed,
  } as unknown as Manifest;
  const manifestDigest = digestOf(JSON.stringify(listed));
  const subject = {
    model_id: ref.id,
    version: ref.version,
    manifest_digest: manifestDigest,
    artifact_digest: artifact,
  };
  const contents = new Map([...files].map(([path, bytes]) => [`${folder}/${path}`, bytes]));
  return { version: { ref, folder, manifest, manifestDigest, subject }, contents };
}

/** A work tree that can only be read. */
export function filesInMemory(...contents: readonly ReadonlyMap<string, Uint8Array>[]): Files {
  const all = new Map(contents.flatMap((one) => [...one]));
  const read = async (path: string): Promise<Uint8Array> => {
    const bytes = all.get(path);
    if (!bytes) throw new Error(`no ${path}`);
    return bytes;
  };
  return { root: "/memory", read } as unknown as Files;
}

function filesOf(spec: VersionSpec): Map<string, Uint8Array> {
  const files: Record<string, Bytes | string> = { "model.onnx": spec.model, "sidecar.json": sidecar(spec) };
  for (const [index, { inputs, outputs }] of spec.cases.entries()) {
    for (const [k, input] of inputs.entries())
      files[`test_data_set_${index}/input_${k}.pb`] = tensorProto(input);
    for (const [k, output] of outputs.entries())
      files[`test_data_set_${index}/output_${k}.pb`] = tensorProto(output);
  }
  return new Map(
    Object.entries({ ...files, ...spec.files }).map(([path, bytes]) => [path, Buffer.from(bytes)]),
  );
}

function sidecar(spec: VersionSpec): string {
  const body = {
    schema_version: "modelgate/sidecar/v1",
    feature_schema_id: "hand-made",
    feature_schema_version: "1.0.0",
    columns: [],
    inputs: spec.inputs,
    outputs: [{ name: "sum", dtype: "float32", shape: ["N", 3] }],
  };
  return JSON.stringify({ ...body, crc32: sidecarCrc32(body) });
}
