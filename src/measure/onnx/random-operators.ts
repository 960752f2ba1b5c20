import { type Place, problem, type Problem } from "../../errors.ts";
import { quote } from "../../domain/quote.ts";
import type { TensorProto } from "./tensor-proto.ts";
import type { WireReader } from "./wire.ts";

/** What these rules read of a node; names are views of the file until a node is of interest. */
export interface NodeDraft {
  operator: string;
  domain: string;
  name: Uint8Array | null;
  readonly inputs: Uint8Array[];
  readonly outputs: Uint8Array[];
  readonly attributes: AttributeDraft[];
}

export interface AttributeDraft {
  readonly name: Uint8Array | null;
  /** The varint of an integer attribute. */
  readonly integer: Uint8Array | null;
  readonly tensor: TensorProto | null;
  /** Reads it once more. */
  readonly again: () => WireReader;
}

/** A node that may draw random numbers or depend on its batch, which the rest of the model decides. */
export interface Suspect {
  readonly operator: string;
  readonly label: string;
  /** Outputs that are used. */
  readonly outputs: number;
  /** Integer attributes that are not zero, and `seed`. */
  readonly set: ReadonlySet<string>;
  /** Name of the input `training_mode`, "" when there is none. */
  readonly training: string;
  /** What that input is; undefined when it is no constant of this graph or one around it. */
  readonly flag: boolean | undefined;
}

/** One graph: nodes to judge, those of the graphs inside of it too, and its boolean constants of one element by name. */
export interface RandomScope {
  readonly suspects: Suspect[];
  readonly flags: Map<string, boolean>;
}

/** Operators that draw random numbers whenever they run (onnx/docs/Operators.md; ONNX Runtime's contrib operators). */
const RANDOM: ReadonlySet<string> = new Set([
  "RandomNormal",
  "RandomNormalLike",
  "RandomUniform",
  "RandomUniformLike",
  "Bernoulli",
  "Multinomial",
  "com.microsoft.Sampling",
]);

/** Dropouts, with the position of the input `training_mode`; ai.onnx has it since opset 12. */
const DROPOUTS: ReadonlyMap<string, number> = new Map([
  ["Dropout", 2],
  ["com.microsoft.BitmaskDropout", 2],
  ["com.microsoft.BiasDropout", 4],
  ["com.microsoft.BitmaskBiasDropout", 4],
]);

const NORMALIZATION = "BatchNormalization";
const BOOL = 9;

/** Notes what a node has to do with randomness; `ai.onnx` is the long name of the domain "". */
export function noteNode(draft: NodeDraft, scope: RandomScope): void {
  const { operator, domain } = draft;
  const isStandard = domain === "" || domain === "ai.onnx";
  if (isStandard && operator === "Constant") return noteConstant(draft, scope);
  const name = isStandard ? operator : `${domain}.${operator}`;
  if (RANDOM.has(name) || DROPOUTS.has(name) || name === NORMALIZATION)
    scope.suspects.push(suspect(name, draft));
}

/** Notes a boolean of one element. */
export function noteFlag(name: string, tensor: TensorProto, scope: RandomScope): void {
  if (tensor.type !== BOOL || tensor.external !== null) return;
  const bytes = tensor.raw ?? tensor.typed?.chunks[0];
  if (bytes?.length === 1) scope.flags.set(name, !isZero(bytes));
}

/** Ends a graph: its constants answer for its own nodes and those inside; what they leave open is for the graph around it. */
export function closeScope(inner: RandomScope, outer: RandomScope): void {
  for (const one of inner.suspects)
    outer.suspects.push({ ...one, flag: one.flag ?? inner.flags.get(one.training) });
}

export function newScope(): RandomScope {
  return { suspects: [], flags: new Map() };
}

function noteConstant({ attributes, outputs: [output] }: NodeDraft, scope: RandomScope): void {
  for (const { tensor } of attributes) if (tensor && output) noteFlag(textOf(output), tensor, scope);
}

function suspect(operator: string, { name, inputs, outputs, attributes }: NodeDraft): Suspect {
  const set = attributes.filter(({ integer }) => integer && !isZero(integer)).map((one) => textOf(one.name));
  const seeds = attributes.map((one) => textOf(one.name)).filter((attribute) => attribute === "seed");
  const used = outputs.map(textOf).filter((output) => output !== "");
  const label = name?.length ? quote(textOf(name)) : `that makes ${quote(used[0] ?? "")}`;
  const training = textOf(inputs[DROPOUTS.get(operator) ?? -1] ?? null);
  const flag = training === "" ? false : undefined;
  return { operator, label, outputs: used.length, set: new Set([...set, ...seeds]), training, flag };
}

/** MODEL_RANDOM and MODEL_TRAINING_MODE, one for each node of a whole model. `opset` is the version of ai.onnx. */
export function randomnessProblems({ suspects }: RandomScope, opset: number, where: Place): Problem[] {
  return suspects.flatMap((one) => {
    const node = `The node ${one.label} (${one.operator})`;
    if (RANDOM.has(one.operator)) return [problem("MODEL_RANDOM", `${node} ${whatItDraws(one)}`, { where })];
    const why = one.operator === NORMALIZATION ? normalizes(one, opset) : dropsOut(one, opset);
    return why === null ? [] : [problem("MODEL_TRAINING_MODE", `${node} ${why}.`, { where })];
  });
}

function whatItDraws({ set }: Suspect): string {
  const seeded = set.has("seed") ? " Its seed does not help: each call draws the next numbers." : "";
  return `draws random numbers.${seeded}`;
}

const TRAINS = "runs in training mode";

/** Before opset 7 an attribute said so, up to 11 dropouts did nothing, since 12 an input says so (default: false). */
function dropsOut({ operator, set, training, flag }: Suspect, opset: number): string | null {
  if (operator === "Dropout" && opset < 7) return set.has("is_test") ? null : TRAINS;
  if (operator === "Dropout" && opset < 12) return null;
  if (flag === undefined) return `may run in training mode: its input ${quote(training)} is not a constant`;
  return flag ? TRAINS : null;
}

/** Before opset 7 an attribute said so, up to 13 the outputs for statistics, since 14 another attribute. */
function normalizes({ outputs, set }: Suspect, opset: number): string | null {
  if (opset < 7) return set.has("is_test") ? null : TRAINS;
  const trains = opset < 14 ? outputs > 1 : set.has("training_mode");
  return trains ? `${TRAINS}: it normalizes by the statistics of the batch` : null;
}

function textOf(bytes: Uint8Array | null): string {
  return bytes === null ? "" : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

/** Of a varint, or of a byte. */
function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => (byte & 0x7f) === 0);
}
