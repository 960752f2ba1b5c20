import { type Digest, digestOfJson } from "../digest.ts";
import { type Manifest, manifestHash } from "../manifest.ts";
import type { ModelRef } from "../model-ref.ts";
import { byPath } from "./check-files.ts";
import type { Sidecar } from "./sidecar.ts";
import { cvSchemeText, type ParityRuntime, type Training } from "./training.ts";

/** Everything that a manifest is derived from. */
export interface ManifestSource {
  readonly ref: ModelRef;
  readonly artifact: string;
  readonly sidecar: Sidecar;
  readonly training: Training;
  readonly parity: ParityRuntime;
  /** Every file of the folder but the manifest. */
  readonly files: readonly { readonly path: string; readonly digest: Digest; readonly size: number }[];
  /** ISO-8601 UTC with seconds. */
  readonly createdAt: string;
}

/**
 * The manifest of a version folder: every field follows from the files, the folder's name and `createdAt`.
 * The source must hold the artifact and evaluation.json; throws a TypeError otherwise.
 */
export function buildManifest(source: ManifestSource): Manifest {
  const { sidecar, training } = source;
  const draft = {
    schema_version: "modelgate/manifest/v1",
    model_id: source.ref.id,
    version: source.ref.version,
    artifact_uri: source.artifact,
    artifact_hash: digestIn(source, source.artifact),
    trainer_code_hash: digestOfJson(training.code),
    inference_runtime_hash: digestOfJson(source.parity.runtime),
    inference_runtime: source.parity.runtime,
    feature_schema_id: sidecar.feature_schema_id,
    feature_schema_version: sidecar.feature_schema_version,
    feature_schema_crc32: sidecar.crc32,
    dataset_snapshot_id: training.dataset.snapshot_id,
    dataset_hash: digestOfJson(training.dataset.files),
    evaluation_report_hash: digestIn(source, "evaluation.json"),
    signing_key_id: null,
    training_window: training.window ?? null,
    cv_scheme: cvSchemeText(training.cv_scheme),
    features: sidecar.columns.map((column) => column.name),
    licence: training.licence,
    created_at: source.createdAt,
    files: source.files.map(({ path, digest, size }) => ({ path, sha256: digest, size })).sort(byPath),
  } as const satisfies Omit<Manifest, "manifest_hash" | "signature">;
  return { ...draft, manifest_hash: manifestHash(draft), signature: null };
}

/** Equal but for the time of registration, the hash that covers it, and the signature. */
export function sameContent(a: Manifest, b: Manifest): boolean {
  const [left, right] = [a, b].map(
    ({ created_at: _at, manifest_hash: _hash, signature: _signature, ...rest }) =>
      digestOfJson({ ...rest, signing_key_id: null }),
  );
  return left === right;
}

function digestIn(source: ManifestSource, path: string): Digest {
  const file = source.files.find((one) => one.path === path);
  if (!file) throw new TypeError(`The folder has no ${path}.`);
  return file.digest;
}
