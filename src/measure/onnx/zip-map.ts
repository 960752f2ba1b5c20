import type { NodeDraft } from "./random-operators.ts";
import type { ValueFacts } from "./value-info.ts";
import type { WireReader } from "./wire.ts";

/** The key of a class: an int64 (as text beyond 2^53) or a string. */
export type ClassKey = number | string;

/** A ZipMap: its rows are maps from class to number, made of a matrix float32[N, classes] that the engine can hand over. */
export interface ZipMap {
  /** Name of the matrix. */
  readonly source: string;
  readonly keys: "int64" | "string";
  /** In the order of the columns. */
  readonly classes: readonly ClassKey[];
}

/**
 * The ZipMap that a node is (onnx-ml.proto, ai.onnx.ml.ZipMap), under the name of its output; null for any other node, and
 * for one whose class labels are missing, doubled or not UTF-8.
 */
export function zipMapOf(node: NodeDraft): readonly [output: string, zipMap: ZipMap] | null {
  if (node.operator !== "ZipMap" || node.domain !== "ai.onnx.ml") return null;
  const [source, output] = [utf8(node.inputs[0]), utf8(node.outputs[0])];
  const labels = node.attributes.flatMap(({ name, again }) => labelsOf(utf8(name ?? undefined), again()));
  const [first] = labels;
  if (!source || !output || !first || labels.length !== 1) return null;
  const { keys, classes } = first;
  return classes.size === 0 || classes.size < first.count
    ? null
    : [output, { source, keys, classes: [...classes] }];
}

interface Labels {
  readonly keys: ZipMap["keys"];
  readonly classes: ReadonlySet<ClassKey>;
  readonly count: number;
}

/** Of an AttributeProto: ints are field 8, strings field 9. */
function labelsOf(name: string | undefined, reader: WireReader): Labels[] {
  const keys = { classlabels_int64s: "int64", classlabels_strings: "string" } as const;
  if (name !== "classlabels_int64s" && name !== "classlabels_strings") return [];
  const classes: (ClassKey | undefined)[] = [];
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.number === 8 && field.type === 2) classes.push(...packed(reader.message()));
    else if (field.number === 8) classes.push(classKey(reader.int64()));
    else if (field.number === 9) classes.push(utf8(reader.lengthDelimited()));
    else reader.skip(field);
  }
  const known = classes.filter((one) => one !== undefined);
  return [{ keys: keys[name], classes: new Set(known), count: classes.length }];
}

function* packed(reader: WireReader): Generator<ClassKey> {
  while (!reader.done) yield classKey(reader.int64());
}

/** An int64 as a number where that is exact, else as its digits. */
export function classKey(value: bigint): ClassKey {
  return BigInt(Number(value)) === value && Number.isSafeInteger(Number(value))
    ? Number(value)
    : String(value);
}

function utf8(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** An output that a ZipMap makes, as the matrix that it is made of. */
export function asMatrix(value: ValueFacts, zipMap: ZipMap | undefined): ValueFacts {
  if (!zipMap || value.dtype !== "sequence") return value;
  return { ...value, dtype: "float32", shape: [null, zipMap.classes.length], isTensor: true, zipMap };
}

/**
 * What is put behind the bytes of a model, so that the engine hands over the matrices before its ZipMaps: protobuf merges a
 * message that comes twice, so one more `graph` (ModelProto field 7) with nothing but outputs (GraphProto field 12) adds
 * outputs to the graph. Empty when there is nothing to add.
 */
export function furtherOutputs(outputs: readonly ValueFacts[]): Uint8Array {
  const there = new Set(outputs.map(({ name }) => name));
  const sources = new Set(outputs.flatMap(({ zipMap }) => (zipMap ? [zipMap.source] : [])));
  const added = [...sources].filter((name) => !there.has(name));
  if (added.length === 0) return new Uint8Array();
  return message(7, Buffer.concat(added.map((name) => message(12, floatTensor(name)))));
}

/** A ValueInfoProto: float32 of a shape that the engine infers. */
function floatTensor(name: string): Uint8Array {
  const type = message(2, message(1, Uint8Array.of(0x08, 1)));
  return Buffer.concat([message(1, Buffer.from(name)), type]);
}

function message(field: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
}

function varint(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  return Uint8Array.from([...out, rest]);
}
