import { digestOf } from "../../src/domain/digest.ts";
import { formatJson } from "../../src/domain/document/format.ts";
import { ENGINE_VERSION } from "../../src/adapters/onnx/engine-assets.ts";

/** Path of the training code below the repository's root, and its bytes. */
export const TRAINING_CODE = { path: "models/training/train.py", text: 'print("made elsewhere")\n' };

/** What a claim says that was not looked at: more than any difference, so that no claim is broken. */
const ANYTHING = 1e300;

/**
 * The files of a version that only its author can write, for a model that came from elsewhere. `outputs` are
 * the names of its tensor outputs, `cases` the number of its test data sets, `columns` the names of its features.
 */
export function humanParts(
  outputs: readonly string[],
  cases: number,
  columns: readonly string[] = [],
): Record<string, string> {
  return {
    "training.json": formatJson(training(columns)),
    "evaluation.json": formatJson(EVALUATION),
    "parity.json": formatJson({
      schema_version: "modelgate/parity-claim/v1",
      runtime: {
        engine: "onnxruntime",
        version: ENGINE_VERSION,
        execution_provider: "cpu",
        optimization_level: "basic",
        threads: 1,
      },
      cases,
      outputs: outputs.map((name) => ({ name, max_abs_diff: ANYTHING })),
      max_abs_diff: ANYTHING,
    }),
  };
}

function training(features: readonly string[]): object {
  const { path, text } = TRAINING_CODE;
  return {
    schema_version: "modelgate/training/v1",
    licence: "Apache-2.0",
    code: [{ path, sha256: digestOf(text), size: Buffer.byteLength(text) }],
    dataset: {
      snapshot_id: "elsewhere",
      source: "made elsewhere",
      licence: "CC0-1.0",
      files: [{ path: "data.csv", sha256: digestOf(""), size: 0 }],
    },
    window: WINDOW,
    features,
    cv_scheme: { kind: "none", folds: 0, description: "Made elsewhere." },
    hyperparameters: {},
    preprocessing: { description: "Made elsewhere." },
    seed: 0,
    environment: { python: "3.11", packages: {} },
    reference_outputs: { runtime: "the framework that made it", description: "As its author stored them." },
    offline_metrics: { score: 1 },
    log: "Made elsewhere.",
  };
}

const WINDOW = { from: "2024-01-01T00:00:00Z", to: "2025-01-01T00:00:00Z" };

const EVALUATION = {
  schema_version: "modelgate/evaluation/v1",
  dataset: {
    snapshot_id: "elsewhere-later",
    window: { from: WINDOW.to, to: "2025-02-01T00:00:00Z" },
    rows: 1,
  },
  metrics: [{ name: "score", value: 1, unit: "1", direction: "higher_is_better" }],
  folds: [],
  walk_forward: [],
  ablations: [],
};
