import { type DType, isNumericDType } from "../../domain/tensor.ts";

/** TensorProto.DataType (onnx/onnx.proto, IR version 13): number -> name and bits of one element; strings have none. */
const TYPES: ReadonlyMap<number, readonly [name: string, bits: number]> = new Map([
  [1, ["float32", 32]],
  [2, ["uint8", 8]],
  [3, ["int8", 8]],
  [4, ["uint16", 16]],
  [5, ["int16", 16]],
  [6, ["int32", 32]],
  [7, ["int64", 64]],
  [8, ["string", 0]],
  [9, ["bool", 8]],
  [10, ["float16", 16]],
  [11, ["float64", 64]],
  [12, ["uint32", 32]],
  [13, ["uint64", 64]],
  [14, ["complex64", 64]],
  [15, ["complex128", 128]],
  [16, ["bfloat16", 16]],
  [17, ["float8e4m3fn", 8]],
  [18, ["float8e4m3fnuz", 8]],
  [19, ["float8e5m2", 8]],
  [20, ["float8e5m2fnuz", 8]],
  [21, ["uint4", 4]],
  [22, ["int4", 4]],
  [23, ["float4e2m1", 4]],
  [24, ["float8e8m0", 8]],
  [25, ["uint2", 2]],
  [26, ["int2", 2]],
]);

/** ONNX's name of an element type, or `type <n>` when this reader does not know it. */
export function dtypeName(type: number): string {
  return TYPES.get(type)?.[0] ?? `type ${type}`;
}

/** The type as one that can be replayed and compared; undefined for bfloat16, float8, 4-bit, complex and unknown ones. */
export function comparableDType(type: number | string): DType | undefined {
  const name = typeof type === "number" ? dtypeName(type) : type;
  return name === "string" || isNumericDType(name) ? name : undefined;
}

/** Bytes that `count` packed elements take; undefined for strings and unknown types. */
export function packedBytes(type: number, count: number): number | undefined {
  const bits = TYPES.get(type)?.[1];
  return bits ? Math.ceil((count * bits) / 8) : undefined;
}
