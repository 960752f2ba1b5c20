import { describe, expect, it } from "vitest";
import type { Tensor } from "../../../src/domain/tensor.ts";
import type { RunLimits } from "../../../src/ports/engine.ts";
import { ADD, ENDLESS, identity, ONES, SUM_OF_ONES } from "../../support/onnx-models.ts";
import { bytes, int, model, node, tensor, text } from "../../support/onnx-writer.ts";
import { measured, parityOf, realEngine, refusalOf } from "../../support/parity-run.ts";
import { testDataSet, versionFolder } from "../../support/version-folder.ts";

const scalar = (name: string, value: number): Tensor => tensor(name, "float32", [], [value]);
const shape = (elements: bigint): Tensor => tensor("shape", "int64", [1], [elements]);

async function reasonOf(of: {
  bytes: Uint8Array;
  input: Tensor;
  output: Tensor;
  limits: Partial<RunLimits>;
}): Promise<[string, string | null]> {
  using folder = versionFolder({ "model.onnx": of.bytes, ...testDataSet(0, [of.input], [of.output]) });
  const limits = { timeoutMs: 60_000, memoryMiB: 1024, outputMiB: 16, ...of.limits };
  const { state, reason } = measured(await parityOf(folder, { limits }), "parity.max_abs_diff");
  return [state, reason];
}

describe("a hostile model", () => {
  it("that loops for ever is killed in time", async () => {
    const limits = { timeoutMs: 3000 };
    expect(await reasonOf({ bytes: ENDLESS, input: scalar("x", 1), output: scalar("y", 1), limits })).toEqual(
      ["undefined", "MODEL_TIMEOUT"],
    );
  });

  it("that swallows memory is killed at the limit", async () => {
    const limits = { memoryMiB: 500 };
    const input = shape(2n ** 29n);
    expect(await reasonOf({ bytes: SUM_OF_ONES, input, output: scalar("sum", 1), limits })).toEqual([
      "undefined",
      "MODEL_MEMORY",
    ]);
  });

  it("that asks for more memory than there is gets none", async () => {
    const input = shape(2n ** 50n);
    expect(await reasonOf({ bytes: SUM_OF_ONES, input, output: scalar("sum", 1), limits: {} })).toEqual([
      "undefined",
      "MODEL_MEMORY",
    ]);
  });

  it("that answers too much is cut off", async () => {
    const input = shape(2n ** 20n);
    expect(
      await reasonOf({ bytes: ONES, input, output: scalar("ones", 1), limits: { outputMiB: 1 } }),
    ).toEqual(["undefined", "MODEL_OUTPUT_TOO_LARGE"]);
  });

  it("that the engine refuses to load says why", async () => {
    const invalid = model({
      nodes: [node({ op: "NoSuchOperator", inputs: ["x"], outputs: ["y"] })],
      inputs: [{ name: "x", dtype: "float32", shape: [] }],
      outputs: [{ name: "y", dtype: "float32", shape: [] }],
    });
    using folder = versionFolder({
      "model.onnx": invalid,
      ...testDataSet(0, [scalar("x", 1)], [scalar("y", 1)]),
    });
    const { details } = await parityOf(folder);
    expect(details.failure).toMatchObject({
      code: "MODEL_LOAD_FAILED",
      message: expect.stringContaining("NoSuchOperator"),
    });
  });

  it("that refuses its own inputs says why", async () => {
    const split = model({
      nodes: [node({ op: "MatMul", inputs: ["x", "x"], outputs: ["y"] })],
      inputs: [{ name: "x", dtype: "float32", shape: ["R", "C"] }],
      outputs: [{ name: "y", dtype: "float32", shape: ["R", "C"] }],
    });
    const x = tensor("x", "float32", [2, 3], [1, 2, 3, 4, 5, 6]);
    using folder = versionFolder({ "model.onnx": split, ...testDataSet(0, [x], [{ ...x, name: "y" }]) });
    const { details } = await parityOf(folder);
    expect(details.failure).toMatchObject({
      code: "MODEL_RUN_FAILED",
      message: expect.stringContaining("MatMul"),
    });
  });

  it.each([
    ["of bfloat16", identity("bfloat16"), "MODEL_DTYPE_UNSUPPORTED"],
    [
      "with an operator of a foreign domain",
      model({ nodes: [node({ op: "Shell", inputs: [], outputs: ["y"], domain: "com.evil" })] }),
      "MODEL_DOMAIN_UNKNOWN",
    ],
    [
      "with an operator of its own making",
      Uint8Array.from([...ADD, ...bytes(25, text(1, "Add"))]),
      "MODEL_FUNCTIONS",
    ],
    ["cut in the middle", ADD.slice(0, ADD.length / 2), "MODEL_TRUNCATED"],
    ["without bytes", new Uint8Array(), "MODEL_EMPTY"],
    ["without a graph", int(1, 8), "MODEL_MALFORMED"],
  ])("%s never reaches the engine", async (_, data, code) => {
    using folder = versionFolder({ "model.onnx": data });
    expect((await refusalOf(parityOf(folder))).map((one) => one.code)).toContain(code);
  });

  it("does not keep the next one from being measured", async () => {
    const engine = realEngine();
    const x = scalar("x", 1);
    using endless = versionFolder({ "model.onnx": ENDLESS, ...testDataSet(0, [x], [scalar("y", 1)]) });
    await parityOf(endless, { engine, limits: { timeoutMs: 3000, memoryMiB: 1024, outputMiB: 1 } });
    const v = tensor("x", "float32", [1], [1]);
    using good = versionFolder({
      "model.onnx": identity("float32"),
      ...testDataSet(0, [v], [{ ...v, name: "y" }]),
    });
    expect(measured(await parityOf(good, { engine }), "parity.max_abs_diff").value).toBe(0);
  });
});
