import { quote } from "../../domain/quote.ts";
import type { Tensor } from "../../domain/tensor.ts";
import { gateError } from "../../errors.ts";
import { readTensor, TENSOR_LIMITS, type TensorLimits } from "./read-tensor.ts";
import type { ValueFacts } from "./value-info.ts";
import { WireReader } from "./wire.ts";
import { type ClassKey, classKey, type ZipMap } from "./zip-map.ts";

/** SequenceProto.DataType: MAP. */
const MAP = 4;
const STRING = 8;
const ERRORS = { malformed: "TENSOR_MALFORMED", truncated: "TENSOR_MALFORMED" } as const;

/**
 * Reads the expected file of an output: a TensorProto, or for a ZipMap also a SequenceProto of MapProto
 * (onnx/onnx-data.proto; onnx.numpy_helper.from_list of dicts), which becomes float32[rows, classes] in the order of the
 * model's classes. Values may be float32 or float64; Python's own floats are the latter, and are rounded.
 * Errors: those of `readTensor`; PARITY_CLASS_MISSING when a row has other keys than the model has classes;
 * PARITY_REFERENCE_WRONG for maps where the model gives none.
 */
export function readReference(
  bytes: Uint8Array,
  at: { readonly file: string; readonly position: number; readonly outputs: readonly ValueFacts[] },
  limits: TensorLimits = TENSOR_LIMITS,
): Tensor {
  const { file, outputs } = at;
  if (bytes.length > limits.bytes || !isMaps(readerOf(bytes, file, limits)))
    return readTensor(bytes, file, limits);
  const { name, rows } = readSequence(readerOf(bytes, file, limits), limits);
  const output = name === "" ? outputs[at.position] : outputs.find((one) => one.name === name);
  if (!output?.zipMap) {
    const message = `The file is a sequence of maps; the model gives none as ${quote(output?.name ?? name)}.`;
    throw gateError("PARITY_REFERENCE_WRONG", message, { where: { file } });
  }
  return matrixOf(name, rows, { zipMap: output.zipMap, file });
}

function readerOf(bytes: Uint8Array, file: string, limits: TensorLimits): WireReader {
  return new WireReader(bytes, { file, ...ERRORS }, { left: Math.max(1024, 8 * limits.elements) });
}

/** `elem_type` of a sequence and `data_type` of a tensor are one field, where 4 is MAP or uint16: the other fields tell. */
function isMaps(reader: WireReader): boolean {
  let type = 0;
  try {
    for (let field = reader.next(); field; field = reader.next()) {
      if (field.number === 2 && field.type === 0) type = reader.integer();
      else if (field.type === 2 && (field.number === 1 || field.number === 6)) reader.skip(field);
      else return false;
    }
  } catch {
    // What is wrong with it is for the reader of the kind to say that it began as.
  }
  return type === MAP;
}

type Row = ReadonlyMap<ClassKey, number>;

interface Rows {
  readonly name: string;
  readonly rows: readonly Row[];
}

function readSequence(reader: WireReader, limits: TensorLimits): Rows {
  let name = "";
  const rows: Row[] = [];
  let cells = 0;
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.number === 1) name = reader.text();
    else if (field.number === 6) {
      const row = readMap(reader.message());
      rows.push(row);
      cells += row.size;
      if (cells > limits.elements)
        throw reader.refuse("TENSOR_TOO_LARGE", `The maps have over ${limits.elements} values.`);
    } else if (field.number === 2) reader.integer();
    else throw reader.malformed(`A sequence of maps has no field ${field.number}.`);
  }
  return { name, rows };
}

/** A MapProto: keys and values are lists of one length. */
function readMap(reader: WireReader): Row {
  let type = 0;
  const [numbers, texts]: [ClassKey[], ClassKey[]] = [[], []];
  let values: number[] = [];
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.number === 2) type = reader.integer();
    else if (field.number === 3 && field.type === 2) numbers.push(...integers(reader.message()));
    else if (field.number === 3) numbers.push(classKey(reader.int64()));
    else if (field.number === 4) texts.push(reader.text());
    else if (field.number === 5) values = values.concat(readValues(reader.message()));
    else reader.skip(field);
  }
  const keys = type === STRING ? texts : numbers;
  if (keys.length !== values.length)
    throw reader.malformed(`A map has ${keys.length} keys and ${values.length} values.`);
  const row = new Map(keys.map((key, index) => [key, values[index] ?? NaN]));
  if (row.size < keys.length) throw reader.malformed("A map has the same key twice.");
  return row;
}

function* integers(reader: WireReader): Generator<ClassKey> {
  while (!reader.done) yield classKey(reader.int64());
}

/** A SequenceProto of tensors with one element each. */
function readValues(reader: WireReader): number[] {
  const values: number[] = [];
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.number === 3) values.push(readValue(reader));
    else reader.skip(field);
  }
  return values;
}

function readValue(reader: WireReader): number {
  const tensor = readTensor(reader.lengthDelimited(), reader.errors.file, { bytes: 1024, elements: 1 });
  const isFloat = tensor.dtype === "float32" || tensor.dtype === "float64";
  if (!isFloat || tensor.data.length !== 1)
    throw reader.malformed(`A map has a value of ${tensor.dtype}, not one float32 or float64.`);
  return tensor.data[0] ?? NaN;
}

function matrixOf(name: string, rows: Rows["rows"], of: { zipMap: ZipMap; file: string }): Tensor {
  const { classes } = of.zipMap;
  const data = new Float32Array(rows.length * classes.length);
  for (const [index, row] of rows.entries()) {
    for (const [column, key] of classes.entries()) {
      const value = row.get(key);
      if (value === undefined) throw otherKeys(row, index, of);
      data[index * classes.length + column] = value;
    }
    if (row.size !== classes.length) throw otherKeys(row, index, of);
  }
  return { name, dtype: "float32", dims: [rows.length, classes.length], data };
}

const SHOWN = 5;

function otherKeys(row: Row, index: number, { zipMap, file }: { zipMap: ZipMap; file: string }): Error {
  const written = (keys: readonly ClassKey[]) =>
    keys
      .slice(0, SHOWN)
      .map((key) => (typeof key === "string" ? quote(key) : String(key)))
      .join(", ");
  const classes = new Set(zipMap.classes);
  const missing = zipMap.classes.filter((key) => !row.has(key));
  const other = [...row.keys()].filter((key) => !classes.has(key));
  const said = [
    ...(missing.length > 0 ? [`lacks ${written(missing)}`] : []),
    ...(other.length > 0 ? [`has ${written(other)}, which the model does not know`] : []),
  ].join(" and ");
  const message = `Row ${index} of the reference ${said}; the classes are ${zipMap.keys} keys.`;
  return gateError("PARITY_CLASS_MISSING", message, { where: { file } });
}
