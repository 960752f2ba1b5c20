import { type Digest, digestOfJson } from "./digest.ts";

/** One file of a version folder; `path` is relative to the folder, with `/`. */
export interface ManifestFile {
  readonly path: string;
  readonly sha256: Digest;
  /** Bytes. */
  readonly size: number;
}

export interface InferenceRuntime {
  readonly engine: string;
  readonly version: string;
  readonly execution_provider: string;
  readonly optimization_level: string;
  readonly threads: number;
}

/** `models/<id>/<version>/manifest.json`. */
export interface Manifest {
  readonly schema_version: "modelgate/manifest/v1";
  readonly model_id: string;
  readonly version: string;
  /** Path of the model file inside the version folder. */
  readonly artifact_uri: string;
  /** Digest of the bytes at `artifact_uri`. */
  readonly artifact_hash: Digest;
  readonly manifest_hash: Digest;
  /** Over the RFC 8785 form of `training.json#/code`. */
  readonly trainer_code_hash: Digest;
  /** Over the RFC 8785 form of `inference_runtime`. */
  readonly inference_runtime_hash: Digest;
  readonly inference_runtime: InferenceRuntime;
  readonly feature_schema_id: string;
  readonly feature_schema_version: string;
  /** CRC-32 of the sidecar, as it states itself. */
  readonly feature_schema_crc32: string;
  readonly dataset_snapshot_id: string;
  /** Over the RFC 8785 form of `training.json#/dataset/files`. */
  readonly dataset_hash: Digest;
  /** Digest of the bytes of `evaluation.json`. */
  readonly evaluation_report_hash: Digest;
  /** Null until the version is signed. */
  readonly signature: string | null;
  readonly signing_key_id: string | null;
  /** Null where the training data has no time. */
  readonly training_window: { readonly from: string; readonly to: string } | null;
  readonly cv_scheme: string;
  readonly features: readonly string[];
  readonly licence: string;
  readonly created_at: string;
  /** Every file of the folder but the manifest itself, sorted by path (UTF-8 bytes). */
  readonly files: readonly ManifestFile[];
}

/** SHA-256 over the RFC 8785 JSON of the manifest without `manifest_hash` and `signature`. */
export function manifestHash(manifest: Omit<Manifest, "manifest_hash" | "signature">): Digest {
  const { manifest_hash: _hash, signature: _signature, ...rest } = manifest as Manifest;
  return digestOfJson(rest);
}
