import { gateError } from "../../errors.ts";
import { elementSize, type NumericDType, type Tensor, tensorFromBytes } from "../../domain/tensor.ts";
import { comparableDType, dtypeName } from "./dtypes.ts";
import { quote } from "../../domain/quote.ts";
import {
  dataMismatch,
  safeElementCount,
  scanTensor,
  type TensorProto,
  type TypedField,
} from "./tensor-proto.ts";
import { WireReader } from "./wire.ts";

export interface TensorLimits {
  /** Bytes of the file and of the decoded data. */
  readonly bytes: number;
  readonly elements: number;
}

export const TENSOR_LIMITS: TensorLimits = { bytes: 256 * 2 ** 20, elements: 64 * 2 ** 20 };

const ERRORS = { malformed: "TENSOR_MALFORMED", truncated: "TENSOR_MALFORMED" } as const;

/**
 * Decodes a TensorProto file (`input_0.pb`). Size and element count are checked before anything is allocated.
 * TENSOR_MALFORMED, TENSOR_TOO_LARGE, TENSOR_EXTERNAL_DATA, MODEL_DTYPE_UNSUPPORTED (bfloat16, float8 … by name).
 * @param file name of the file in errors
 */
export function readTensor(bytes: Uint8Array, file = "tensor.pb", limits = TENSOR_LIMITS): Tensor {
  const where = { file };
  if (bytes.length === 0) throw gateError("TENSOR_MALFORMED", "The file has no bytes.", { where });
  if (bytes.length > limits.bytes) {
    throw gateError("TENSOR_TOO_LARGE", `The file has ${bytes.length} bytes, over ${limits.bytes}.`, {
      where,
    });
  }
  const reader = new WireReader(bytes, { file, ...ERRORS }, { left: Math.max(1024, 2 * limits.elements) });
  const proto = scanTensor(reader);
  checkSize(proto, file, limits);
  const dtype = comparableDType(proto.type);
  if (dtype === undefined) {
    const message = `Tensor ${quote(proto.name)} has element type ${dtypeName(proto.type)}, which cannot be compared.`;
    throw gateError("MODEL_DTYPE_UNSUPPORTED", message, { where });
  }
  const mismatch = dataMismatch(proto);
  if (mismatch) throw gateError("TENSOR_MALFORMED", `Tensor ${quote(proto.name)}: ${mismatch}.`, { where });
  return decode(proto, dtype, file);
}

function checkSize(proto: TensorProto, file: string, limits: TensorLimits): void {
  const where = { file };
  if (proto.external) {
    throw gateError(
      "TENSOR_EXTERNAL_DATA",
      `The data is in another file, ${quote(proto.external.location)}.`,
      { where },
    );
  }
  const count = safeElementCount(proto.dims);
  if (count === undefined || count > limits.elements) {
    throw gateError(
      "TENSOR_TOO_LARGE",
      `dims [${proto.dims.join(",")}] are over ${limits.elements} elements.`,
      { where },
    );
  }
}

function decode(proto: TensorProto, dtype: Tensor["dtype"], file: string): Tensor {
  const { name, dims } = proto;
  if (dtype === "string") return { name, dtype, dims, data: decodeStrings(proto, file) };
  const bytes = proto.raw ?? encodeTyped(proto, dtype, file);
  if (dtype === "bool" && bytes.some((byte) => byte > 1)) {
    throw gateError("TENSOR_MALFORMED", `Tensor ${quote(name)} has booleans other than 0 and 1.`, {
      where: { file },
    });
  }
  return tensorFromBytes({ name, dtype, dims }, bytes);
}

function decodeStrings(proto: TensorProto, file: string): string[] {
  requireField(proto, "string_data", file);
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const strings: string[] = [];
  try {
    for (const chunk of proto.typed?.chunks ?? []) strings.push(utf8.decode(chunk));
  } catch {
    throw gateError("TENSOR_MALFORMED", `Tensor ${quote(proto.name)} has strings that are not UTF-8.`, {
      where: { file },
    });
  }
  refuseNul(strings, proto.name, file);
  return strings;
}

/** The engine's binding ends a string at U+0000: the model would get, or be compared with, only what is before it. */
function refuseNul(strings: readonly string[], name: string, file: string): void {
  const index = strings.findIndex((text) => text.includes("\0"));
  if (index < 0) return;
  const message = `String ${index} of tensor ${quote(name)} holds U+0000, at which the engine cuts it.`;
  throw gateError("TENSOR_STRING_NUL", message, { where: { file } });
}

/** The typed field that holds a dtype when the data is not raw (comments of TensorProto in onnx.proto). */
const FIELD: Readonly<Record<NumericDType, TypedField>> = {
  float32: "float_data",
  float64: "double_data",
  float16: "int32_data",
  bool: "int32_data",
  int8: "int32_data",
  int16: "int32_data",
  int32: "int32_data",
  uint8: "int32_data",
  uint16: "int32_data",
  int64: "int64_data",
  uint32: "uint64_data",
  uint64: "uint64_data",
};

/** The elements of a typed field as the little-endian bytes that raw_data would have. */
function encodeTyped(proto: TensorProto, dtype: NumericDType, file: string): Uint8Array {
  requireField(proto, FIELD[dtype], file);
  const chunks = proto.typed?.chunks ?? [];
  if (dtype === "float32" || dtype === "float64") return concatenate(chunks);
  const size = elementSize(dtype);
  const count = safeElementCount(proto.dims) ?? 0;
  const out = new DataView(new ArrayBuffer(count * size));
  let offset = 0;
  for (const chunk of chunks) {
    const reader = new WireReader(chunk, { file, ...ERRORS }, { left: 0 });
    for (; !reader.done; offset += size) put(out, offset, dtype, reader);
  }
  return new Uint8Array(out.buffer);
}

function put(out: DataView, offset: number, dtype: NumericDType, reader: WireReader): void {
  const value = dtype === "uint64" ? reader.varint() : reader.int64();
  const [low, high] = RANGE[dtype] ?? [-(2n ** 63n), 2n ** 64n - 1n];
  if (value < low || value > high) throw reader.malformed(`${value} is no ${dtype}.`);
  const size = elementSize(dtype);
  if (size === 8) out.setBigUint64(offset, BigInt.asUintN(64, value), true);
  else if (size === 4) out.setInt32(offset, Number(BigInt.asIntN(32, value)), true);
  else if (size === 2) out.setInt16(offset, Number(BigInt.asIntN(16, value)), true);
  else out.setInt8(offset, Number(BigInt.asIntN(8, value)));
}

const RANGE: Readonly<Partial<Record<NumericDType, readonly [bigint, bigint]>>> = {
  bool: [0n, 1n],
  int8: [-128n, 127n],
  uint8: [0n, 255n],
  int16: [-32768n, 32767n],
  uint16: [0n, 65535n],
  float16: [0n, 65535n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
};

function requireField(proto: TensorProto, wanted: TypedField, file: string): void {
  const found = proto.typed?.field ?? wanted;
  if (found === wanted) return;
  const message = `Tensor ${quote(proto.name)} of ${dtypeName(proto.type)} keeps its data in ${found}, not in ${wanted}.`;
  throw gateError("TENSOR_MALFORMED", message, { where: { file } });
}

function concatenate(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  if (first && chunks.length === 1) return first;
  const out = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    out.set(chunk, offset);
    offset += chunk.length;
  }
  return out;
}
