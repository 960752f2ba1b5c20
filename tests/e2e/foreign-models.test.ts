import { describe, expect, it } from "vitest";
import {
  type AdoptedModel,
  adoptedModel,
  foreignFiles,
  type ForeignFiles,
} from "../support/adopted-model.ts";
import { SEQUENCE } from "../support/onnx-models.ts";
import { model, node, sequenceInfo, tensor, tensorProto } from "../support/onnx-writer.ts";

/** Registers, validates and commits, then asks the gate for the first step. */
function throughTheGate(adopted: AdoptedModel): unknown {
  expect(adopted.run("register", adopted.folder).text).toContain('"result": "registered"');
  expect(adopted.run("validate", adopted.folder).answer).toMatchObject({ result: "valid" });
  adopted.repo.commit({}, "models: foreign 1.0.0");
  const gate = adopted.run("gate", "foreign@1.0.0", "--event", "PROMOTE_TO_SHADOW", "--env", "staging");
  return gate.answer["outcome"] ?? gate.text;
}

describe("a model as its exporter writes it by default, through init, register, validate and the gate", () => {
  it.each([
    "sklearn-int-labels",
    "sklearn-string-labels",
    "sklearn-matrix",
    "sklearn-columns-out",
    "sklearn-named-columns",
    "lightgbm-classifier",
    "lightgbm-regressor",
    "xgboost-classifier",
    "xgboost-regressor",
    "qoperator",
  ])("%s passes", (name) => {
    using adopted = adoptedModel(foreignFiles(name));
    expect(throughTheGate(adopted)).toBe("PASS");
  });
});

/** Names that exporters write, and names that talk to a runner, a terminal, a browser, a shell or JavaScript. */
const NAMES = [
  "495",
  "0",
  "/fc/Gemm_output_0",
  "Länge",
  "sepal length (cm)",
  "x[0]",
  "Identity@1",
  'a"b',
  "l".repeat(200),
  "😀".repeat(512),
  "../../../etc/passwd",
  "x\n::set-output name=result::pass",
  "##[error]forged",
  "\u001b[2Jcleared",
  "\u202Egnp.exe",
  "<img src=x onerror=alert(1)> [x](javascript:alert(1)) | @everyone",
  "`$(touch owned)`",
  "__proto__",
  "constructor",
  "toString",
  " ",
];

const FORMATS = ["text", "markdown", "sarif", "json"];

/** Passes each input on to the output at its position: floats in a tensor of so many dimensions. */
function passing(inputs: readonly string[], outputs: readonly string[], rank = 2): ForeignFiles {
  const shape = ["batch-size", ...Array.from({ length: rank - 2 }, () => 1), 2];
  const value = (name: string) => ({ name, dtype: "float32", shape });
  const dims = [3, ...shape.slice(1).map(Number)];
  const data = (name: string) => tensorProto(tensor(name, "float32", dims, [1, 2, 3, 4, 5, 6]));
  const graph = {
    nodes: inputs.map((name, at) => node({ op: "Identity", inputs: [name], outputs: [outputs[at] ?? ""] })),
    inputs: inputs.map(value),
    outputs: outputs.map(value),
  };
  const side = (prefix: string, names: readonly string[]) =>
    names.map((name, at) => [`test_data_set_0/${prefix}_${at}.pb`, data(name)] as const);
  const sets = Object.fromEntries([...side("input", inputs), ...side("output", outputs)]);
  return { "model.onnx": model(graph), ...sets };
}

const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${prefix}${at}`);

describe("names of tensors are data", () => {
  const plain = numbered("y", NAMES.length);

  it.each([
    ["inputs", NAMES, plain],
    ["outputs", plain, NAMES],
  ])("as names of %s", (_, inputs, outputs) => {
    using adopted = adoptedModel(passing(inputs, outputs));
    expect(adopted.sidecar.inputs.map(({ name }) => name)).toEqual(inputs);
    expect(adopted.sidecar.outputs.map(({ name }) => name)).toEqual(outputs);
    expect(throughTheGate(adopted)).toBe("PASS");
  });

  it("stay text in every report of a model that is refused", () => {
    const files = passing(plain, NAMES);
    const wrong = tensorProto(tensor("", "float32", [3, 2], [1, 2, 3, 4, 5, NaN]));
    const replaced = NAMES.map((_, at) => [`test_data_set_0/output_${at}.pb`, wrong]);
    using adopted = adoptedModel({ ...files, ...Object.fromEntries(replaced) });
    expect(throughTheGate(adopted)).toBe("FAIL");
    for (const format of FORMATS) {
      const asked = ["foreign@1.0.0", "--event", "PROMOTE_TO_SHADOW", "--env", "staging", "--format", format];
      const { text } = adopted.run("gate", ...asked);
      expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u);
      expect(text).not.toMatch(/^(?:::|##\[)/m);
    }
  });

  it("of 1,024 inputs and outputs, of rank 10", () => {
    using adopted = adoptedModel(passing(numbered("past.", 1024), numbered("present.", 1024), 10));
    expect(throughTheGate(adopted)).toBe("PASS");
  });

  it("of none at all: a model without inputs", () => {
    const ones = tensor("ones", "float32", [2], [1, 1]);
    const value = { ...ones, shape: [2] };
    const files = {
      "model.onnx": model({ nodes: [], outputs: [value], initializers: [tensorProto(ones)] }),
      "test_data_set_0/output_0.pb": tensorProto(ones),
    };
    using adopted = adoptedModel(files);
    expect(adopted.sidecar.inputs).toEqual([]);
    expect(throughTheGate(adopted)).toBe("PASS");
  });
});

describe("what is no tensor", () => {
  const x = tensorProto(tensor("", "float32", [2], [1, 2]));
  const data = { "test_data_set_0/input_0.pb": x, "test_data_set_0/output_1.pb": x };

  it("as an output is declared, and counted as not compared, which the shipped policy does not allow", () => {
    using adopted = adoptedModel({ "model.onnx": SEQUENCE, ...data });
    expect(adopted.sidecar.outputs[0]).toEqual({ name: "all", dtype: "sequence", shape: null });
    expect(throughTheGate(adopted)).toBe("FAIL");
    const gate = adopted.run("gate", "foreign@1.0.0", "--event", "PROMOTE_TO_SHADOW", "--env", "staging");
    expect(gate.text).toContain("outputs not comparable is 1, which misses the hard limit == 0.");
  });

  it("as an input is refused by init, by its name", () => {
    const taking = model({
      nodes: [node({ op: "ConcatFromSequence", inputs: ["all"], outputs: ["y"] })],
      inputs: [sequenceInfo("all")],
      outputs: [{ name: "y", dtype: "float32" }],
    });
    expect(() => adoptedModel({ "model.onnx": taking })).toThrow(
      /MODEL_INPUT_NOT_TENSOR.*"The input \\"all\\" is no tensor/s,
    );
  });

  it("but a ZipMap has classes, whose order is that of the model", () => {
    using adopted = adoptedModel(foreignFiles("sklearn-string-labels"));
    const classes = ["setosa", "versicolor", "virginica"];
    expect(adopted.sidecar.outputs[1]).toEqual({
      name: "output_probability",
      dtype: "float32",
      shape: ["N", 3],
      classes,
    });
    const { crc32: _, ...sidecar } = adopted.sidecar;
    const outputs = sidecar.outputs.map((one) =>
      one.classes ? { ...one, classes: classes.toReversed() } : one,
    );
    adopted.repo.write(`${adopted.folder}/sidecar.json`, JSON.stringify({ ...sidecar, outputs }));
    const { answer } = adopted.run("register", adopted.folder);
    expect(answer["problems"]).toMatchObject([
      {
        code: "SIDECAR_CLASSES_MISMATCH",
        message: 'Class 1 of "output_probability" is "virginica" in the sidecar, and "setosa" in the model.',
      },
    ]);
  });

  it("is compared for every class: one wrong probability fails", () => {
    const files = foreignFiles("sklearn-matrix");
    const wrong = Buffer.from(files["test_data_set_0/output_1.pb"] ?? "");
    wrong.writeFloatLE(0.5, wrong.length - 4);
    using adopted = adoptedModel({ ...files, "test_data_set_0/output_1.pb": wrong });
    expect(throughTheGate(adopted)).toBe("FAIL");
  });
});
