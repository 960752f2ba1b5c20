import { InferenceSession } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { ENGINE_VERSION } from "../../../../src/adapters/onnx/engine-assets.ts";
import { GateError } from "../../../../src/errors.ts";
import { ENGINE_OPERATORS, OPERATORS_OF } from "../../../../src/measure/onnx/engine-operators.ts";
import { inspectModel } from "../../../../src/measure/onnx/inspect-model.ts";
import { bytes, type Bytes, model, node, opset, text, concat } from "../../../support/onnx-writer.ts";

const value = (name: string) => ({ name, dtype: "float32", shape: [1] });
const using = (domain: string, op: string, ...extra: Bytes[]) =>
  model(
    {
      nodes: [node({ op, inputs: ["x"], outputs: ["y"], domain })],
      inputs: [value("x")],
      outputs: [value("y")],
    },
    opset(domain, 1),
    ...extra,
  );
const functionOf = (domain: string, name: string) => bytes(25, concat(text(1, name), text(10, domain)));

function problemsOf(data: Bytes): readonly string[] {
  try {
    inspectModel(data);
  } catch (error) {
    if (error instanceof GateError) return error.problems.map(({ code, message }) => `${code}: ${message}`);
    throw error;
  }
  return [];
}

const NOT_KNOWN = "is not a registered function/op";

/** What the engine says to a model; "" when it loads it. */
const refusal = (data: Bytes): Promise<string> =>
  InferenceSession.create(data, { logSeverityLevel: 4 }).then(() => "", String);

describe("the list of operators that ONNX Runtime has built in", () => {
  it("is that of the pinned version", () => {
    expect(OPERATORS_OF).toBe(ENGINE_VERSION);
    expect(ENGINE_OPERATORS.size).toBe(85);
  });

  it("names none that the engine itself does not know", async () => {
    const unknown: string[] = [];
    for (const name of ENGINE_OPERATORS) {
      const [, domain = "", op = ""] = /^(.*)\.(\w+)$/.exec(name) ?? [];
      if ((await refusal(using(domain, op))).includes(NOT_KNOWN)) unknown.push(name);
    }
    expect(unknown).toEqual([]);
    expect(await refusal(using("com.microsoft", "Nothing"))).toContain(NOT_KNOWN);
  });
});

describe("operators of other domains", () => {
  it("that are built in are allowed, those of the same domain that are not are refused by name", () => {
    expect(problemsOf(using("com.microsoft", "FusedMatMul"))).toEqual([]);
    expect(problemsOf(using("com.microsoft", "PackedAttention"))).toEqual([
      'MODEL_OPERATOR_MISSING: ONNX Runtime 1.30.0 has no operator "com.microsoft.PackedAttention" for CPUs.',
    ]);
    expect(problemsOf(using("com", "microsoft.FusedMatMul"))).toEqual([
      'MODEL_DOMAIN_UNKNOWN: Operators of the domain "com" are not part of ONNX Runtime.',
    ]);
  });

  it("that the model defines are functions: refused where a node uses one, harmless where none does", () => {
    expect(problemsOf(using("mine", "F", functionOf("mine", "F")))).toEqual([
      'MODEL_FUNCTIONS: The model uses functions that it defines itself: "mine.F".',
    ]);
    expect(problemsOf(using("", "Relu", functionOf("ai.onnx", "Relu")))).toEqual([
      'MODEL_FUNCTIONS: The model uses functions that it defines itself: "Relu".',
    ]);
    const unused = using("", "Relu", functionOf("mine", "F"));
    expect(problemsOf(unused)).toEqual([]);
    expect(inspectModel(unused).functions).toBe(1);
  });
});
