import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DType, Tensor } from "../../../../src/domain/tensor.ts";
import { GateError } from "../../../../src/errors.ts";
import { readTensor } from "../../../../src/measure/onnx/read-tensor.ts";
import {
  bytes,
  concat,
  int,
  rawTensor,
  tensor,
  tensorProto,
  text,
  typedTensor,
  varint,
} from "../../../support/onnx-writer.ts";

const ELEMENTS: Readonly<Record<DType, fc.Arbitrary<number | bigint | string>>> = {
  float32: fc.float(),
  float64: fc.double(),
  float16: fc.nat(0xffff),
  int8: fc.integer({ min: -128, max: 127 }),
  int16: fc.integer({ min: -32768, max: 32767 }),
  int32: fc.integer(),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  uint8: fc.nat(255),
  uint16: fc.nat(0xffff),
  uint32: fc.nat(0xffffffff),
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  bool: fc.nat(1),
  string: fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0")),
};

const anyTensor: fc.Arbitrary<Tensor> = fc
  .record({
    dtype: fc.constantFrom(...(Object.keys(ELEMENTS) as DType[])),
    dims: fc.array(fc.nat(3), { maxLength: 3 }),
    name: fc.string(),
  })
  .chain(({ dtype, dims, name }) => {
    const count = dims.reduce((product, dim) => product * dim, 1);
    const values = fc.array(ELEMENTS[dtype], { minLength: count, maxLength: count });
    return values.map((elements) => tensor(name, dtype, dims, elements));
  });

function code(data: Uint8Array, limits?: { bytes: number; elements: number }): string {
  try {
    readTensor(data, "t/input_0.pb", limits);
  } catch (error) {
    if (error instanceof GateError) return error.code;
    throw error;
  }
  return "none";
}

describe("reading a TensorProto", () => {
  it("gives back any tensor that was written, raw or typed", () => {
    fc.assert(
      fc.property(anyTensor, (written) => {
        expect(readTensor(tensorProto(written))).toEqual(written);
        expect(readTensor(typedTensor(written))).toEqual(written);
      }),
      { numRuns: 300 },
    );
  });

  it("reads repeated fields that are not packed", () => {
    const data = rawTensor(
      "int64",
      [2],
      concat(varint(7 * 8), varint(5)),
      concat(varint(7 * 8), varint(-1n)),
    );
    expect(readTensor(data)).toEqual({
      name: "",
      dtype: "int64",
      dims: [2],
      data: BigInt64Array.of(5n, -1n),
    });
  });

  it.each(["bfloat16", "float8e4m3fn"])("refuses %s by name", (dtype) => {
    const size = dtype === "bfloat16" ? 2 : 1;
    const data = rawTensor(dtype, [1], text(8, "x"), bytes(9, new Uint8Array(size)));
    expect(() => readTensor(data, "f.pb")).toThrow(
      `Tensor "x" has element type ${dtype}, which cannot be compared.`,
    );
    expect(code(data)).toBe("MODEL_DTYPE_UNSUPPORTED");
  });

  it.each([
    [
      "raw data that is too short",
      rawTensor("float32", [2], bytes(9, new Uint8Array(7))),
      "TENSOR_MALFORMED",
    ],
    ["raw data that is too long", rawTensor("float32", [2], bytes(9, new Uint8Array(9))), "TENSOR_MALFORMED"],
    ["no data", rawTensor("float32", [2]), "TENSOR_MALFORMED"],
    [
      "raw and typed data",
      rawTensor("int32", [1], bytes(9, new Uint8Array(4)), bytes(5, varint(1))),
      "TENSOR_MALFORMED",
    ],
    [
      "raw data twice",
      rawTensor("uint8", [1], bytes(9, Uint8Array.of(1)), bytes(9, Uint8Array.of(2))),
      "TENSOR_MALFORMED",
    ],
    ["data in the wrong typed field", rawTensor("float32", [1], bytes(7, varint(1))), "TENSOR_MALFORMED"],
    ["an int8 of 300", rawTensor("int8", [1], bytes(5, varint(300))), "TENSOR_MALFORMED"],
    ["a boolean of 2", rawTensor("bool", [1], bytes(9, Uint8Array.of(2))), "TENSOR_MALFORMED"],
    [
      "a string that the engine would cut",
      rawTensor("string", [2], bytes(6, Uint8Array.of(65)), bytes(6, Uint8Array.of(65, 0, 66))),
      "TENSOR_STRING_NUL",
    ],
    ["raw strings", rawTensor("string", [1], bytes(9, Uint8Array.of(65))), "TENSOR_MALFORMED"],
    [
      "strings that are not UTF-8",
      rawTensor("string", [1], bytes(6, Uint8Array.of(0xff))),
      "TENSOR_MALFORMED",
    ],
    ["a negative dimension", rawTensor("float32", [-1n]), "TENSOR_MALFORMED"],
    [
      "65 dimensions",
      rawTensor("float32", Array<number>(65).fill(1), bytes(9, new Uint8Array(4))),
      "TENSOR_MALFORMED",
    ],
    [
      "a segment",
      rawTensor("float32", [1], bytes(3, int(1, 0)), bytes(9, new Uint8Array(4))),
      "TENSOR_MALFORMED",
    ],
    ["a truncated field", rawTensor("float32", [1], Uint8Array.of(0x4a, 0x08, 1)), "TENSOR_MALFORMED"],
    ["a text file", new TextEncoder().encode("version https://git-lfs"), "TENSOR_MALFORMED"],
    ["no bytes", new Uint8Array(), "TENSOR_MALFORMED"],
    ["huge dims", rawTensor("float32", [2 ** 20, 2 ** 20], bytes(9, new Uint8Array(4))), "TENSOR_TOO_LARGE"],
    [
      "dims beyond 2^53",
      rawTensor("float32", [2 ** 50, 2 ** 50], bytes(9, new Uint8Array(4))),
      "TENSOR_TOO_LARGE",
    ],
    [
      "external data",
      rawTensor("float32", [1], bytes(13, concat(text(1, "location"), text(2, "/etc/passwd"))), int(14, 1)),
      "TENSOR_EXTERNAL_DATA",
    ],
    ["external data without a location", rawTensor("float32", [1], int(14, 1)), "TENSOR_MALFORMED"],
  ])("refuses %s", (_, data, expected) => {
    expect(code(data)).toBe(expected);
  });

  it("refuses a file over the limit of bytes before reading it", () => {
    const data = tensorProto(tensor("x", "float32", [4], [1, 2, 3, 4]));
    expect(code(data, { bytes: data.length - 1, elements: 100 })).toBe("TENSOR_TOO_LARGE");
    expect(code(data, { bytes: data.length, elements: 3 })).toBe("TENSOR_TOO_LARGE");
    expect(code(data, { bytes: data.length, elements: 4 })).toBe("none");
  });
});
