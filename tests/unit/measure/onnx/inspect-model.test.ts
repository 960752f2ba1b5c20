import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GateError } from "../../../../src/errors.ts";
import { INSPECT_LIMITS, inspectModel } from "../../../../src/measure/onnx/inspect-model.ts";
import { ADD, ENDLESS, externalWeights, nested, SEQUENCE } from "../../../support/onnx-models.ts";
import { bytes, concat, int, model, node, opset, rawTensor, text } from "../../../support/onnx-writer.ts";

function refusal(data: Uint8Array, limits = INSPECT_LIMITS): { codes: string[]; error: GateError } {
  try {
    inspectModel(data, "m/model.onnx", limits);
  } catch (error) {
    if (error instanceof GateError) return { codes: error.problems.map(({ code }) => code), error };
    throw error;
  }
  throw new Error("The model was not refused.");
}

function outcomeOf(data: Uint8Array): string {
  try {
    inspectModel(data);
    return "facts";
  } catch (error) {
    return error instanceof Error ? error.name : "nothing";
  }
}

const IDENTITY = node({ op: "Identity", inputs: ["x"], outputs: ["y"] });

describe("inspecting a model", () => {
  it("reads what the model says about itself", () => {
    const metadata = bytes(14, concat(text(1, "__proto__"), text(2, "polluted")));
    const facts = inspectModel(concat(ADD, text(3, "1.2"), metadata));
    const vector = (name: string) => ({ name, dtype: "float32", shape: ["N", 3], isTensor: true });
    expect(facts).toEqual({
      irVersion: 8,
      producer: "tests 1.2",
      opsets: [
        { domain: "", version: 17 },
        { domain: "ai.onnx.ml", version: 3 },
      ],
      inputs: [vector("a"), vector("b")],
      outputs: [vector("sum")],
      externalData: [],
      metadata: Object.fromEntries([["__proto__", "polluted"]]),
      initializerBytes: 0,
      nodes: 1,
      domains: [""],
      operators: ["Add"],
      functions: 0,
      subgraphDepth: 0,
    });
    expect(Object.hasOwn(facts.metadata, "__proto__")).toBe(true);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("counts nodes of loop bodies and names outputs that are no tensors", () => {
    expect(inspectModel(ENDLESS)).toMatchObject({
      nodes: 3,
      subgraphDepth: 1,
      operators: ["Identity", "Loop"],
    });
    expect(inspectModel(SEQUENCE).outputs[0]).toEqual({
      name: "all",
      dtype: "sequence",
      shape: null,
      isTensor: false,
    });
  });

  it("leaves out inputs that are weights", () => {
    const weight = rawTensor("float32", [1], text(8, "w"), bytes(9, new Uint8Array(4)));
    const value = (name: string) => ({ name, dtype: "float32", shape: [1] });
    const old = model({
      nodes: [IDENTITY],
      inputs: [value("x"), value("w")],
      outputs: [value("y")],
      initializers: [weight],
    });
    expect(inspectModel(old)).toMatchObject({ inputs: [{ name: "x" }], initializerBytes: 4 });
  });

  it.each([
    ["no bytes", new Uint8Array(), "MODEL_EMPTY"],
    [
      "a text file",
      new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\noid sha256:0"),
      "MODEL_MALFORMED",
    ],
    [
      "a field beyond the end",
      concat(int(1, 8), Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x07)),
      "MODEL_TRUNCATED",
    ],
    [
      "a claim of 2 GiB",
      concat(int(1, 8), Uint8Array.of(0x3a, 0x80, 0x80, 0x80, 0x80, 0x08)),
      "MODEL_TRUNCATED",
    ],
    ["a varint without an end", new Uint8Array(40).fill(0xff), "MODEL_MALFORMED"],
    ["no graph", int(1, 8), "MODEL_MALFORMED"],
    ["two graphs", concat(ADD, bytes(7, bytes(1, IDENTITY))), "MODEL_MALFORMED"],
    ["a group", concat(int(1, 8), Uint8Array.of(0x0b)), "MODEL_MALFORMED"],
    ["field number 0", Uint8Array.of(0x00, 0x01), "MODEL_MALFORMED"],
    ["a name that is not UTF-8", concat(int(1, 8), bytes(2, Uint8Array.of(0xff))), "MODEL_MALFORMED"],
  ])("refuses %s", (_, data, code) => {
    const { codes, error } = refusal(data);
    expect(codes).toEqual([code]);
    expect(error.problems[0]).toMatchObject({
      where: { file: "m/model.onnx" },
      fix: expect.stringMatching(/./),
    });
  });

  it("refuses a file over the limits of size, fields and depth", () => {
    expect(refusal(ADD, { ...INSPECT_LIMITS, bytes: ADD.length - 1 }).codes).toEqual(["MODEL_TOO_LARGE"]);
    expect(refusal(ADD, { ...INSPECT_LIMITS, fields: 10 }).codes).toEqual(["MODEL_TOO_COMPLEX"]);
    expect(inspectModel(nested(8)).subgraphDepth).toBe(8);
    expect(refusal(nested(9)).codes).toEqual(["MODEL_TOO_DEEP"]);
    expect(refusal(nested(400)).codes).toEqual(["MODEL_TOO_DEEP"]);
  });

  it("names every problem at once: domain, functions, training, weights, dtypes", () => {
    const foreign = node({ op: "Evil", inputs: ["x"], outputs: ["y"], domain: "com.\u202eevil" });
    const data = model(
      {
        nodes: [foreign, node({ op: "f", inputs: ["x"], outputs: ["z"] })],
        inputs: [{ name: "x", dtype: "bfloat16", shape: [1] }],
        outputs: [{ name: "y", dtype: "float8e4m3fn", shape: [1] }],
        initializers: [
          rawTensor("float32", [2, 2], text(8, "short"), bytes(9, new Uint8Array(15))),
          rawTensor(99, [1], text(8, "odd"), bytes(9, new Uint8Array(1))),
        ],
      },
      bytes(20, new Uint8Array()),
      bytes(25, text(1, "f")),
    );
    const { codes, error } = refusal(data);
    expect(codes).toEqual([
      "MODEL_DOMAIN_UNKNOWN",
      "MODEL_FUNCTIONS",
      "MODEL_TRAINING_INFO",
      "MODEL_DTYPE_UNSUPPORTED",
      "MODEL_DTYPE_UNSUPPORTED",
      "MODEL_INITIALIZER_SIZE",
      "MODEL_DTYPE_UNSUPPORTED",
    ]);
    expect(error.problems[0].message).toBe(
      'Operators of the domain "com.\\u202eevil" are not part of ONNX Runtime.',
    );
    expect(error.problems[3]?.message).toContain("bfloat16");
    expect(error.problems[5]?.message).toContain("[2,2] of float32 need 16 bytes, raw_data has 15");
  });

  const named = (names: readonly string[]) => {
    const values = names.map((name) => ({ name, dtype: "float32", shape: [1] }));
    return model({ nodes: [IDENTITY], inputs: values, outputs: [{ name: "y", dtype: "float32" }] });
  };

  it("takes any text as a name, up to 512 characters, and up to 1,024 inputs", () => {
    const names = ["495", " ", "a b", "/x", "Länge", 'a"b\n\u202e', "😀".repeat(512)];
    const many = Array.from({ length: 1024 - names.length }, (_, at) => `x${at}`);
    expect(inspectModel(named([...names, ...many])).inputs.map(({ name }) => name)).toEqual([
      ...names,
      ...many,
    ]);
  });

  it.each([
    ["no name", [""], "The input at position 0 has no name."],
    ["U+0000 in a name", ["x\0y"], String.raw`The input at position 0 has a U+0000 in its name "x\u0000y".`],
    [
      "a name of 513 characters",
      ["a".repeat(513)],
      "The input at position 0 has a name of 513 characters, over 512.",
    ],
    ["the same name twice", ["x", "x"], 'The input at position 1 is the second one called "x".'],
  ])("refuses %s", (_, names, message) => {
    expect(refusal(named(names)).error.problems).toMatchObject([{ code: "MODEL_NAME_UNUSABLE", message }]);
  });

  it("refuses 1,025 inputs", () => {
    const names = Array.from({ length: 1025 }, (_, at) => `x${at}`);
    expect(refusal(named(names)).codes).toEqual(["MODEL_TOO_MANY_VALUES"]);
  });

  it.each([
    ["dims that multiply beyond 2^53", [2 ** 40, 2 ** 40]],
    ["more elements than bytes", [2 ** 40]],
  ])("refuses weights with %s without allocating them", (_, dims) => {
    const weight = rawTensor("float32", dims, text(8, "w"), bytes(9, new Uint8Array(4)));
    expect(refusal(model({ nodes: [IDENTITY], initializers: [weight] })).codes).toEqual([
      "MODEL_INITIALIZER_SIZE",
    ]);
  });

  it("refuses a negative dimension", () => {
    const weight = rawTensor("float32", [-1n], bytes(9, new Uint8Array(4)));
    expect(refusal(model({ nodes: [IDENTITY], initializers: [weight] })).codes).toEqual(["MODEL_MALFORMED"]);
  });

  it("sees external data of weights and of constants", () => {
    expect(inspectModel(externalWeights("w.bin", { offset: "4096", length: "12" })).externalData).toEqual([
      { location: "w.bin", offset: 4096, length: 12 },
    ]);
    expect(refusal(externalWeights("w.bin", { length: "13" })).codes).toEqual(["MODEL_INITIALIZER_SIZE"]);
    expect(refusal(externalWeights("w.bin", { offset: "-1" })).codes).toEqual(["MODEL_MALFORMED"]);
  });

  it("answers every broken copy of a model with a reason code, never with another error", () => {
    const good = concat(ENDLESS, opset("x", 1));
    const damage = fc.record({ at: fc.nat(good.length - 1), byte: fc.nat(255), cut: fc.nat(good.length) });
    fc.assert(
      fc.property(damage, ({ at, byte, cut }) => {
        const data = good.slice(0, Math.max(cut, 1));
        if (at < data.length) data[at] = byte;
        expect(["facts", "GateError"]).toContain(outcomeOf(data));
      }),
      { numRuns: 500 },
    );
  });
});
