import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { formatJson } from "../../../../src/domain/document/format.ts";
import { type Sidecar, sidecarCrc32 } from "../../../../src/domain/registry/sidecar.ts";
import { ADD } from "../../../support/onnx-models.ts";
import { concat, int, model, node, tensor, text } from "../../../support/onnx-writer.ts";
import { measured, parityOf } from "../../../support/parity-run.ts";
import { type FolderFiles, testDataSet, versionFolder } from "../../../support/version-folder.ts";

const value = (name: string, ...shape: (number | string)[]) => ({ name, dtype: "float32", shape });

function sidecar(inputs: string[], output: string, rows: object = { rows: "independent" }): string {
  const body = {
    schema_version: "modelgate/sidecar/v1",
    feature_schema_id: "m",
    feature_schema_version: "1.0.0",
    columns: [],
    inputs: inputs.map((name) => value(name, "N", 3)),
    outputs: [value(output, "N", 3)],
    ...rows,
  };
  return formatJson({ ...body, crc32: sidecarCrc32(body) });
}

const row = (name: string, ...values: number[]) => tensor(name, "float32", [1, 3], values);

/** Every column is normalized over the batch: a row alone is always 1. */
const OVER_THE_BATCH = model({
  nodes: [
    node({
      op: "Softmax",
      inputs: ["x"],
      outputs: ["y"],
      attributes: [concat(text(1, "axis"), int(3, 0), int(20, 2))],
    }),
  ],
  inputs: [value("x", "N", 3)],
  outputs: [value("y", "N", 3)],
});
const BATCHWISE: FolderFiles = {
  "model.onnx": OVER_THE_BATCH,
  ...testDataSet(0, [row("x", 1, 2, 3)], [row("y", 1, 1, 1)]),
  ...testDataSet(1, [row("x", 3, 2, 1)], [row("y", 1, 1, 1)]),
};

async function rowsOf(files: FolderFiles) {
  using folder = versionFolder(files);
  const evidence = await parityOf(folder);
  const { state, value: number, samples, reason } = measured(evidence, "parity.rows_disagreeing");
  return {
    rows: state === "measured" ? `${number} of ${samples}` : `${state} ${reason}`,
    diff: measured(evidence, "parity.max_abs_diff").value,
    broken: measured(evidence, "parity.claims_broken").value,
    findings: evidence.findings.map(({ code, message, file }) => `${code} ${file}: ${message}`),
  };
}

it("agrees where the answer to a row depends on the row alone", async () => {
  const files = {
    "model.onnx": ADD,
    "sidecar.json": sidecar(["a", "b"], "sum"),
    ...testDataSet(0, [row("a", 1, 2, 3), row("b", 10, 20, 30)], [row("sum", 11, 22, 33)]),
    ...testDataSet(1, [row("a", 0, 0, 0), row("b", 1, 1, 1)], [row("sum", 1, 1, 1)]),
  };
  expect(await rowsOf(files)).toEqual({ rows: "0 of 4", diff: 0, broken: 0, findings: [] });
});

it("is a broken claim where rows are mixed, though every stored case agrees", async () => {
  expect(await rowsOf({ ...BATCHWISE, "sidecar.json": sidecar(["x"], "y") })).toEqual({
    rows: "4 of 4",
    diff: 0,
    broken: 1,
    findings: [
      expect.stringMatching(
        /^PARITY_ROWS_DISAGREE models\/m\/1\.0\.0\/sidecar\.json: A batch of rows that should be independent: 4 of 4 rows got another answer than alone, first in output y \(by up to 0\.9\d+\)\.$/,
      ),
    ],
  });
});

it("is not asked of a model whose sidecar does not say so, or that has none", async () => {
  const unasked = { rows: "not_applicable PARITY_ROWS_UNDECLARED", diff: 0, broken: 0, findings: [] };
  expect(await rowsOf({ ...BATCHWISE, "sidecar.json": sidecar(["x"], "y", {}) })).toEqual(unasked);
  expect(await rowsOf(BATCHWISE)).toEqual(unasked);
});

it("is a broken claim where the model takes no batch at all", async () => {
  const fixed = model({
    nodes: [node({ op: "Identity", inputs: ["x"], outputs: ["y"] })],
    inputs: [value("x", 1, 3)],
    outputs: [value("y", 1, 3)],
  });
  const data = testDataSet(0, [row("x", 1, 2, 3)], [row("y", 1, 2, 3)]);
  const found = await rowsOf({ "model.onnx": fixed, "sidecar.json": sidecar(["x"], "y"), ...data });
  expect(found).toMatchObject({ rows: "undefined MODEL_RUN_FAILED", diff: 0, broken: 1 });
  expect(found.findings[0]).toMatch(/^PARITY_ROWS_DISAGREE .*It does not run: /);
});

it("takes rows along other axes, beside inputs that all rows share: a real model with a state", async () => {
  const from = (path: string) => readFileSync(`models/silero-vad/6.0.0/${path}`);
  const paths = [0, 1, 2, 3, 4].flatMap((n) =>
    ["input_0", "input_1", "input_2", "output_0", "output_1"].map((name) => `test_data_set_${n}/${name}.pb`),
  );
  const { crc32: _, ...body } = JSON.parse(from("sidecar.json").toString()) as Sidecar;
  const files: FolderFiles = {
    ...Object.fromEntries(["model.onnx", ...paths].map((path) => [path, from(path)])),
    "sidecar.json": formatJson({
      ...body,
      rows: "independent",
      crc32: sidecarCrc32({ ...body, rows: "independent" }),
    }),
  };
  expect(await rowsOf(files)).toMatchObject({ rows: "0 of 4", broken: 0, findings: [] });
});
