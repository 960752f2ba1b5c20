import { digestOf } from "../../src/domain/digest.ts";
import { formatJson } from "../../src/domain/document/format.ts";
import type { Tensor } from "../../src/domain/tensor.ts";
import { gitRepo } from "./git-repo.ts";
import { model, node, tensor, tensorProto } from "./onnx-writer.ts";
import { type RegistryRepo, registryOf } from "./registry.ts";

export const SMALL = { id: "lin", version: "1.0.0" } as const;
export const SMALL_FOLDER = "models/lin/1.0.0";

/** y = x W, float32 [N,4] -> [N,2]. */
const WEIGHTS = [1, 2, 3, 4, 5, 6, 7, 8];
const X = [1, 0, 2, -1, 0.5, 0.25, 1, 3];

export const LINEAR = model({
  nodes: [node({ op: "MatMul", inputs: ["x", "W"], outputs: ["y"] })],
  initializers: [tensorProto(tensor("W", "float32", [4, 2], WEIGHTS))],
  inputs: [{ name: "x", dtype: "float32", shape: ["N", 4] }],
  outputs: [{ name: "y", dtype: "float32", shape: ["N", 2] }],
});

export const smallInput = (name = ""): Tensor => tensor(name, "float32", [2, 4], X);
export const smallOutput = (name = ""): Tensor => tensor(name, "float32", [2, 2], [4, 6, 27.25, 32]);

type Content = Uint8Array | string | null;

const CODE = "models/lin/training/train.py";

const json = (value: object): string => formatJson(value);

/** Every file of a sound version but its manifest, and the training code beside it. */
function soundFiles(): Record<string, Content> {
  const spec = (name: string, width: number) => ({ name, dtype: "float32", shape: ["N", width] });
  return {
    "model.onnx": LINEAR,
    "sidecar.json": json({
      schema_version: "modelgate/sidecar/v1",
      feature_schema_id: "lin",
      feature_schema_version: "1.0.0",
      columns: [],
      inputs: [spec("x", 4)],
      outputs: [spec("y", 2)],
    }),
    "parity.json": json({
      schema_version: "modelgate/parity-claim/v1",
      runtime: {
        engine: "onnxruntime",
        version: "1.30.0",
        execution_provider: "cpu",
        optimization_level: "basic",
        threads: 1,
      },
      cases: 1,
      outputs: [{ name: "y", max_abs_diff: 1e-6 }],
      max_abs_diff: 1e-6,
    }),
    "training.json": json(SMALL_TRAINING),
    "evaluation.json": json(SMALL_EVALUATION),
    "test_data_set_0/input_0.pb": tensorProto(smallInput()),
    "test_data_set_0/output_0.pb": tensorProto(smallOutput()),
  };
}

export const SMALL_TRAINING = {
  schema_version: "modelgate/training/v1",
  licence: "Apache-2.0",
  code: [{ path: CODE, sha256: digestOf("print(1)\n"), size: 9 }],
  dataset: {
    snapshot_id: "d",
    source: "pypi:x==1",
    licence: "CC0-1.0",
    files: [{ path: "d.csv", sha256: digestOf("d"), size: 1 }],
  },
  window: { from: "2013-01-01T00:00:00Z", to: "2013-04-01T00:00:00Z" },
  features: [],
  cv_scheme: { kind: "none", folds: 0, description: "One split." },
  hyperparameters: {},
  preprocessing: { description: "none" },
  seed: 1,
  environment: { python: "3.11", packages: {} },
  reference_outputs: { runtime: "numpy 2.1 float64", description: "x @ W" },
  offline_metrics: {},
  log: "One run.",
};

export const SMALL_EVALUATION = {
  schema_version: "modelgate/evaluation/v1",
  dataset: {
    snapshot_id: "e",
    window: { from: "2013-06-01T00:00:00Z", to: "2013-09-01T00:00:00Z" },
    rows: 100,
  },
  metrics: [{ name: "auc", value: 0.71, unit: "1", direction: "higher_is_better" }],
  folds: [],
  walk_forward: [],
  ablations: [],
};

/** A repository with a small unregistered version; `changes` are other files, or null for one that is left out. */
export async function smallRegistry(changes: Readonly<Record<string, Content>> = {}): Promise<RegistryRepo> {
  const repo = gitRepo();
  repo.write(CODE, "print(1)\n");
  for (const [path, content] of Object.entries({ ...soundFiles(), ...changes }))
    if (content !== null) repo.write(`${SMALL_FOLDER}/${path}`, content);
  return registryOf(repo);
}
