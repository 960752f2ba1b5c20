import { describe, expect, it } from "vitest";
import type { Tensor } from "../../../src/domain/tensor.ts";
import { evaluate } from "../../../src/policy/evaluate.ts";
import { evidenceWith, goodMeasurements, inputWith } from "../../support/judging.ts";
import {
  bytes,
  type Bytes,
  concat,
  int,
  model,
  node,
  opset,
  text,
  varint,
  sequenceInfo,
  tensor,
  tensorProto,
} from "../../support/onnx-writer.ts";
import { memoryEngine } from "../../support/memory-engine.ts";
import { measured, parityOf, refusalOf } from "../../support/parity-run.ts";
import { testDataSet, versionFolder } from "../../support/version-folder.ts";

const X = tensor("x", "float32", [3], [1, 2, 3]);
const as = (name: string): Tensor => ({ ...X, name });
const vector = (name: string) => ({ name, dtype: "float32", shape: ["N"] });
const typed = (name: string): Bytes =>
  concat(text(1, name), bytes(2, bytes(1, concat(int(1, 1), bytes(2, bytes(1, text(2, "N")))))));

/** A ModelProto around a GraphProto that is written field by field. */
const modelOf = (...fields: Bytes[]): Bytes =>
  concat(int(1, 8), bytes(7, concat(...fields)), opset("", 17), opset("com.microsoft", 1));

/**
 * Fields that protobuf reads as they are, behind a tag whose wire type is a varint: protobuf skips that as unknown, while
 * a reader that does not look at wire types takes the number for a length, and what follows for one message.
 */
const hidden = (field: number, real: Bytes): Bytes => concat(varint(field * 8), varint(real.length), real);

const honest = bytes(1, node({ op: "Identity", inputs: ["x"], outputs: ["ok"] }));
/** Answers -x where x is expected. */
const wrong = bytes(1, node({ op: "Neg", inputs: ["x"], outputs: ["bad"] }));

async function codesOf(data: Bytes, expected: readonly Tensor[], inputs: readonly Tensor[] = [X]) {
  using folder = versionFolder({ "model.onnx": data, ...testDataSet(0, inputs, expected) });
  return (await refusalOf(parityOf(folder))).map(({ code }) => code);
}

describe("a model that shows the inspector something else than the engine", () => {
  it("hides an operator of a foreign domain behind a wrong wire type", async () => {
    const gelu = node({ op: "Gelu", inputs: ["x"], outputs: ["y"], domain: "com.microsoft" });
    const data = modelOf(hidden(1, bytes(1, gelu)), bytes(11, typed("x")), bytes(12, typed("y")));
    expect(await codesOf(data, [as("y")])).toEqual(["MODEL_MALFORMED"]);
  });

  it("hides a wrong output behind a wrong wire type", async () => {
    const graph = [honest, wrong, bytes(11, typed("x")), bytes(12, typed("ok"))];
    const data = modelOf(...graph, hidden(1, bytes(12, typed("bad"))));
    expect(await codesOf(data, [as("ok")])).toEqual(["MODEL_MALFORMED"]);
  });

  it("hides functions behind a wrong wire type of the model", async () => {
    const data = concat(modelOf(honest, bytes(11, typed("x")), bytes(12, typed("ok"))));
    const disguised = concat(data, hidden(14, bytes(25, new Uint8Array())));
    expect(await codesOf(disguised, [as("ok")])).toEqual(["MODEL_MALFORMED"]);
  });

  it("leaves out the type of a wrong output, which the engine infers", async () => {
    const data = modelOf(
      honest,
      wrong,
      bytes(11, typed("x")),
      bytes(12, typed("ok")),
      bytes(12, text(1, "bad")),
    );
    expect(await codesOf(data, [as("ok"), as("bad")])).toEqual(["MODEL_UNTYPED"]);
  });

  it.each([
    ["a second, empty type, which protobuf merges", bytes(2, new Uint8Array())],
    ["a second type of another kind", bytes(2, bytes(4, new Uint8Array()))],
  ])("declares a wrong output with %s", async (_, second) => {
    const graph = [honest, wrong, bytes(11, typed("x")), bytes(12, typed("ok"))];
    const data = modelOf(...graph, bytes(12, concat(typed("bad"), second)));
    expect(await codesOf(data, [as("ok"), as("bad")])).toEqual(["MODEL_MALFORMED"]);
  });

  it("has an output that only the engine knows of", async () => {
    const plain = model({
      nodes: [node({ op: "Identity", inputs: ["x"], outputs: ["ok"] })],
      inputs: [vector("x")],
      outputs: [vector("ok")],
    });
    using folder = versionFolder({ "model.onnx": plain, ...testDataSet(0, [X], [as("ok")]) });
    const engine = memoryEngine(() => [as("ok"), as("bad")]);
    expect(await refusalOf(parityOf(folder, { engine }))).toMatchObject([
      { code: "PARITY_REFERENCE_MISSING", message: expect.stringContaining('"bad"') },
    ]);
  });

  it("is ONNX to a protobuf reader and ORT's own format to the engine", async () => {
    // Field 15 takes all bytes that are ORT's: its tag and length are what a flatbuffer calls the offset of its root.
    const length = varint(2 ** 14 + 5);
    const flatbuffer = concat(Buffer.from("ORTM"), new Uint8Array(2 ** 14 + 1));
    const data = concat(
      Uint8Array.of(0x7a),
      length,
      flatbuffer,
      modelOf(honest, bytes(11, typed("x")), bytes(12, typed("ok"))),
    );
    expect(Buffer.from(data.subarray(4, 8)).toString()).toBe("ORTM");
    expect(await codesOf(data, [as("ok")])).toEqual(["MODEL_ORT_FORMAT"]);
  });
});

describe("test data that compares nothing", () => {
  it("is all that there is for an output that is no tensor: the shipped policies do not let it pass", async () => {
    const graph = [honest, wrong, bytes(11, typed("x")), bytes(12, typed("ok"))];
    const construct = node({ op: "SequenceConstruct", inputs: ["bad"], outputs: ["unseen"] });
    const data = modelOf(...graph, bytes(1, construct), bytes(12, sequenceInfo("unseen")));
    using folder = versionFolder({ "model.onnx": data, ...testDataSet(0, [X], [as("ok")]) });
    const { measurements } = await parityOf(folder);
    const others = goodMeasurements().filter(({ metric }) => !metric.startsWith("parity."));
    const verdict = evaluate(inputWith({ evidence: evidenceWith([...others, ...measurements]) }));
    const objectives = verdict.policies.flatMap((policy) => policy.objectives);
    expect(
      objectives
        .filter(({ outcome }) => outcome !== "PASS" && outcome !== "NOT_APPLICABLE")
        .map(({ id }) => id),
    ).toEqual(["outputs-compared"]);
    expect(verdict.outcome).toBe("FAIL");
  });

  it("has no rows, so that only an output without rows is looked at", async () => {
    const data = model({
      nodes: [
        node({ op: "Neg", inputs: ["x"], outputs: ["y"] }),
        node({ op: "Shape", inputs: ["x"], outputs: ["s"] }),
      ],
      inputs: [vector("x")],
      outputs: [vector("y"), { name: "s", dtype: "int64", shape: [1] }],
    });
    const empty = (name: string) => tensor(name, "float32", [0], []);
    const set = testDataSet(0, [empty("x")], [empty("y"), tensor("s", "int64", [1], [0n])]);
    using folder = versionFolder({ "model.onnx": data, ...set });
    const evidence = await parityOf(folder);
    expect(measured(evidence, "parity.outputs_empty")).toMatchObject({
      value: 1,
      note: 'Output "y" is empty in every case.',
    });
  });

  it("shows a reviewer one reference and is compared with another", async () => {
    const set = testDataSet(0, [X], [{ ...X, name: "y" }]);
    using folder = versionFolder({
      "model.onnx": model({
        nodes: [node({ op: "Neg", inputs: ["x"], outputs: ["y"] })],
        inputs: [vector("x")],
        outputs: [vector("y")],
      }),
      ...set,
      "test_data_set_0/output_00.pb": tensorProto(tensor("y", "float32", [3], [-1, -2, -3])),
    });
    expect((await refusalOf(parityOf(folder))).map(({ code, file }) => [code, file])).toEqual([
      ["PARITY_TEST_DATA_AMBIGUOUS", "models/m/1.0.0/test_data_set_0/output_00.pb"],
    ]);
  });
});
