import { dtypeName } from "./dtypes.ts";
import {
  type AttributeDraft,
  closeScope,
  newScope,
  type NodeDraft,
  noteFlag,
  noteNode,
  type RandomScope,
} from "./random-operators.ts";
import { quote } from "../../domain/quote.ts";
import { dataMismatch, type ExternalLocation, scanTensor, type TensorProto } from "./tensor-proto.ts";
import { type UsedOperator, usedKey } from "./operators.ts";
import { readValueInfo, type ValueFacts } from "./value-info.ts";
import type { WireReader } from "./wire.ts";
import { type ZipMap, zipMapOf } from "./zip-map.ts";
import { problem, type Problem } from "../../errors.ts";

/** What a walk through a model's graphs gathers; one record for the whole model. */
export interface GraphTally {
  readonly file: string;
  /** Deepest If, Loop and Scan nesting that is allowed. */
  readonly maxDepth: number;
  readonly problems: Problem[];
  /** By `usedKey`. */
  readonly used: Map<string, UsedOperator>;
  readonly externalData: ExternalLocation[];
  /** Those of the main graph, by the name of their output. */
  readonly zipMaps: Map<string, ZipMap>;
  /** Of the graph that is being walked. */
  randomness: RandomScope;
  nodes: number;
  depth: number;
  initializerBytes: number;
}

export interface GraphFacts {
  readonly inputs: readonly ValueFacts[];
  readonly outputs: readonly ValueFacts[];
  /** Names of the weights; older models list them as inputs too. */
  readonly initializers: ReadonlySet<string>;
}

/** Walks a GraphProto and every graph inside it; `depth` is 0 for the main graph. */
export function walkGraph(reader: WireReader, tally: GraphTally, depth = 0): GraphFacts {
  if (depth > tally.maxDepth) throw tooDeep(reader, tally);
  tally.depth = Math.max(tally.depth, depth);
  const inputs: ValueFacts[] = [];
  const outputs: ValueFacts[] = [];
  const initializers = new Set<string>();
  const outer = tally.randomness;
  tally.randomness = newScope();
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.number === 1) walkNode(reader.message(), tally, depth);
    else if (field.number === 5) initializers.add(walkInitializer(reader.message(), tally));
    else if (field.number === 11) inputs.push(readValueInfo(reader.message()));
    else if (field.number === 12) outputs.push(readValueInfo(reader.message()));
    else if (field.number === 15) initializers.add(walkSparse(reader.message(), tally));
    else reader.skip(field);
  }
  closeScope(tally.randomness, outer);
  tally.randomness = outer;
  return { inputs, outputs, initializers };
}

function tooDeep(reader: WireReader, tally: GraphTally): Error {
  return reader.refuse("MODEL_TOO_DEEP", `If, Loop and Scan bodies are nested over ${tally.maxDepth} deep.`);
}

function walkInitializer(reader: WireReader, tally: GraphTally): string {
  const tensor = scanTensor(reader);
  noteFlag(tensor.name, tensor, tally.randomness);
  return weigh(tensor, tally);
}

function walkNode(reader: WireReader, tally: GraphTally, depth: number): void {
  const draft: NodeDraft = { operator: "", domain: "", name: null, inputs: [], outputs: [], attributes: [] };
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.number === 1) draft.inputs.push(reader.lengthDelimited());
    else if (field.number === 2) draft.outputs.push(reader.lengthDelimited());
    else if (field.number === 3) draft.name = reader.lengthDelimited();
    else if (field.number === 4) draft.operator = reader.text();
    else if (field.number === 5) draft.attributes.push(walkAttribute(reader.message(), tally, depth));
    else if (field.number === 7) draft.domain = reader.text();
    else reader.skip(field);
  }
  const { operator, domain } = draft;
  tally.nodes++;
  tally.used.set(usedKey(draft), { domain, operator });
  noteNode(draft, tally.randomness);
  const zipMap = depth === 0 ? zipMapOf(draft) : null;
  if (zipMap) tally.zipMaps.set(...zipMap);
}

function walkAttribute(reader: WireReader, tally: GraphTally, depth: number): AttributeDraft {
  let [name, integer]: [Uint8Array | null, Uint8Array | null] = [null, null];
  let tensor: TensorProto | null = null;
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.number === 1) name = reader.lengthDelimited();
    else if (field.number === 3 && field.type === 0) integer = reader.value(field);
    else if (field.number === 5 || field.number === 10) weigh((tensor = scanTensor(reader.message())), tally);
    else if (field.number === 6 || field.number === 11) walkGraph(reader.message(), tally, depth + 1);
    else if (field.number === 22 || field.number === 23) walkSparse(reader.message(), tally);
    else reader.skip(field);
  }
  return { name, integer, tensor, again: () => reader.again() };
}

/** A SparseTensorProto: its values carry its name, its indices are a tensor of their own. */
function walkSparse(reader: WireReader, tally: GraphTally): string {
  let name = "";
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.number === 1) name = weigh(scanTensor(reader.message()), tally);
    else if (field.number === 2) weigh(scanTensor(reader.message()), tally);
    else reader.skip(field);
  }
  return name;
}

const MAX_PROBLEMS = 50;

/** Checks that a weight has the bytes that its dims and type need, and notes where they are; returns its name. */
function weigh(tensor: TensorProto, tally: GraphTally): string {
  const mismatch = dataMismatch(tensor);
  const add = (code: "MODEL_INITIALIZER_SIZE" | "MODEL_DTYPE_UNSUPPORTED", message: string) => {
    if (tally.problems.length < MAX_PROBLEMS)
      tally.problems.push(problem(code, message, { where: { file: tally.file } }));
  };
  const type = dtypeName(tensor.type);
  if (type.startsWith("type "))
    add("MODEL_DTYPE_UNSUPPORTED", `Tensor ${quote(tensor.name)} has element ${type}.`);
  else if (mismatch) add("MODEL_INITIALIZER_SIZE", `Tensor ${quote(tensor.name)}: ${mismatch}.`);
  if (tensor.external) tally.externalData.push(tensor.external);
  tally.initializerBytes += dataBytes(tensor);
  return tensor.name;
}

function dataBytes(tensor: TensorProto): number {
  const typed = tensor.typed?.chunks.reduce((sum, chunk) => sum + chunk.length, 0) ?? 0;
  return (tensor.raw?.length ?? 0) + typed + (tensor.external?.length ?? 0);
}
