import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { GateError } from "../../../../src/errors.ts";
import { inspectModel } from "../../../../src/measure/onnx/inspect-model.ts";
import { model, node } from "../../../support/onnx-writer.ts";

const FOLDER = "tests/cases/random-models";
const CASES = globSync(`${FOLDER}/*.onnx`).sort();

/** Code and message of every problem of a model; empty when it is accepted. */
function problemsOf(bytes: Uint8Array): string[] {
  try {
    inspectModel(bytes);
    return [];
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    return error.problems.map(({ code, message }) => `${code}: ${message}`);
  }
}

const DRAWS = (label: string, operator: string, more = "") =>
  `MODEL_RANDOM: The node ${label} (${operator}) draws random numbers.${more}`;
const SEEDED = " Its seed does not help: each call draws the next numbers.";
const TRAINS = (label: string, operator: string, how: string) =>
  `MODEL_TRAINING_MODE: The node ${label} (${operator}) ${how}.`;
const DROPS = TRAINS('"drop"', "Dropout", "runs in training mode");
const MAY_DROP = (input: string) =>
  TRAINS('"drop"', "Dropout", `may run in training mode: its input "${input}" is not a constant`);
const BY_BATCH = "runs in training mode: it normalizes by the statistics of the batch";

/** Made by the onnx package, see make.py beside them. */
const REFUSED: Readonly<Record<string, string>> = {
  RandomNormalLike: DRAWS('"draw"', "RandomNormalLike"),
  "RandomNormalLike-with-seed": DRAWS('"draw"', "RandomNormalLike", SEEDED),
  RandomUniformLike: DRAWS('"draw"', "RandomUniformLike"),
  RandomNormal: DRAWS('that makes "noise"', "RandomNormal"),
  RandomUniform: DRAWS('that makes "noise"', "RandomUniform", SEEDED),
  Bernoulli: DRAWS('"draw"', "Bernoulli"),
  Multinomial: DRAWS('"draw"', "Multinomial"),
  "Dropout-initializer": DROPS,
  "Dropout-constant": DROPS,
  "Dropout-in-a-branch": DROPS,
  "Dropout-opset-6": DROPS,
  "Dropout-computed": MAY_DROP("on"),
  "Dropout-input": MAY_DROP("on"),
  "Dropout-beside-a-namesake": MAY_DROP("train"),
  BatchNormalization: TRAINS('"norm"', "BatchNormalization", BY_BATCH),
  "BatchNormalization-opset-9": TRAINS('"norm"', "BatchNormalization", BY_BATCH),
};

describe("a model that is random by declaration", () => {
  it("has a case for every file", () => {
    const names = CASES.map((path) => basename(path, ".onnx"));
    const expected = Object.keys(REFUSED).map((name) => `refused-${name}`);
    expect(names.filter((name) => name.startsWith("refused-")).sort()).toEqual(expected.sort());
  });

  it.each(Object.entries(REFUSED))("is refused by node and operator: %s", (name, problem) => {
    expect(problemsOf(readFileSync(`${FOLDER}/refused-${name}.onnx`))).toEqual([problem]);
  });

  it.each(CASES.filter((path) => path.includes("/accepted-")))(
    "is not one that runs for inference: %s",
    (path) => {
      expect(problemsOf(readFileSync(path))).toEqual([]);
    },
  );

  it.each([
    ["Sampling", ["x"], "MODEL_RANDOM"],
    ["BitmaskDropout", ["x", "", "on"], "MODEL_TRAINING_MODE"],
    ["BiasDropout", ["x", "b", "", "", "on"], "MODEL_TRAINING_MODE"],
  ])("is found among operators of ONNX Runtime itself: %s", (op, inputs, code) => {
    const value = (name: string) => ({ name, dtype: "float32", shape: ["N"] });
    const nodes = [node({ op, inputs, outputs: ["y"], domain: "com.microsoft" })];
    const bytes = model({ nodes, inputs: [value("x")], outputs: [value("y")] });
    expect(problemsOf(bytes).join("\n")).toContain(`${code}: The node that makes "y" (com.microsoft.${op})`);
  });

  it.each(globSync("models/*/*/model.onnx"))("is not one of the samples: %s", (path) => {
    expect(problemsOf(readFileSync(path))).toEqual([]);
  });
});
