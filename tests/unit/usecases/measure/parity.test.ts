import { linkSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatJson } from "../../../../src/domain/document/format.ts";
import { SILENT } from "../../../../src/domain/parity-rules.ts";
import type { Tensor } from "../../../../src/domain/tensor.ts";
import { gateError } from "../../../../src/errors.ts";
import { memoryEngine, MEMORY_FINGERPRINT } from "../../../support/memory-engine.ts";
import { ADD, externalWeights, identity, LOGARITHM, SEQUENCE } from "../../../support/onnx-models.ts";
import { tensor, tensorProto } from "../../../support/onnx-writer.ts";
import {
  measured,
  parityOf,
  realEngine,
  recordedProgress,
  refusalOf,
  RUN,
} from "../../../support/parity-run.ts";
import { type FolderFiles, testDataSet, versionFolder } from "../../../support/version-folder.ts";

const row = (name: string, ...values: number[]): Tensor => tensor(name, "float32", [1, 3], values);
const GOOD = testDataSet(0, [row("a", 1, 2, 3), row("b", 10, 20, 30)], [row("sum", 11, 22, 33)]);
const SECOND = testDataSet(1, [row("a", 0, 0, 0), row("b", 1, 1, 1)], [row("sum", 1, 1, 1.5)]);

const claim = (max: number, cases = 1) => ({
  schema_version: "modelgate/parity-claim/v1",
  cases,
  max_abs_diff: max,
  outputs: [{ name: "sum", max_abs_diff: max }],
  runtime: {
    engine: "onnxruntime",
    version: "1.30.0",
    execution_provider: "cpu",
    optimization_level: "basic",
    threads: 1,
  },
});

describe("measuring parity", () => {
  it("replays every case in natural order and records all that it read", async () => {
    using folder = versionFolder({ "model.onnx": ADD, ...SECOND, ...GOOD, "CHANGES.md": "not read" });
    const progress = recordedProgress();
    const engine = realEngine();
    const evidence = await parityOf(folder, { progress, engine });
    expect(evidence).toMatchObject({
      schema_version: "modelgate/evidence/v1",
      kind: "parity",
      run_id: RUN.runId,
      model_version: "1.0.0",
      canary_phase: null,
      timestamp: "2026-11-01T12:00:00Z",
      subject: folder.version.subject,
      baseline: null,
      runner: { engine: await engine.fingerprint() },
      seed: null,
      findings: [],
    });
    expect(evidence.inputs.map(({ name }) => name.replace(`${folder.folder}/`, ""))).toEqual([
      "manifest.json",
      "model.onnx",
      ...["input_0.pb", "input_1.pb", "output_0.pb"].map((name) => `test_data_set_0/${name}`),
      ...["input_0.pb", "input_1.pb", "output_0.pb"].map((name) => `test_data_set_1/${name}`),
    ]);
    expect(measured(evidence, "parity.max_abs_diff")).toMatchObject({
      state: "measured",
      value: 0.5,
      samples: 6,
    });
    expect(measured(evidence, "parity.cases").value).toBe(2);
    expect(evidence.details).toMatchObject({
      cases: ["test_data_set_0", "test_data_set_1"],
      failure: null,
      claim: null,
      not_comparable: [],
    });
    expect(evidence.details.outputs).toMatchObject([
      {
        name: "sum",
        dtype: "float32",
        cases: 2,
        elements: 6,
        max_abs_diff: 0.5,
        over_tolerance: 1,
        worst: { case: "test_data_set_1", index: [0, 2], expected: 1.5, actual: 1 },
      },
    ]);
    expect(evidence.compared).toEqual([
      {
        output: "sum",
        dtype: "float32",
        elements: 6,
        atol: 1e-5,
        rtol: 1e-5,
        nan_equal: false,
        inf_equal: false,
        noise: false,
        extremes: [[0.5, 1.5]],
      },
    ]);
    expect(progress.steps).toEqual([0, 1, 2].map((done) => ["parity", done, 2]));
  });

  it("is the same evidence, byte for byte, when it is measured again", async () => {
    using folder = versionFolder({ "model.onnx": ADD, ...GOOD });
    expect(formatJson(await parityOf(folder))).toBe(formatJson(await parityOf(folder)));
  });

  it.each<[string, Tensor]>([
    ["float16", tensor("x", "float16", [2], [0x3c00, 0x7bff])],
    ["float64", tensor("x", "float64", [1], [Math.PI])],
    ["int64", tensor("x", "int64", [2], [2n ** 63n - 1n, -(2n ** 63n)])],
    ["uint64", tensor("x", "uint64", [1], [2n ** 64n - 1n])],
    ["uint32", tensor("x", "uint32", [1], [0xffffffff])],
    ["int8", tensor("x", "int8", [1], [-128])],
    ["uint16", tensor("x", "uint16", [1], [65535])],
    ["bool", tensor("x", "bool", [2], [1, 0])],
    ["string", tensor("x", "string", [2], ["", "é✓ \n"])],
  ])("passes %s through the engine unchanged", async (dtype, x) => {
    using folder = versionFolder({
      "model.onnx": identity(dtype),
      ...testDataSet(0, [x], [{ ...x, name: "y" }]),
    });
    const evidence = await parityOf(folder);
    expect(evidence.details.failure).toBeNull();
    expect(measured(evidence, "parity.max_abs_diff")).toMatchObject({
      state: "measured",
      value: 0,
      samples: x.data.length,
    });
    expect(measured(evidence, "parity.label_agreement").value).toBe(dtype.startsWith("float") ? null : 1);
  });

  it("reads NaN and infinities of the real model as what they are", async () => {
    const vector = (name: string, ...values: number[]) => tensor(name, "float32", [values.length], values);
    const data = testDataSet(0, [vector("x", -1, 0, 1)], [vector("log", NaN, -Infinity, 0)]);
    using folder = versionFolder({ "model.onnx": LOGARITHM, ...data });
    expect(measured(await parityOf(folder), "parity.max_abs_diff")).toMatchObject({
      state: "undefined",
      value: null,
      reason: "PARITY_NAN",
    });
    const rules = { policies: ["production"], blocks: [{ ...SILENT, nanEqual: true, infEqual: true }] };
    const evidence = await parityOf(folder, { rules });
    expect(measured(evidence, "parity.max_abs_diff").value).toBe(0);
    expect(measured(evidence, "parity.outputs_mismatched").value).toBe(0);
    expect(evidence.details.outputs[0]).toMatchObject({
      nan: { expected: 1, actual: 1 },
      infinite: { expected: 1, actual: 1 },
    });
    expect(evidence.compared).toMatchObject([
      { output: "log", dtype: "float32", nan_equal: true, inf_equal: true, noise: false },
    ]);
  });

  it("names outputs that are no tensors, and compares the others", async () => {
    const x = tensor("x", "float32", [1], [7]);
    using folder = versionFolder({
      "model.onnx": SEQUENCE,
      "test_data_set_0/input_0.pb": tensorProto(x),
      "test_data_set_0/output_0.pb": "a SequenceProto, which is not read",
      "test_data_set_0/output_1.pb": tensorProto({ ...x, name: "y" }),
    });
    const evidence = await parityOf(folder);
    expect(evidence.details.not_comparable).toEqual([{ name: "all", kind: "sequence" }]);
    expect(measured(evidence, "parity.outputs_not_comparable").value).toBe(1);
    expect(measured(evidence, "parity.max_abs_diff")).toMatchObject({ value: 0, samples: 1 });
  });

  it("takes tensors without names by their position", async () => {
    const bare = (tensors: Tensor[]) => tensors.map((one) => ({ ...one, name: "" }));
    const data = testDataSet(0, bare([row("a", 1, 1, 1), row("b", 2, 2, 2)]), bare([row("sum", 3, 3, 3)]));
    using folder = versionFolder({ "model.onnx": ADD, ...data });
    expect(measured(await parityOf(folder), "parity.max_abs_diff").value).toBe(0);
  });

  it.each<[string, Tensor, string]>([
    ["dtype", tensor("sum", "float64", [1, 3], [11, 22, 33]), "PARITY_DTYPE_MISMATCH"],
    ["shape", tensor("sum", "float32", [3], [11, 22, 33]), "PARITY_SHAPE_MISMATCH"],
  ])("a reference of another %s leaves no number", async (_, reference, reason) => {
    using folder = versionFolder({
      "model.onnx": ADD,
      ...GOOD,
      "test_data_set_0/output_0.pb": tensorProto(reference),
    });
    const evidence = await parityOf(folder);
    expect(measured(evidence, "parity.max_abs_diff")).toMatchObject({
      state: "undefined",
      value: null,
      reason,
    });
    expect(measured(evidence, "parity.outputs_failed").value).toBe(1);
  });

  it("a reference under another name leaves the model's output without one", async () => {
    const renamed = tensorProto(row("total", 11, 22, 33));
    using folder = versionFolder({ "model.onnx": ADD, ...GOOD, "test_data_set_0/output_0.pb": renamed });
    expect(await refusalOf(parityOf(folder))).toMatchObject([
      { code: "PARITY_REFERENCE_MISSING", file: "models/m/1.0.0/test_data_set_0" },
    ]);
  });

  it("a reference for an output that the model does not give fails by name", async () => {
    const extra = testDataSet(
      0,
      [row("a", 1, 2, 3), row("b", 1, 1, 1)],
      [row("sum", 2, 3, 4), row("confidence", 1, 1, 1)],
    );
    using folder = versionFolder({ "model.onnx": ADD, ...extra });
    const evidence = await parityOf(folder);
    expect(measured(evidence, "parity.max_abs_diff")).toMatchObject({
      state: "undefined",
      reason: "PARITY_OUTPUT_MISSING",
    });
    expect(measured(evidence, "parity.max_abs_diff").note).toContain('"confidence"');
  });
});

describe("a model whose answer depends on more than its inputs", () => {
  /** Right the first time, whatever comes later. */
  const measuring = async (behaviour: (call: number) => number) => {
    using folder = versionFolder({ "model.onnx": ADD, ...GOOD });
    let calls = 0;
    return await parityOf(folder, { engine: memoryEngine(() => [row("sum", 11, 22, behaviour(++calls))]) });
  };

  it("agrees with its references and is not repeatable", async () => {
    const evidence = await measuring((call) => (call === 1 ? 33 : 33 + call));
    expect(measured(evidence, "parity.max_abs_diff").value).toBe(0);
    expect(measured(evidence, "parity.claims_broken").value).toBe(0);
    expect(measured(evidence, "parity.repeatable")).toMatchObject({
      state: "measured",
      value: 0,
      samples: 2,
    });
    expect(evidence.findings).toEqual(
      [
        ["in another order", 35],
        ["in a new session", 36],
      ].map(([way, then]) => ({
        code: "PARITY_NOT_REPEATABLE",
        message: `Run again ${way}, 1 of 1 outputs differ; the first is output "sum" of test_data_set_0, at [0,2] 33, then ${then}.`,
        file: "models/m/1.0.0/model.onnx",
      })),
    );
    expect(evidence.details.repeated).toMatchObject([
      { kind: "order", cases: 1, differing: 1, differences: [{ case: "test_data_set_0", output: "sum" }] },
      { kind: "session", cases: 1, differing: 1 },
    ]);
  });

  it("is found in one way of running it again alone", async () => {
    const evidence = await measuring((call) => (call === 3 ? 34 : 33));
    expect(measured(evidence, "parity.repeatable").value).toBe(0.5);
    expect(evidence.findings.map(({ message }) => message.slice(0, 26))).toEqual([
      "Run again in a new session",
    ]);
  });
});

describe("claims of the author", () => {
  const measuring = async (parity: unknown, data: FolderFiles = SECOND) => {
    using folder = versionFolder({
      "model.onnx": ADD,
      ...data,
      "parity.json": typeof parity === "string" ? parity : formatJson(parity),
    });
    return await parityOf(folder);
  };

  it("that hold are no finding", async () => {
    expect((await measuring(claim(0.5))).findings).toEqual([]);
  });

  it("that do not hold are findings with the file, and change no number", async () => {
    const forged = await measuring(claim(0));
    expect(forged.findings.map(({ code, file }) => [code, file])).toEqual([
      ["PARITY_CLAIM_BROKEN", "models/m/1.0.0/parity.json"],
      ["PARITY_CLAIM_BROKEN", "models/m/1.0.0/parity.json"],
    ]);
    expect(measured(forged, "parity.claims_broken").value).toBe(2);
    expect(measured(forged, "parity.max_abs_diff").value).toBe(0.5);
    expect(measured(forged, "parity.elements_over_tolerance").value).toBe(1);
  });

  it("about other cases, or that cannot be read, are broken", async () => {
    expect((await measuring(claim(0.5, 3))).findings[0]?.message).toBe("It claims 3 cases; 1 were replayed.");
    expect((await measuring('{"cases": 1, "cases": 2}')).findings).toMatchObject([
      { code: "PARITY_CLAIM_BROKEN" },
    ]);
    expect((await measuring({ cases: 1 })).findings).toMatchObject([{ code: "PARITY_CLAIM_BROKEN" }]);
  });
});

describe("bad input is refused with its code and place", () => {
  const only = (...paths: string[]) =>
    Object.fromEntries(Object.entries(GOOD).filter(([path]) => !paths.includes(path)));
  const rows: [string, FolderFiles, string, string, RegExp][] = [
    ["no test data", {}, "PARITY_NO_TEST_DATA", "", /test_data_set/],
    [
      "a missing expected file",
      only("test_data_set_0/output_0.pb"),
      "PARITY_REFERENCE_MISSING",
      "/test_data_set_0",
      /"sum" float32\[N,3\]/,
    ],
    [
      "a missing input",
      only("test_data_set_0/input_1.pb"),
      "PARITY_INPUT_MISSING",
      "/test_data_set_0",
      /"b" float32\[N,3\]/,
    ],
    [
      "a wrong input name",
      { ...GOOD, "test_data_set_0/input_1.pb": tensorProto(row("c", 1, 2, 3)) },
      "PARITY_INPUT_WRONG",
      "/test_data_set_0/input_1.pb",
      /no input "c"; it takes "a" float32\[N,3\], "b" float32\[N,3\]/,
    ],
    [
      "a wrong input dtype",
      { ...GOOD, "test_data_set_0/input_1.pb": tensorProto(tensor("b", "float64", [1, 3], [1, 2, 3])) },
      "PARITY_INPUT_WRONG",
      "/test_data_set_0/input_1.pb",
      /is float64\[1,3\]; the model takes "b" float32\[N,3\]/,
    ],
    [
      "a wrong input shape",
      { ...GOOD, "test_data_set_0/input_1.pb": tensorProto(tensor("b", "float32", [1, 4], [1, 2, 3, 4])) },
      "PARITY_INPUT_WRONG",
      "/test_data_set_0/input_1.pb",
      /is float32\[1,4\]/,
    ],
    [
      "two files for one input",
      { ...GOOD, "test_data_set_0/input_1.pb": tensorProto(row("a", 1, 2, 3)) },
      "PARITY_TEST_DATA_AMBIGUOUS",
      "/test_data_set_0/input_1.pb",
      /"a"/,
    ],
    [
      "a broken tensor",
      { ...GOOD, "test_data_set_0/input_1.pb": "not a tensor" },
      "TENSOR_MALFORMED",
      "/test_data_set_0/input_1.pb",
      /./,
    ],
  ];

  it.each(rows)("%s", async (...[, data, code, file, message]) => {
    using folder = versionFolder({ "model.onnx": ADD, ...data });
    const problems = await refusalOf(parityOf(folder));
    expect(problems).toEqual([
      {
        code,
        file: `${folder.folder}${file}`,
        message: expect.stringMatching(message),
        fix: expect.stringMatching(/./),
      },
    ]);
  });

  it("all cases at once", async () => {
    using folder = versionFolder({
      "model.onnx": ADD,
      ...GOOD,
      ...SECOND,
      "test_data_set_0/input_0.pb": "x",
      "test_data_set_1/input_1.pb": "y",
    });
    expect((await refusalOf(parityOf(folder))).map(({ file }) => file)).toEqual([
      "models/m/1.0.0/test_data_set_0/input_0.pb",
      "models/m/1.0.0/test_data_set_1/input_1.pb",
    ]);
  });

  it.each(["model.onnx", "test_data_set_0/output_0.pb", "parity.json"])("a changed %s", async (path) => {
    using folder = versionFolder({ "model.onnx": ADD, ...GOOD, "parity.json": formatJson(claim(0)) });
    const before = await folder.files.read(`${folder.folder}/${path}`);
    const after = Uint8Array.from(before);
    after[after.length - 1] = (after.at(-1) ?? 0) ^ 1;
    folder.tamper(path, after);
    const [problem] = await refusalOf(parityOf(folder));
    expect(problem).toMatchObject({ code: "MODEL_FILE_CHANGED", file: `${folder.folder}/${path}` });
  });
});

describe("external data", () => {
  const weights = new Uint8Array(Float32Array.of(1, 2, 3).buffer);
  const vector = (name: string, ...values: number[]) => tensor(name, "float32", [3], values);
  const data = testDataSet(0, [vector("x", 1, 1, 1)], [vector("sum", 2, 3, 4)]);

  it("that the manifest lists runs from the bytes that were hashed", async () => {
    using folder = versionFolder({ "model.onnx": externalWeights("w.bin"), "w.bin": weights, ...data });
    const evidence = await parityOf(folder);
    expect(evidence.details.failure).toBeNull();
    expect(measured(evidence, "parity.max_abs_diff").value).toBe(0);
    expect(evidence.inputs.map(({ name }) => name)).toContain("models/m/1.0.0/w.bin");
  });

  it("beside a model in a folder of its own is found there", async () => {
    using folder = versionFolder(
      { "onnx/model.onnx": externalWeights("w.bin"), "onnx/w.bin": weights, ...data },
      "onnx/model.onnx",
    );
    expect(measured(await parityOf(folder), "parity.max_abs_diff").value).toBe(0);
  });

  it("that is not listed is refused, even when it is in the folder", async () => {
    using folder = versionFolder({ "model.onnx": externalWeights("w.bin"), ...data });
    folder.tamper("w.bin", weights);
    expect(await refusalOf(parityOf(folder))).toMatchObject([
      { code: "MODEL_EXTERNAL_DATA_UNLISTED", file: "models/m/1.0.0/model.onnx" },
    ]);
  });

  it("outside of the folder is refused", async () => {
    using folder = versionFolder({ "model.onnx": externalWeights("../../secret.bin"), ...data });
    mkdirSync(join(folder.root, "models"), { recursive: true });
    writeFileSync(join(folder.root, "models/secret.bin"), weights);
    expect(await refusalOf(parityOf(folder))).toMatchObject([{ code: "MODEL_EXTERNAL_DATA_UNSAFE" }]);
  });

  it("that is a hard link is refused", async () => {
    using folder = versionFolder({ "model.onnx": externalWeights("w.bin"), "w.bin": weights, ...data });
    linkSync(join(folder.root, folder.folder, "w.bin"), join(folder.root, "elsewhere.bin"));
    expect(await refusalOf(parityOf(folder))).toMatchObject([{ code: "FILE_HARDLINK" }]);
  });
});

describe("what goes wrong while it runs", () => {
  it("is evidence in state undefined when it is the model's fault", async () => {
    using folder = versionFolder({ "model.onnx": ADD, ...GOOD, "parity.json": formatJson(claim(0)) });
    const engine = memoryEngine(() => [], gateError("MODEL_CRASHED", "The process died (SIGSEGV)."));
    const evidence = await parityOf(folder, { engine });
    expect(
      new Set(
        evidence.measurements.map(({ state, value, reason, note }) => `${state} ${value} ${reason} ${note}`),
      ),
    ).toEqual(new Set(["undefined null MODEL_CRASHED The process died (SIGSEGV)."]));
    expect(evidence.details).toMatchObject({ failure: { code: "MODEL_CRASHED" }, outputs: [] });
    expect(evidence.runner.engine).toEqual(MEMORY_FINGERPRINT);
    expect(engine.disposed).toBe(1);
  });

  it("is an error when it is the tool's, and the process is let go", async () => {
    using folder = versionFolder({ "model.onnx": ADD, ...GOOD });
    const engine = memoryEngine(() => [], gateError("ENGINE_MISSING", "none"));
    expect(await refusalOf(parityOf(folder, { engine }))).toMatchObject([{ code: "ENGINE_MISSING" }]);
    expect([engine.started, engine.disposed]).toEqual([1, 1]);
  });

  it("lets the process go when the input is bad", async () => {
    using folder = versionFolder({ "model.onnx": "no model" });
    const engine = memoryEngine(() => []);
    expect((await refusalOf(parityOf(folder, { engine })))[0]?.code).toMatch(/^MODEL_/);
    expect(engine.disposed).toBe(1);
  });

  it("an engine that drops or renames an output does not pass", async () => {
    using folder = versionFolder({ "model.onnx": ADD, ...GOOD });
    const engine = memoryEngine(() => [row("other", 11, 22, 33)]);
    expect(measured(await parityOf(folder, { engine }), "parity.max_abs_diff")).toMatchObject({
      state: "undefined",
      reason: "PARITY_OUTPUT_MISSING",
    });
  });

  it("is not started when the run is stopped already", async () => {
    using folder = versionFolder({ "model.onnx": ADD, ...GOOD });
    const engine = memoryEngine(() => []);
    expect(await refusalOf(parityOf(folder, { engine, signal: AbortSignal.abort() }))).toMatchObject([
      { code: "ENGINE_INTERRUPTED" },
    ]);
    expect(engine.started).toBe(0);
  });
});
