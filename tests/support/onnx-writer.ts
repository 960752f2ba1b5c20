/** A small writer of ONNX protobuf (onnx/onnx.proto), for models and tensors that no exporter would make. */
import { type DType, isNumericDType, type Tensor, tensorBytes } from "../../src/domain/tensor.ts";

const NUMBERS: Readonly<Record<string, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
  float8e4m3fn: 17,
};

export type Bytes = Uint8Array;

export function varint(value: number | bigint): Bytes {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.from([...out, Number(rest)]);
}

export const concat = (...parts: Bytes[]): Bytes => new Uint8Array(Buffer.concat(parts));
export const int = (field: number, value: number | bigint): Bytes => concat(varint(field * 8), varint(value));
export const bytes = (field: number, value: Bytes): Bytes =>
  concat(varint(field * 8 + 2), varint(value.length), value);
export const text = (field: number, value: string): Bytes => bytes(field, new TextEncoder().encode(value));

function dtypeNumber(dtype: string | number): number {
  const number = typeof dtype === "number" ? dtype : NUMBERS[dtype];
  if (number === undefined) throw new TypeError(`no dtype ${dtype}`);
  return number;
}

/** A TensorProto with raw data (strings in string_data). */
export function tensorProto(tensor: Tensor): Bytes {
  const head = [
    ...tensor.dims.map((dim) => int(1, dim)),
    int(2, dtypeNumber(tensor.dtype)),
    text(8, tensor.name),
  ];
  const data =
    tensor.dtype === "string" ? tensor.data.map((one) => text(6, one)) : [bytes(9, tensorBytes(tensor))];
  return concat(...head, ...data);
}

/** A TensorProto out of its parts, valid or not. */
export function rawTensor(
  dtype: string | number,
  dims: readonly (number | bigint)[],
  ...rest: Bytes[]
): Bytes {
  return concat(...dims.map((dim) => int(1, dim)), int(2, dtypeNumber(dtype)), ...rest);
}

/** The same tensor in the typed field that onnx.proto names for its dtype, packed. */
export function typedTensor(tensor: Tensor): Bytes {
  const head = concat(
    ...tensor.dims.map((dim) => int(1, dim)),
    int(2, dtypeNumber(tensor.dtype)),
    text(8, tensor.name),
  );
  if (tensor.dtype === "string") return concat(head, ...tensor.data.map((one) => text(6, one)));
  if (tensor.dtype === "float32") return concat(head, bytes(4, tensorBytes(tensor)));
  if (tensor.dtype === "float64") return concat(head, bytes(10, tensorBytes(tensor)));
  const field = { int64: 7, uint64: 11, uint32: 11 }[tensor.dtype as string] ?? 5;
  return concat(
    head,
    bytes(field, concat(...Array.from(tensor.data as ArrayLike<number | bigint>, (value) => varint(value)))),
  );
}

interface ValueSpec {
  readonly name: string;
  readonly dtype: string | number;
  readonly shape?: readonly (number | string)[];
}

function valueInfo(spec: ValueSpec): Bytes {
  const dims = (spec.shape ?? []).map((dim) =>
    bytes(1, typeof dim === "number" ? int(1, dim) : text(2, dim)),
  );
  const shape = spec.shape === undefined ? [] : [bytes(2, concat(...dims))];
  return concat(text(1, spec.name), bytes(2, bytes(1, concat(int(1, dtypeNumber(spec.dtype)), ...shape))));
}

/** A value whose type is a sequence of float32 tensors. */
export function sequenceInfo(name: string): Bytes {
  const tensor = bytes(1, bytes(1, int(1, 1)));
  return concat(text(1, name), bytes(2, bytes(4, tensor)));
}

export interface NodeSpec {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: readonly Bytes[];
  readonly domain?: string;
}

export function node(spec: NodeSpec): Bytes {
  return concat(
    ...spec.inputs.map((name) => text(1, name)),
    ...spec.outputs.map((name) => text(2, name)),
    text(4, spec.op),
    ...(spec.attributes ?? []).map((attribute) => bytes(5, attribute)),
    ...(spec.domain === undefined ? [] : [text(7, spec.domain)]),
  );
}

export const tensorAttribute = (name: string, tensor: Bytes): Bytes =>
  concat(text(1, name), bytes(5, tensor), int(20, 4));
export const graphAttribute = (name: string, value: Bytes): Bytes =>
  concat(text(1, name), bytes(6, value), int(20, 5));

export interface GraphSpec {
  readonly nodes: readonly Bytes[];
  readonly inputs?: readonly (ValueSpec | Bytes)[];
  readonly outputs?: readonly (ValueSpec | Bytes)[];
  readonly initializers?: readonly Bytes[];
}

const infoOf = (value: ValueSpec | Bytes): Bytes => (value instanceof Uint8Array ? value : valueInfo(value));

function graph(spec: GraphSpec): Bytes {
  return concat(
    ...spec.nodes.map((one) => bytes(1, one)),
    text(2, "graph"),
    ...(spec.initializers ?? []).map((one) => bytes(5, one)),
    ...(spec.inputs ?? []).map((one) => bytes(11, infoOf(one))),
    ...(spec.outputs ?? []).map((one) => bytes(12, infoOf(one))),
  );
}

export function opset(domain: string, version: number): Bytes {
  return bytes(8, concat(text(1, domain), int(2, version)));
}

/** A ModelProto of IR version 8, opset 17 and ai.onnx.ml 3. `extra` is appended as it is. */
export function model(spec: GraphSpec, ...extra: Bytes[]): Bytes {
  return concat(
    int(1, 8),
    text(2, "tests"),
    bytes(7, graph(spec)),
    opset("", 17),
    opset("ai.onnx.ml", 3),
    ...extra,
  );
}

export function tensor(
  name: string,
  dtype: DType,
  dims: readonly number[],
  values: readonly (number | bigint | string)[],
): Tensor {
  if (!isNumericDType(dtype)) return { name, dtype: "string", dims, data: values as string[] };
  return { name, dtype, dims, data: NATIVE[dtype](values) } as Tensor;
}

const NATIVE: Readonly<Record<Exclude<DType, "string">, (values: readonly unknown[]) => unknown>> = {
  float32: (v) => Float32Array.from(v as number[]),
  float64: (v) => Float64Array.from(v as number[]),
  float16: (v) => Uint16Array.from(v as number[]),
  int8: (v) => Int8Array.from(v as number[]),
  int16: (v) => Int16Array.from(v as number[]),
  int32: (v) => Int32Array.from(v as number[]),
  int64: (v) => BigInt64Array.from(v as bigint[]),
  uint8: (v) => Uint8Array.from(v as number[]),
  uint16: (v) => Uint16Array.from(v as number[]),
  uint32: (v) => Uint32Array.from(v as number[]),
  uint64: (v) => BigUint64Array.from(v as bigint[]),
  bool: (v) => Uint8Array.from(v as number[]),
};
