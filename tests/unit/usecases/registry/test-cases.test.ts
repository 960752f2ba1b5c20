import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatJson } from "../../../../src/domain/document/format.ts";
import type { Tensor } from "../../../../src/domain/tensor.ts";
import { checkVersion } from "../../../../src/usecases/registry/check-version.ts";
import { register } from "../../../../src/usecases/registry/register.ts";
import { validate } from "../../../../src/usecases/registry/validate.ts";
import { ADD } from "../../../support/onnx-models.ts";
import { bytes, concat, int, model, node, tensor, tensorProto } from "../../../support/onnx-writer.ts";
import { problemsOf } from "../../../support/problems.ts";
import {
  SMALL,
  SMALL_FOLDER,
  smallInput,
  smallOutput,
  smallRegistry,
} from "../../../support/small-version.ts";
import { NO_TRUST } from "../../../support/trust.ts";

type Changes = Parameters<typeof smallRegistry>[0];

const INPUT = "test_data_set_0/input_0.pb";
const OUTPUT = "test_data_set_0/output_0.pb";
const stored = (tensor: Tensor) => tensorProto(tensor);
const rows = (count: number, width: number, name = ""): Tensor =>
  tensor(
    name,
    "float32",
    [count, width],
    Array.from({ length: count * width }, (_, at) => at),
  );
/** A SequenceProto of one tensor (onnx/onnx-data.proto). */
const sequence = concat(int(2, 1), bytes(3, tensorProto(smallInput())));

/** Every way in which stored data can never be replayed, or never be equal: code, file and what is said. */
type Wanted = readonly [code: string, file: string, says: RegExp];
const BROKEN: readonly (readonly [name: string, changes: Changes, ...wanted: Wanted[]])[] = [
  [
    "an input of another dtype",
    { [INPUT]: stored(tensor("", "float64", [2, 4], Array.from<number>({ length: 8 }).fill(1))) },
    ["PARITY_INPUT_WRONG", INPUT, /"x" is float64\[2,4\]; the model takes "x" float32\[N,4\]/],
  ],
  [
    "an input of another width",
    { [INPUT]: stored(rows(2, 3)) },
    ["PARITY_INPUT_WRONG", INPUT, /float32\[2,3\]/],
  ],
  [
    "an input of another rank",
    { [INPUT]: stored(tensor("", "float32", [4], [1, 2, 3, 4])) },
    ["PARITY_INPUT_WRONG", INPUT, /float32\[4\]/],
  ],
  [
    "an input under a name that the model does not have",
    { [INPUT]: stored(smallInput("features")) },
    ["PARITY_INPUT_WRONG", INPUT, /no input "features"; it takes "x"/],
  ],
  [
    "one file more than the model has inputs",
    { "test_data_set_0/input_1.pb": stored(smallInput()) },
    ["PARITY_INPUT_WRONG", "test_data_set_0/input_1.pb", /no input "input_1"/],
  ],
  [
    "a sequence where a tensor is wanted",
    { [INPUT]: sequence },
    ["TENSOR_MALFORMED", INPUT, /SequenceProto/],
  ],
  ["a file without bytes", { [INPUT]: new Uint8Array() }, ["TENSOR_MALFORMED", INPUT, /no bytes/]],
  [
    "no file for the output",
    { [OUTPUT]: null },
    ["PARITY_REFERENCE_MISSING", "test_data_set_0", /no expected file for the output "y"/],
  ],
  ["no file for the input", { [INPUT]: null }, ["PARITY_INPUT_MISSING", "test_data_set_0", /the input "x"/]],
  [
    "a reference of another dtype",
    { [OUTPUT]: stored(tensor("", "float64", [2, 2], [4, 6, 27.25, 32])) },
    ["PARITY_REFERENCE_WRONG", OUTPUT, /"y" is float64\[2,2\]; the model gives "y" float32\[N,2\]/],
  ],
  [
    "a reference of another width",
    { [OUTPUT]: stored(rows(2, 3)) },
    ["PARITY_REFERENCE_WRONG", OUTPUT, /float32\[2,3\]/],
  ],
  [
    "a reference under another name",
    { [OUTPUT]: stored(smallOutput("scores")) },
    ["PARITY_REFERENCE_MISSING", "test_data_set_0", /"y"/],
    ["PARITY_REFERENCE_WRONG", OUTPUT, /no output "scores"; it gives "y"/],
  ],
  [
    "a reference for more rows than its input has",
    { [OUTPUT]: stored(rows(3, 2)) },
    ["PARITY_REFERENCE_WRONG", OUTPUT, /"y" has 3 along "N"; "x" of the same case has 2/],
  ],
  [
    "two files for one input",
    { "test_data_set_0/input_00.pb": stored(smallInput()) },
    ["PARITY_TEST_DATA_AMBIGUOUS", "test_data_set_0/input_00.pb", /same number/],
  ],
  [
    "a NumPy file beside a whole set",
    { "test_data_set_0/input_1.npy": "\x93NUMPY" },
    ["PARITY_TEST_DATA_UNREAD", "test_data_set_0/input_1.npy", /NumPy/],
  ],
  [
    "NumPy files alone",
    { [INPUT]: null, [OUTPUT]: null, "test_data_set_0/input_0.npy": "\x93NUMPY" },
    ["PARITY_TEST_DATA_UNREAD", "test_data_set_0/input_0.npy", /NumPy/],
  ],
  [
    "a set whose name has no number",
    { "test_data_set_a/input_0.pb": stored(smallInput()) },
    ["PARITY_TEST_DATA_UNREAD", "test_data_set_a/input_0.pb", /the folder "test_data_set_a"/],
  ],
  [
    "a set with a name of another spelling",
    { "Test-Data-Set_1/input_0.pb": stored(smallInput()) },
    ["PARITY_TEST_DATA_UNREAD", "Test-Data-Set_1/input_0.pb", /"Test-Data-Set_1"/],
  ],
  [
    "a set deeper in the folder",
    { "data/test_data_set_1/input_0.pb": stored(smallInput()) },
    ["PARITY_TEST_DATA_UNREAD", "data/test_data_set_1/input_0.pb", /"data\/test_data_set_1"/],
  ],
  [
    "a file that is numbered otherwise",
    { "test_data_set_0/input_b.pb": stored(smallInput()) },
    ["PARITY_TEST_DATA_UNREAD", "test_data_set_0/input_b.pb", /input_<k>\.pb/],
  ],
  [
    "no test data at all",
    { [INPUT]: null, [OUTPUT]: null },
    ["PARITY_NO_TEST_DATA", "", /no test_data_set_<n>/],
  ],
  [
    "several of them at once",
    {
      [INPUT]: stored(rows(2, 3)),
      [OUTPUT]: stored(rows(2, 5)),
      "test_data_set_1/input_0.pb": stored(smallInput()),
      "test_data_set_2/input_0.pb": "\xff",
      "test_data_set_2/output_0.pb": stored(smallOutput()),
      "test_data_set_b/input_0.pb": stored(smallInput()),
    },
    ["PARITY_TEST_DATA_UNREAD", "test_data_set_b/input_0.pb", /./],
    ["PARITY_INPUT_WRONG", INPUT, /./],
    ["PARITY_REFERENCE_WRONG", OUTPUT, /./],
    ["PARITY_REFERENCE_MISSING", "test_data_set_1", /./],
    ["TENSOR_MALFORMED", "test_data_set_2/input_0.pb", /./],
  ],
];

const told = (problems: Awaited<ReturnType<typeof problemsOf>>) =>
  problems.map(({ code, where, message }) => ({ code, file: where?.file, message }));
const wantedOf = (wanted: readonly Wanted[]) =>
  wanted.map(([code, file, says]) => ({
    code,
    file: file === "" ? SMALL_FOLDER : `${SMALL_FOLDER}/${file}`,
    message: expect.stringMatching(says),
  }));

describe("test data that can never work is found before a version is immutable", () => {
  it("a sound version registers, with notes beside its data", async () => {
    using registry = await smallRegistry({ "test_data_set_0/README.md": "Two rows of x.\n" });
    expect(await problemsOf(() => register(registry.ports, SMALL_FOLDER))).toEqual([]);
    expect((await validate(registry.ports, { all: true })).problems).toEqual([]);
  });

  it.each(BROKEN.map(([name, changes, ...wanted]) => ({ name, changes, wanted })))(
    "register refuses $name, without an engine, and writes nothing",
    async ({ changes, wanted }) => {
      using registry = await smallRegistry(changes);
      const problems = await problemsOf(() => register(registry.ports, SMALL_FOLDER));
      expect(told(problems)).toEqual(wantedOf(wanted));
      expect(problems.every(({ fix }) => fix !== "")).toBe(true);
      expect(await registry.ports.files.readIfExists(`${SMALL_FOLDER}/manifest.json`)).toBeUndefined();
    },
  );

  it("leaves the rank of a reference to the replay: what a model declares of an output binds no engine", async () => {
    const declared = model({
      nodes: [node({ op: "Identity", inputs: ["x"], outputs: ["y"] })],
      inputs: [{ name: "x", dtype: "float32", shape: ["N", 1] }],
      outputs: [{ name: "y", dtype: "float32", shape: ["N"] }],
    });
    const spec = (name: string, shape: unknown[]) => ({ name, dtype: "float32", shape });
    using registry = await smallRegistry({
      "model.onnx": declared,
      "sidecar.json": formatJson({
        schema_version: "modelgate/sidecar/v1",
        feature_schema_id: "lin",
        feature_schema_version: "1.0.0",
        columns: [],
        inputs: [spec("x", ["N", 1])],
        outputs: [spec("y", ["N"])],
      }),
      [INPUT]: stored(rows(2, 1)),
      [OUTPUT]: stored(rows(2, 1)),
    });
    expect(told(await problemsOf(() => register(registry.ports, SMALL_FOLDER)))).toEqual([]);
  });

  it("says how a NumPy file is converted", async () => {
    using registry = await smallRegistry({ "test_data_set_0/input_1.npy": "\x93NUMPY" });
    const [problem] = await problemsOf(() => register(registry.ports, SMALL_FOLDER));
    expect(problem?.fix).toBe(
      'Convert it in Python: open("input_1.pb", "wb").write(onnx.numpy_helper.from_array(numpy.load("input_1.npy")).SerializeToString())',
    );
  });

  it("the same is said of a fixed batch of one and of two inputs with different rows", async () => {
    const fixed = model({
      nodes: [node({ op: "Identity", inputs: ["x"], outputs: ["y"] })],
      inputs: [{ name: "x", dtype: "float32", shape: [1, 4] }],
      outputs: [{ name: "y", dtype: "float32", shape: [1, 4] }],
    });
    const spec = (name: string, shape: unknown[]) => ({ name, dtype: "float32", shape });
    const sidecar = (inputs: object[], outputs: object[]): string =>
      formatJson({
        schema_version: "modelgate/sidecar/v1",
        feature_schema_id: "lin",
        feature_schema_version: "1.0.0",
        columns: [],
        inputs,
        outputs,
      });
    using three = await smallRegistry({
      "model.onnx": fixed,
      "sidecar.json": sidecar([spec("x", [1, 4])], [spec("y", [1, 4])]),
      [INPUT]: stored(rows(3, 4)),
      [OUTPUT]: stored(rows(3, 4)),
    });
    expect(told(await problemsOf(() => register(three.ports, SMALL_FOLDER)))).toEqual(
      wantedOf([
        ["PARITY_INPUT_WRONG", INPUT, /"x" is float32\[3,4\]; the model takes "x" float32\[1,4\]/],
        ["PARITY_REFERENCE_WRONG", OUTPUT, /float32\[3,4\]/],
      ]),
    );
    using uneven = await smallRegistry({
      "model.onnx": ADD,
      "sidecar.json": sidecar([spec("a", ["N", 3]), spec("b", ["N", 3])], [spec("sum", ["N", 3])]),
      [INPUT]: stored(rows(2, 3)),
      "test_data_set_0/input_1.pb": stored(rows(1, 3)),
      [OUTPUT]: stored(rows(2, 3)),
    });
    expect(told(await problemsOf(() => register(uneven.ports, SMALL_FOLDER)))).toEqual(
      wantedOf([
        [
          "PARITY_INPUT_WRONG",
          "test_data_set_0/input_1.pb",
          /"b" has 1 along "N"; "a" of the same case has 2/,
        ],
      ]),
    );
  });

  it("names that exporters write for an unknown size say nothing about sizes", async () => {
    const unknown = model({
      nodes: [node({ op: "Identity", inputs: ["x"], outputs: ["y"] })],
      inputs: [{ name: "x", dtype: "float32", shape: ["?", "?"] }],
      outputs: [{ name: "y", dtype: "float32", shape: ["None", "None"] }],
    });
    const spec = (name: string) => ({ name, dtype: "float32", shape: ["rows", "columns"] });
    using registry = await smallRegistry({
      "model.onnx": unknown,
      "sidecar.json": formatJson({
        schema_version: "modelgate/sidecar/v1",
        feature_schema_id: "lin",
        feature_schema_version: "1.0.0",
        columns: [],
        inputs: [spec("x")],
        outputs: [spec("y")],
      }),
      [INPUT]: stored(rows(2, 4)),
      [OUTPUT]: stored(rows(2, 4)),
    });
    expect(await problemsOf(() => register(registry.ports, SMALL_FOLDER))).toEqual([]);
  });

  it("a file that differs from the manifest is told once, and its set is not looked into", async () => {
    using registry = await smallRegistry();
    await register(registry.ports, SMALL_FOLDER);
    writeFileSync(registry.at(`${SMALL_FOLDER}/${INPUT}`), stored(rows(2, 3)));
    const { problems } = await checkVersion(registry.ports, SMALL, NO_TRUST);
    expect([...new Set(problems.map(({ code }) => code))]).toEqual([
      "MANIFEST_FILE_SIZE_MISMATCH",
      "MANIFEST_FILE_HASH_MISMATCH",
    ]);
  });
});

it("the case from the field is refused as it came", async () => {
  const at = "tests/cases/registry/float64-input";
  const changes = Object.fromEntries(
    ["model.onnx", "sidecar.json", "parity.json", INPUT, OUTPUT].map((path) => [
      path,
      readFileSync(`${at}/${path}`),
    ]),
  );
  using registry = await smallRegistry(changes);
  expect(told(await problemsOf(() => register(registry.ports, SMALL_FOLDER)))).toEqual(
    wantedOf([["PARITY_INPUT_WRONG", INPUT, /"x" is float64\[3,4\]; the model takes "x" float32\[N,4\]/]]),
  );
});
