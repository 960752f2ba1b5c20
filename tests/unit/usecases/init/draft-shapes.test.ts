import { describe, expect, it } from "vitest";
import { draftShapes } from "../../../../src/usecases/init/draft-shapes.ts";

type Shape = readonly (number | string | null)[] | null;

const drafted = (inputs: readonly Shape[], outputs: readonly Shape[] = []) => {
  const values = (shapes: readonly Shape[]) =>
    shapes.map((shape, at) => ({ name: `t${at}`, dtype: "float32", isTensor: true, shape }));
  return draftShapes({ inputs: values(inputs), outputs: values(outputs) });
};

describe("shapes of a draft", () => {
  it.each<[string, Shape[], Shape[], unknown]>([
    ["an unnamed batch axis", [[null, 4]], [[null], [null, 3]], [["N", 4], ["N"], ["N", 3]]],
    [
      "a named one, and its name elsewhere",
      [["batch-size", 3]],
      [[7, "batch-size"]],
      [
        ["N", 3],
        [7, "N"],
      ],
    ],
    [
      "expressions",
      [["s0", "s1"]],
      [["2*s0", "floor(N/2)"]],
      [
        ["N", "s1"],
        ["dim_2_s0", "floor_N_2"],
      ],
    ],
    [
      "a foreign name beside its lawful twin",
      [[1, "a-b", "a_b"]],
      [["a-b"]],
      [[1, "a_b_2", "a_b"], ["a_b_2"]],
    ],
    [
      "an N that is not the batch axis",
      [["b", "N"]],
      [["N", "b"]],
      [
        ["N", "N_2"],
        ["N_2", "N"],
      ],
    ],
    [
      "question marks, each for itself",
      [["?", "?"]],
      [["?", "?"]],
      [
        ["N", "dim_1"],
        ["N", "dim_2"],
      ],
    ],
    [
      "a fixed batch",
      [[1, null]],
      [[null, "N"]],
      [
        [1, "dim_1"],
        ["dim_2", "N_2"],
      ],
    ],
    ["no rank", [null, [null]], [null, []], [null, ["N"], null, []]],
    ["a scalar first", [[], ["b", 2]], [["b"]], [[], ["N", 2], ["N"]]],
    [
      "dots, and letters of other alphabets",
      [["p2o.DynamicDimension.0", "größe"]],
      [["長さ"]],
      [["N", "gr_e"], ["dim"]],
    ],
    ["no inputs", [], [[null, 2]], [["dim_1", 2]]],
  ])("%s", (_, inputs, outputs, wanted) => {
    const shapes = drafted(inputs, outputs);
    expect([...shapes.inputs, ...shapes.outputs]).toEqual(wanted);
  });

  it("of a decoder: what it keeps has the batch axis first, and its length a name of its own", () => {
    const past = ["batch_size", 32, "past_sequence_length", 64];
    const present = ["batch_size", 32, "past_sequence_length + 1", 64];
    const { inputs, outputs, renamed } = drafted([["batch_size", "sequence_length"], past], [present]);
    expect(inputs).toEqual([
      ["N", "sequence_length"],
      ["N", 32, "past_sequence_length", 64],
    ]);
    expect(outputs).toEqual([["N", 32, "past_sequence_length_1", 64]]);
    expect(renamed).toEqual([
      { foreign: "batch_size", name: "N" },
      { foreign: "past_sequence_length + 1", name: "past_sequence_length_1" },
    ]);
  });

  it("are lawful whatever a model says", () => {
    const odd = [
      "\0",
      "\u202E",
      "x".repeat(500),
      "9",
      "-1",
      "__proto__",
      "N",
      " N ",
      "a\nb",
      "😀",
      "constructor",
    ];
    const { inputs, outputs } = drafted([odd, odd.toReversed()], [odd]);
    for (const axis of [...inputs, ...outputs].flat()) expect(axis).toMatch(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/);
    expect(new Set(inputs[0]).size).toBe(odd.length);
  });
});
