import { expect, it } from "vitest";
import { formatJson } from "../../../../src/domain/document/format.ts";
import { register } from "../../../../src/usecases/registry/register.ts";
import { validate } from "../../../../src/usecases/registry/validate.ts";
import { problemsOf } from "../../../support/problems.ts";
import {
  SMALL_EVALUATION,
  SMALL_FOLDER,
  SMALL_TRAINING,
  smallRegistry,
} from "../../../support/small-version.ts";

it("data without a time has no window: such a version registers and is valid", async () => {
  const { window: _trained, ...training } = SMALL_TRAINING;
  const { metrics, schema_version } = SMALL_EVALUATION;
  using registry = await smallRegistry({
    "training.json": formatJson(training),
    "evaluation.json": formatJson({
      schema_version,
      dataset: { snapshot_id: "iris-test", rows: 30 },
      metrics,
      folds: [{ fold: 1, train: { rows: 120 }, test: { rows: 30 }, metrics: { auc: 0.7 } }],
    }),
  });
  const { manifest, findings } = await register(registry.ports, SMALL_FOLDER);
  expect(manifest.training_window).toBeNull();
  expect(findings).toEqual([]);
  expect(await validate(registry.ports, { all: true })).toMatchObject({ problems: [], findings: [] });
});

it("what cannot be is refused before it is immutable, all at once", async () => {
  const auc = { name: "auc", value: 1e300, unit: "1", direction: "higher_is_better" };
  const window = { from: "2013-09-01T00:00:00Z", to: "2013-06-01T00:00:00Z" };
  using registry = await smallRegistry({
    "evaluation.json": formatJson({
      ...SMALL_EVALUATION,
      dataset: { snapshot_id: "e", window, rows: 1 },
      metrics: [auc],
    }),
  });
  const problems = await problemsOf(() => register(registry.ports, SMALL_FOLDER));
  expect(problems.map(({ code, where }) => [code, where?.file, where?.pointer])).toEqual([
    ["CLAIM_WINDOW_IMPOSSIBLE", `${SMALL_FOLDER}/evaluation.json`, "/dataset/window"],
    ["CLAIM_NUMBER_IMPOSSIBLE", `${SMALL_FOLDER}/evaluation.json`, "/metrics/0/value"],
  ]);
});

it("a training window that ends before it begins is said once", async () => {
  const window = { from: "2013-04-01T00:00:00Z", to: "2013-01-01T00:00:00Z" };
  using registry = await smallRegistry({ "training.json": formatJson({ ...SMALL_TRAINING, window }) });
  const problems = await problemsOf(() => register(registry.ports, SMALL_FOLDER));
  expect(problems.map(({ code }) => code)).toEqual(["MANIFEST_TRAINING_WINDOW_INVERTED"]);
});

it("validate names what says less than it seems to, and the version stays valid", async () => {
  const reference_outputs = { runtime: "onnxruntime 1.30.0", description: "run" };
  using registry = await smallRegistry({
    "training.json": formatJson({ ...SMALL_TRAINING, reference_outputs }),
  });
  const { findings } = await register(registry.ports, SMALL_FOLDER);
  expect(findings.map(({ code }) => code)).toEqual(["CLAIM_REFERENCES_OF_RUNTIME"]);
  expect(await validate(registry.ports, { all: true })).toMatchObject({ problems: [], findings });
});
