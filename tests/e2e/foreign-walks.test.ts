import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Expectation, Walk } from "../../scripts/foreign-models/expectation.ts";
import { newRepository } from "../../scripts/foreign-models/repository.ts";
import { walkModel } from "../../scripts/foreign-models/walk-model.ts";

/** Made by scripts/foreign-models/make_models.py, which makes many more (docs/guides/foreign-models.md). */
const MODELS = join(import.meta.dirname, "../cases/foreign");

/** From `init --model` to the gate into the shadow, in a terminal of 80 columns. */
function walked(name: string): Walk {
  using repository = newRepository();
  const folder = join(MODELS, name);
  const expected = JSON.parse(readFileSync(join(folder, "expect.json"), "utf8")) as Expectation;
  const walk = walkModel(repository, folder, expected);
  expect(walk.widest).toBeLessThanOrEqual(80);
  return walk;
}

it.each([
  "sklearn-gradient-boosting-400k",
  "sklearn-string-labels",
  "sklearn-string-labels-zipmap",
  "int8-qoperator",
  "external-data",
  "spaces in names",
  "stateful",
])("%s: a model that answers as its framework does gets into the shadow", (name) => {
  expect(walked(name)).toMatchObject({ ended: "SHADOW", result: "pass", codes: [] });
});

it.each([
  ["int8-dynamic-against-float", "onnx-parity"],
  ["tiny-wrong-sign", "parity-scale"],
])("%s: a model that answers otherwise misses %s", (name, objective) => {
  const walk = walked(name);
  expect(walk).toMatchObject({
    ended: "REGISTER",
    result: "fail",
    codes: ["GATE_HARD_LIMIT_MISSED", "GATE_NOT_APPLICABLE"],
  });
  expect(walk.missed).toContain(objective);
});

it("float64-data: test data of another type are refused before the version is registered", () => {
  expect(walked("float64-data")).toMatchObject({
    ended: "register",
    result: "refused",
    codes: ["PARITY_INPUT_WRONG"],
  });
});
