import { MAX_PROBLEMS } from "../../domain/document/document.ts";
import { gateError, problem, type Problem, refuse } from "../../errors.ts";
import { type GraphFacts, type GraphTally, walkGraph } from "./graph.ts";
import { operatorName, operatorProblems, type UsedOperator } from "./operators.ts";
import { newScope, randomnessProblems } from "./random-operators.ts";
import { interfaceProblems } from "./interface.ts";
import type { ExternalLocation } from "./tensor-proto.ts";
import type { ValueFacts } from "./value-info.ts";
import { WireReader } from "./wire.ts";
import { asMatrix } from "./zip-map.ts";

/** What an ONNX file says about itself. Texts are foreign: quote them before printing. */
export interface ModelFacts {
  readonly irVersion: number;
  /** Name and version of the exporter, "" when not said. */
  readonly producer: string;
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  /** Inputs that a caller feeds, in order: weights that are listed as inputs are left out. */
  readonly inputs: readonly ValueFacts[];
  readonly outputs: readonly ValueFacts[];
  readonly externalData: readonly ExternalLocation[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Bytes of all weights, those outside the file as far as their length is declared. */
  readonly initializerBytes: number;
  /** Nodes of all graphs. */
  readonly nodes: number;
  /** Domains of the operators in use, sorted; "" is ai.onnx. */
  readonly domains: readonly string[];
  /** Operators in use, sorted, with their domain in front unless it is ai.onnx. */
  readonly operators: readonly string[];
  /** Functions that the model defines; a model that is not refused uses none of them. */
  readonly functions: number;
  /** Deepest nesting of If, Loop and Scan bodies; 0 when there are none. */
  readonly subgraphDepth: number;
}

export interface InspectLimits {
  /** Bytes of the file; protobuf allows 2 GiB. */
  readonly bytes: number;
  readonly fields: number;
  readonly subgraphDepth: number;
}

export const INSPECT_LIMITS: InspectLimits = { bytes: 2 ** 31 - 1, fields: 4_000_000, subgraphDepth: 8 };

/**
 * Reads an ONNX ModelProto without loading it, bounded in size, fields and depth, and refuses what must never reach
 * the engine: MODEL_EMPTY, MODEL_TOO_LARGE, MODEL_TRUNCATED, MODEL_MALFORMED, MODEL_TOO_DEEP, MODEL_TOO_COMPLEX,
 * MODEL_ORT_FORMAT at once; MODEL_TRAINING_INFO, what `operatorProblems` says, MODEL_RANDOM,
 * MODEL_TRAINING_MODE, MODEL_INITIALIZER_SIZE, MODEL_DTYPE_UNSUPPORTED and what `interfaceProblems` says all together, at
 * most 100. Where external data may be is for `externalDataProblems` to say.
 * @param file name of the file in errors
 */
export function inspectModel(bytes: Uint8Array, file = "model.onnx", limits = INSPECT_LIMITS): ModelFacts {
  if (bytes.length === 0) throw gateError("MODEL_EMPTY", "The model file has no bytes.", { where: { file } });
  if (bytes.length > limits.bytes) {
    throw gateError("MODEL_TOO_LARGE", `The model has ${bytes.length} bytes, over ${limits.bytes}.`, {
      where: { file },
    });
  }
  if (isOrtFormat(bytes)) {
    const message = "The file is in ONNX Runtime's own format, whatever else it may look like.";
    throw gateError("MODEL_ORT_FORMAT", message, { where: { file } });
  }
  const errors = { file, malformed: "MODEL_MALFORMED", truncated: "MODEL_TRUNCATED" } as const;
  const draft = readModel(new WireReader(bytes, errors, { left: limits.fields }), newTally(file, limits));
  refuse(problemsOf(draft).slice(0, MAX_PROBLEMS));
  return factsOf(draft);
}

/** By its identifier (a flatbuffer's, at byte 4), by which the engine tells it too, before it tries protobuf. */
function isOrtFormat(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(4, 8)).toString("latin1") === "ORTM";
}

interface Draft {
  irVersion: number;
  producerName: string;
  producerVersion: string;
  readonly opsets: { domain: string; version: number }[];
  readonly metadata: Map<string, string>;
  graph: GraphFacts | null;
  readonly functions: UsedOperator[];
  training: number;
  readonly tally: GraphTally;
}

function newTally(file: string, limits: InspectLimits): GraphTally {
  const gathered = {
    problems: [],
    used: new Map(),
    zipMaps: new Map(),
    externalData: [],
    randomness: newScope(),
  };
  return { file, maxDepth: limits.subgraphDepth, ...gathered, nodes: 0, depth: 0, initializerBytes: 0 };
}

function readModel(reader: WireReader, tally: GraphTally): Draft & { graph: GraphFacts } {
  const draft: Draft = {
    irVersion: 0,
    producerName: "",
    producerVersion: "",
    opsets: [],
    metadata: new Map(),
    graph: null,
    functions: [],
    training: 0,
    tally,
  };
  for (let field = reader.next(); field; field = reader.next()) {
    const read = FIELDS[field.number];
    if (read) read(reader, draft);
    else reader.skip(field);
  }
  const { graph } = draft;
  if (!graph) throw reader.malformed("There is no graph in it.");
  if (draft.irVersion < 1) throw reader.malformed("It has no IR version.");
  return { ...draft, graph };
}

/** Field numbers of ModelProto. */
const FIELDS: Readonly<Record<number, (reader: WireReader, draft: Draft) => void>> = {
  1: (reader, draft) => (draft.irVersion = reader.integer()),
  2: (reader, draft) => (draft.producerName = reader.text()),
  3: (reader, draft) => (draft.producerVersion = reader.text()),
  7: (reader, draft) => {
    // Protobuf merges a message that comes twice; a reader that does not would see another model than the engine.
    if (draft.graph) throw reader.malformed("There are two graphs in it.");
    draft.graph = walkGraph(reader.message(), draft.tally);
  },
  8: (reader, draft) => draft.opsets.push(readOpset(reader.message())),
  14: (reader, draft) => addMetadata(reader.message(), draft.metadata),
  20: (reader, draft) => {
    reader.lengthDelimited();
    draft.training++;
  },
  25: (reader, draft) => draft.functions.push(readFunction(reader.message())),
};

/** Name and domain of a FunctionProto. */
function readFunction(reader: WireReader): UsedOperator {
  let [operator, domain] = ["", ""];
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.number === 1) operator = reader.text();
    else if (field.number === 10) domain = reader.text();
    else reader.skip(field);
  }
  return { operator, domain };
}

function readOpset(reader: WireReader): { domain: string; version: number } {
  let domain = "";
  let version = 0;
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.number === 1) domain = reader.text();
    else if (field.number === 2) version = reader.integer();
    else reader.skip(field);
  }
  return { domain, version };
}

function addMetadata(reader: WireReader, metadata: Map<string, string>): void {
  let key = "";
  let value = "";
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.number === 1) key = reader.text();
    else if (field.number === 2) value = reader.text();
    else reader.skip(field);
  }
  metadata.set(key, value);
}

function problemsOf(draft: Draft & { graph: GraphFacts }): Problem[] {
  const { tally, graph } = draft;
  const where = { file: tally.file };
  const problems = operatorProblems(tally.used, draft.functions, where);
  if (draft.training > 0)
    problems.push(problem("MODEL_TRAINING_INFO", "The model carries training information.", { where }));
  const values = interfaceProblems({ inputs: fedInputs(graph), outputs: outputsOf(draft) }, where);
  const random = randomnessProblems(tally.randomness, standardOpset(draft.opsets), where);
  return [...problems, ...values, ...random, ...tally.problems];
}

/** The version of ai.onnx, whose other name is ""; 1 where the model names none. */
function standardOpset(opsets: Draft["opsets"]): number {
  const standard = opsets.filter(({ domain }) => domain === "" || domain === "ai.onnx");
  return Math.max(1, ...standard.map(({ version }) => version));
}

function fedInputs(graph: GraphFacts): ValueFacts[] {
  return graph.inputs.filter((input) => !graph.initializers.has(input.name));
}

/** What a ZipMap makes of a matrix is that matrix, unless it is an input or a weight, which the engine hands over to nobody. */
function outputsOf({ graph, tally }: Draft & { graph: GraphFacts }): ValueFacts[] {
  const given = new Set([...graph.inputs.map(({ name }) => name), ...graph.initializers]);
  return graph.outputs.map((output) => {
    const zipMap = tally.zipMaps.get(output.name);
    return zipMap && given.has(zipMap.source) ? output : asMatrix(output, zipMap);
  });
}

function factsOf(draft: Draft & { graph: GraphFacts }): ModelFacts {
  const { tally, graph } = draft;
  return {
    irVersion: draft.irVersion,
    producer: `${draft.producerName} ${draft.producerVersion}`.trim(),
    opsets: draft.opsets,
    inputs: fedInputs(graph),
    outputs: outputsOf(draft),
    externalData: tally.externalData,
    metadata: Object.fromEntries(draft.metadata),
    initializerBytes: tally.initializerBytes,
    nodes: tally.nodes,
    domains: [...new Set([...tally.used.values()].map(({ domain }) => domain))].sort(),
    operators: [...tally.used.values()].map(operatorName).sort(),
    functions: draft.functions.length,
    subgraphDepth: tally.depth,
  };
}
