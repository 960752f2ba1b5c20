import { MAX_RANK } from "../../domain/tensor.ts";
import { dtypeName, packedBytes } from "./dtypes.ts";
import { quote } from "../../domain/quote.ts";
import type { WireField, WireReader } from "./wire.ts";

/** Where a tensor keeps its data when it is in another file; offset and length in bytes, null when not said. */
export interface ExternalLocation {
  readonly location: string;
  readonly offset: number | null;
  readonly length: number | null;
}

/** The typed fields of TensorProto that hold elements. */
export type TypedField =
  | "float_data"
  | "int32_data"
  | "string_data"
  | "int64_data"
  | "double_data"
  | "uint64_data";

/** A TensorProto whose data is still views of the file's bytes: nothing is allocated by its dims. */
export interface TensorProto {
  readonly name: string;
  /** TensorProto.DataType. */
  readonly type: number;
  readonly dims: readonly number[];
  readonly raw: Uint8Array | null;
  /** Encoded elements of the one typed field in use. */
  readonly typed: { readonly field: TypedField; readonly chunks: readonly Uint8Array[] } | null;
  readonly external: ExternalLocation | null;
}

const TYPED: ReadonlyMap<number, TypedField> = new Map([
  [4, "float_data"],
  [5, "int32_data"],
  [6, "string_data"],
  [7, "int64_data"],
  [10, "double_data"],
  [11, "uint64_data"],
]);

type Draft = {
  name: string;
  type: number;
  dims: number[];
  raw: Uint8Array | null;
  typed: { field: TypedField; chunks: Uint8Array[] } | null;
  external: Map<string, string>;
  isExternal: boolean;
};

/** Reads a TensorProto (onnx/onnx.proto). Throws the reader's malformed and truncated codes. */
export function scanTensor(reader: WireReader): TensorProto {
  const draft: Draft = {
    name: "",
    type: 0,
    dims: [],
    raw: null,
    typed: null,
    external: new Map(),
    isExternal: false,
  };
  for (let field = reader.next(); field; field = reader.next()) scanField(reader, field, draft);
  if (draft.isExternal !== draft.external.size > 0) throw reader.malformed("External data is half declared.");
  if (draft.raw && draft.typed) throw reader.malformed("A tensor has its data twice, raw and typed.");
  if (draft.isExternal && (draft.raw || draft.typed))
    throw reader.malformed("A tensor has data both inside and outside.");
  const external = draft.isExternal ? externalLocation(reader, draft.external) : null;
  return {
    name: draft.name,
    type: draft.type,
    dims: draft.dims,
    raw: draft.raw,
    typed: draft.typed,
    external,
  };
}

function scanField(reader: WireReader, field: WireField, draft: Draft): void {
  const typed = TYPED.get(field.number);
  if (typed) return addTyped(reader, draft, typed, reader.value(field));
  switch (field.number) {
    case 1:
      return addDims(reader, draft, field);
    case 2:
      draft.type = reader.integer();
      return;
    case 3:
      throw reader.malformed(
        "It holds a sequence (SequenceProto) or a tensor in segments, not one whole tensor.",
      );
    case 8:
      draft.name = reader.text();
      return;
    case 9:
      if (draft.raw) throw reader.malformed("A tensor has raw_data twice.");
      draft.raw = reader.lengthDelimited();
      return;
    case 13:
      addExternal(reader.message(), draft.external);
      return;
    case 14:
      draft.isExternal = isExternal(reader);
      return;
    default:
      reader.skip(field);
  }
}

function isExternal(reader: WireReader): boolean {
  const location = reader.integer();
  if (location !== 0 && location !== 1) throw reader.malformed(`There is no data_location ${location}.`);
  return location === 1;
}

function addDims(reader: WireReader, draft: Draft, field: WireField): void {
  const dims = field.type === 2 ? reader.message() : null;
  if (dims) while (!dims.done) draft.dims.push(dimension(dims));
  else draft.dims.push(dimension(reader));
  if (draft.dims.length > MAX_RANK) throw reader.malformed(`A tensor has more than ${MAX_RANK} dimensions.`);
}

function dimension(reader: WireReader): number {
  const dim = reader.integer();
  if (dim < 0) throw reader.malformed(`A dimension is ${dim}.`);
  return dim;
}

function addTyped(reader: WireReader, draft: Draft, field: TypedField, chunk: Uint8Array): void {
  if (draft.typed && draft.typed.field !== field)
    throw reader.malformed("A tensor has data in two typed fields.");
  draft.typed ??= { field, chunks: [] };
  draft.typed.chunks.push(chunk);
}

function addExternal(entry: WireReader, external: Map<string, string>): void {
  let key = "";
  let value = "";
  for (let field = entry.next(); field; field = entry.next()) {
    if (field.number === 1) key = entry.text();
    else if (field.number === 2) value = entry.text();
    else entry.skip(field);
  }
  if (external.has(key)) throw entry.malformed(`External data says ${quote(key)} twice.`);
  external.set(key, value);
}

function externalLocation(reader: WireReader, entries: ReadonlyMap<string, string>): ExternalLocation {
  const number = (key: string): number | null => {
    const text = entries.get(key);
    if (text === undefined) return null;
    const value = Number(text);
    if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(value))
      throw reader.malformed(`External ${key} ${quote(text)} is no number of bytes.`);
    return value;
  };
  return { location: entries.get("location") ?? "", offset: number("offset"), length: number("length") };
}

/** Product of the dims, or undefined beyond 2^53. */
export function safeElementCount(dims: readonly number[]): number | undefined {
  if (dims.includes(0)) return 0;
  let product = 1;
  for (const dim of dims) {
    product *= dim;
    if (!Number.isSafeInteger(product)) return undefined;
  }
  return product;
}

/** What is wrong with the amount of data of a tensor for its dims and type, in words; undefined when it fits. */
export function dataMismatch(tensor: TensorProto): string | undefined {
  const count = safeElementCount(tensor.dims);
  if (count === undefined) return `dims ${tensor.dims.join("x")} multiply beyond 2^53`;
  const bytes = packedBytes(tensor.type, count);
  const said = `dims [${tensor.dims.join(",")}] of ${dtypeName(tensor.type)}`;
  if (tensor.external) return externalMismatch(tensor.external, bytes, said);
  if (tensor.raw) {
    if (bytes === undefined) return `${dtypeName(tensor.type)} cannot be raw data`;
    return tensor.raw.length === bytes
      ? undefined
      : `${said} need ${bytes} bytes, raw_data has ${tensor.raw.length}`;
  }
  const wanted = typedCount(tensor.type, count, bytes);
  const found = tensor.typed ? countTyped(tensor.typed) : 0;
  return found === wanted
    ? undefined
    : `${said} need ${wanted} elements, ${tensor.typed?.field ?? "no field"} has ${found}`;
}

function externalMismatch(
  external: ExternalLocation,
  bytes: number | undefined,
  said: string,
): string | undefined {
  if (bytes === undefined) return `${said} cannot be external data`;
  if (external.length === null || external.length === bytes) return undefined;
  return `${said} need ${bytes} bytes, external length is ${external.length}`;
}

/** Complex numbers take two elements; types under a byte are packed into bytes first. */
function typedCount(type: number, count: number, bytes: number | undefined): number {
  if (type === 14 || type === 15) return 2 * count;
  return bytes !== undefined && bytes < count ? bytes : count;
}

/** Number of elements in a typed field. */
function countTyped(typed: NonNullable<TensorProto["typed"]>): number {
  if (typed.field === "string_data") return typed.chunks.length;
  const width = { float_data: 4, double_data: 8, int32_data: 0, int64_data: 0, uint64_data: 0 }[typed.field];
  const bytes = (chunk: Uint8Array) => (width === 0 ? countVarints(chunk) : chunk.length / width);
  return typed.chunks.reduce((sum, chunk) => sum + bytes(chunk), 0);
}

function countVarints(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte < 0x80) count++;
  return count;
}
