import { MAX_RANK } from "../../domain/tensor.ts";
import { dtypeName } from "./dtypes.ts";
import type { ZipMap } from "./zip-map.ts";
import type { WireField, WireReader } from "./wire.ts";

/** An input or output as the model declares it. */
export interface ValueFacts {
  readonly name: string;
  /** ONNX's name of the element type; for anything but a tensor, of what it is: `sequence`, `map`, `optional` … */
  readonly dtype: string;
  /** A number, the name of a symbolic dimension, or null when unknown; the whole is null when no rank is declared. */
  readonly shape: readonly (number | string | null)[] | null;
  readonly isTensor: boolean;
  /** The ZipMap that makes this output, which is then described as the matrix that it is made of. */
  readonly zipMap?: ZipMap;
}

const KINDS: ReadonlyMap<number, string> = new Map([
  [1, "tensor"],
  [4, "sequence"],
  [5, "map"],
  [7, "opaque"],
  [8, "sparse tensor"],
  [9, "optional"],
]);

/** The dtype of a value without a type: the engine infers one, which nobody has compared with anything. */
export const UNTYPED = "untyped";

/** Reads a ValueInfoProto. */
export function readValueInfo(reader: WireReader): ValueFacts {
  let name = "";
  let type: Omit<ValueFacts, "name"> | undefined;
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.number === 1) name = reader.text();
    else if (field.number === 2) type = onlyOne(reader, type, readType(reader.message()));
    else reader.skip(field);
  }
  return { name, ...(type ?? { dtype: UNTYPED, shape: null, isTensor: false }) };
}

/** Protobuf merges messages that come twice; a reader that takes the last would see another model than the engine. */
function onlyOne<T>(reader: WireReader, before: T | null | undefined, now: T): T {
  if (before !== undefined && before !== null) throw reader.malformed("A value has two types or two shapes.");
  return now;
}

function readType(reader: WireReader): Omit<ValueFacts, "name"> {
  let found: Omit<ValueFacts, "name"> | undefined;
  for (let field = reader.next(); field; field = reader.next()) {
    const kind = KINDS.get(field.number);
    if (!kind) {
      reader.skip(field);
      continue;
    }
    const type = kind === "tensor" ? readTensorType(reader.message()) : otherType(reader, field, kind);
    found = onlyOne(reader, found, type);
  }
  return found ?? { dtype: UNTYPED, shape: null, isTensor: false };
}

function otherType(reader: WireReader, field: WireField, kind: string): Omit<ValueFacts, "name"> {
  reader.skip(field);
  return { dtype: kind, shape: null, isTensor: false };
}

function readTensorType(reader: WireReader): Omit<ValueFacts, "name"> {
  let type = 0;
  let shape: ValueFacts["shape"] = null;
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.number === 1) type = reader.integer();
    else if (field.number === 2) shape = onlyOne(reader, shape, readShape(reader.message()));
    else reader.skip(field);
  }
  return { dtype: dtypeName(type), shape, isTensor: true };
}

function readShape(reader: WireReader): (number | string | null)[] {
  const shape: (number | string | null)[] = [];
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.number === 1) shape.push(readDimension(reader.message()));
    else reader.skip(field);
    if (shape.length > MAX_RANK) throw reader.malformed(`A shape has more than ${MAX_RANK} dimensions.`);
  }
  return shape;
}

function readDimension(reader: WireReader): number | string | null {
  let dimension: number | string | null = null;
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.number === 1) dimension = reader.integer();
    else if (field.number === 2) dimension = reader.text();
    else reader.skip(field);
  }
  // Exporters write -1 and "" for "not known".
  return dimension === "" || (typeof dimension === "number" && dimension < 0) ? null : dimension;
}
