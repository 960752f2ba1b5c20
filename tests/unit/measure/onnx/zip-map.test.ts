import { describe, expect, it } from "vitest";
import { inspectModel } from "../../../../src/measure/onnx/inspect-model.ts";
import { readReference } from "../../../../src/measure/onnx/read-reference.ts";
import type { ValueFacts } from "../../../../src/measure/onnx/value-info.ts";
import { GateError } from "../../../../src/errors.ts";
import {
  bytes,
  type Bytes,
  concat,
  int,
  model,
  node,
  sequenceInfo,
  tensor,
  tensorProto,
  text,
  varint,
} from "../../../support/onnx-writer.ts";

const ints = (values: readonly (number | bigint)[]) =>
  concat(text(1, "classlabels_int64s"), ...values.map((one) => int(8, one)));
const packed = (values: readonly number[]) =>
  concat(text(1, "classlabels_int64s"), bytes(8, concat(...values.map(varint))));
const strings = (values: readonly string[]) =>
  concat(text(1, "classlabels_strings"), ...values.map((one) => text(9, one)));

const zipped = (attributes: readonly Bytes[], source = "p", domain = "ai.onnx.ml") =>
  model({
    nodes: [
      node({ op: "Identity", inputs: ["x"], outputs: ["p"] }),
      node({ op: "ZipMap", inputs: [source], outputs: ["z"], attributes, domain }),
    ],
    inputs: [{ name: "x", dtype: "float32", shape: ["N", 2] }],
    outputs: [sequenceInfo("z")],
  });

const outputOf = (data: Bytes): ValueFacts | undefined => inspectModel(data).outputs[0];

describe("an output that a ZipMap makes", () => {
  it.each([
    ["int64 labels", ints([1, -2]), { source: "p", keys: "int64", classes: [1, -2] }],
    ["packed int64 labels", packed([1, 300]), { source: "p", keys: "int64", classes: [1, 300] }],
    [
      "labels beyond 2^53",
      ints([2n ** 60n, 0]),
      { source: "p", keys: "int64", classes: [String(2n ** 60n), 0] },
    ],
    ["strings", strings(["a b", "ü"]), { source: "p", keys: "string", classes: ["a b", "ü"] }],
  ])("of %s is the matrix before it, with the classes as they stand in the model", (_, labels, zipMap) => {
    const matrix = { name: "z", dtype: "float32", shape: [null, 2], isTensor: true, zipMap };
    expect(outputOf(zipped([labels]))).toEqual(matrix);
  });

  it.each([
    ["without labels", zipped([])],
    ["with labels of both kinds", zipped([ints([1]), strings(["a"])])],
    ["with a label that stands twice", zipped([ints([1, 1])])],
    ["over an input of the model", zipped([ints([1, 2])], "x")],
  ])("%s is not comparable", (_, data) => {
    expect(outputOf(data)).toEqual({ name: "z", dtype: "sequence", shape: null, isTensor: false });
  });
});

const value = (one: number, dtype: "float32" | "float64" | "int64" = "float64") =>
  bytes(3, tensorProto(tensor("", dtype, [], [dtype === "int64" ? BigInt(one) : one])));
const map = (keys: Bytes, values: readonly Bytes[]) =>
  bytes(6, concat(keys, bytes(5, concat(int(2, 1), ...values))));
const numbers = (...keys: number[]) => concat(int(2, 7), ...keys.map((key) => int(3, key)));
const words = (...keys: string[]) => concat(int(2, 8), ...keys.map((key) => text(4, key)));
const maps = (...rows: Bytes[]) => concat(text(1, "z"), int(2, 4), ...rows);

describe("a reference for a ZipMap", () => {
  const outputs = [outputOf(zipped([ints([7, 3])]))!, outputOf(zipped([strings(["no", "yes"])]))!].map(
    (output, at) => ({ ...output, name: at === 0 ? "z" : "s" }),
  );
  const read = (data: Bytes, position = 0) => readReference(data, { file: "o.pb", position, outputs });
  const refused = (data: Bytes, position = 0) => {
    try {
      read(data, position);
    } catch (error) {
      if (error instanceof GateError) return `${error.code}: ${error.problems[0].message}`;
      throw error;
    }
    return "nothing";
  };

  it("of maps is a matrix in the order of the model's classes, whatever the order of its keys", () => {
    const rows = [
      map(numbers(3, 7), [value(0.25), value(0.75)]),
      map(numbers(7, 3), [value(1, "float32"), value(0)]),
    ];
    expect(read(maps(...rows))).toEqual(tensor("z", "float32", [2, 2], [0.75, 0.25, 1, 0]));
    const named = concat(int(2, 4), map(words("yes", "no"), [value(0.125), value(0.875)]));
    expect(read(named, 1)).toEqual(tensor("", "float32", [1, 2], [0.875, 0.125]));
    expect(read(maps()).dims).toEqual([0, 2]);
  });

  it("that is a matrix is read as it is", () => {
    const matrix = tensor("z", "float32", [1, 2], [0.5, 0.5]);
    expect(read(tensorProto(matrix))).toEqual(matrix);
    const other = tensor("z", "uint16", [2], [4, 4]);
    expect(read(tensorProto(other))).toEqual(other);
  });

  it.each([
    [
      "that lacks a class",
      maps(map(numbers(7), [value(1)])),
      "PARITY_CLASS_MISSING: Row 0 of the reference lacks 3; the classes are int64 keys.",
    ],
    [
      "with a class that the model does not know",
      maps(map(numbers(7, 3, 4), [value(1), value(0), value(0)])),
      "PARITY_CLASS_MISSING: Row 0 of the reference has 4, which the model does not know; the classes are int64 keys.",
    ],
    [
      "whose keys are texts",
      maps(map(words("7", "3"), [value(1), value(0)])),
      'PARITY_CLASS_MISSING: Row 0 of the reference lacks 7, 3 and has "7", "3", which the model does not know; the classes are int64 keys.',
    ],
    [
      "with a key twice",
      maps(map(numbers(7, 7), [value(1), value(0)])),
      /^TENSOR_MALFORMED: A map has the same key twice/,
    ],
    [
      "with more keys than values",
      maps(map(numbers(7, 3), [value(1)])),
      /^TENSOR_MALFORMED: A map has 2 keys and 1 values/,
    ],
    [
      "of whole numbers",
      maps(map(numbers(7, 3), [value(1, "int64"), value(0)])),
      /^TENSOR_MALFORMED: A map has a value of int64/,
    ],
    ["that is cut", maps(map(numbers(7, 3), [value(1), value(0)])).slice(0, -3), /^TENSOR_MALFORMED/],
    [
      "for an output that is none",
      concat(text(1, "q"), int(2, 4)),
      /^PARITY_REFERENCE_WRONG: .* gives none as "q"/,
    ],
  ])("%s is refused", (_, data, message) => {
    expect(refused(data)).toMatch(message);
  });
});
