/**
 * Element types that can be replayed and compared, with their storage. float16 is kept as its bits, bool as 0 and 1,
 * and 64-bit integers as BigInt, so that nothing is rounded on the way.
 */
interface TensorArrays {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly float16: Uint16Array;
  readonly int8: Int8Array;
  readonly int16: Int16Array;
  readonly int32: Int32Array;
  readonly int64: BigInt64Array;
  readonly uint8: Uint8Array;
  readonly uint16: Uint16Array;
  readonly uint32: Uint32Array;
  readonly uint64: BigUint64Array;
  readonly bool: Uint8Array;
  readonly string: readonly string[];
}

export type DType = keyof TensorArrays;

/** A dense tensor in row-major order; `dims` is empty for a scalar. The name is "" when the file gave none. */
export type Tensor = {
  readonly [D in DType]: {
    readonly name: string;
    readonly dtype: D;
    readonly dims: readonly number[];
    readonly data: TensorArrays[D];
  };
}[DType];

/** Numeric tensors: all but strings. */
export type NumericTensor = Exclude<Tensor, { dtype: "string" }>;
export type NumericDType = NumericTensor["dtype"];

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

export function isNumericDType(text: string): text is NumericDType {
  return Object.hasOwn(ARRAYS, text);
}

/** Dimensions that a tensor may have: numpy, in which references are written, ends there too. */
export const MAX_RANK = 64;

/** Bytes of one element. */
export function elementSize(dtype: NumericDType): number {
  return ARRAYS[dtype].BYTES_PER_ELEMENT;
}

/** Product of the dims; 1 for a scalar. The dims are known to be safe integers. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** A tensor over little-endian bytes (a copy: files are not aligned). `bytes.length` is elements x element size. */
export function tensorFromBytes(
  of: { readonly name: string; readonly dtype: NumericDType; readonly dims: readonly number[] },
  bytes: Uint8Array,
): NumericTensor {
  const buffer = new Uint8Array(bytes).buffer;
  return { ...of, data: new ARRAYS[of.dtype](buffer) } as NumericTensor;
}

/** The little-endian bytes of a numeric tensor, without a copy. */
export function tensorBytes(tensor: NumericTensor): Uint8Array {
  const { data } = tensor;
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** `float32[1,512]`, as errors write it. */
export function formatTensorType(dtype: string, dims: readonly (number | string | null)[]): string {
  return `${dtype}[${dims.map((dim) => dim ?? "?").join(",")}]`;
}
