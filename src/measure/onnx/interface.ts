import { quote } from "../../domain/quote.ts";
import { type Place, problem, type Problem } from "../../errors.ts";
import { comparableDType } from "./dtypes.ts";
import { UNTYPED, type ValueFacts } from "./value-info.ts";

/** What a caller feeds to a model, and what it answers. */
export interface ModelInterface {
  readonly inputs: readonly ValueFacts[];
  readonly outputs: readonly ValueFacts[];
}

/** Inputs or outputs that a model may have: a decoder of 500 layers keeps two tensors of each. */
const MAX_VALUES = 1024;
/** Code points of a name (schemas/sidecar-v1.schema.json). */
const MAX_NAME = 512;

/**
 * Every reason why inputs and outputs cannot be fed, replayed or described by a sidecar: MODEL_TOO_MANY_VALUES,
 * MODEL_NAME_UNUSABLE, MODEL_UNTYPED, MODEL_DTYPE_UNSUPPORTED, MODEL_INPUT_NOT_TENSOR. Any text is a name but the empty one, one that holds
 * U+0000 (the engine's C interface ends there), one that is too long and one that stands twice.
 */
export function interfaceProblems(of: ModelInterface, where: Place): Problem[] {
  const sides = [
    ["input", of.inputs],
    ["output", of.outputs],
  ] as const;
  return sides.flatMap(([side, values]) => [
    ...countProblems(side, values, where),
    ...nameProblems(side, values, where),
    ...values.flatMap((value) => typeProblems(side, value, where)),
  ]);
}

function countProblems(side: string, values: readonly ValueFacts[], where: Place): Problem[] {
  if (values.length <= MAX_VALUES) return [];
  const message = `The model has ${values.length} ${side}s, over ${MAX_VALUES}.`;
  return [problem("MODEL_TOO_MANY_VALUES", message, { where })];
}

function nameProblems(side: string, values: readonly ValueFacts[], where: Place): Problem[] {
  const seen = new Set<string>();
  return values.flatMap(({ name }, index) => {
    const why = unusable(name) ?? (seen.has(name) ? `is the second one called ${quote(name)}` : undefined);
    seen.add(name);
    if (why === undefined) return [];
    return [problem("MODEL_NAME_UNUSABLE", `The ${side} at position ${index} ${why}.`, { where })];
  });
}

function unusable(name: string): string | undefined {
  if (name === "") return "has no name";
  if (name.includes("\0")) return `has a U+0000 in its name ${quote(name)}`;
  const length = Array.from(name).length;
  return length > MAX_NAME ? `has a name of ${length} characters, over ${MAX_NAME}` : undefined;
}

/** The engine infers a missing type, so that an output would run and be compared with nothing. */
function typeProblems(side: string, { name, dtype, isTensor }: ValueFacts, where: Place): Problem[] {
  if (dtype === UNTYPED) return [problem("MODEL_UNTYPED", `${quote(name)} has no type.`, { where })];
  if (!isTensor && side === "input") {
    const message = `The input ${quote(name)} is no tensor but of the kind ${dtype}.`;
    return [problem("MODEL_INPUT_NOT_TENSOR", message, { where })];
  }
  if (!isTensor || comparableDType(dtype) !== undefined) return [];
  const message = `${quote(name)} has element type ${dtype}, which cannot be replayed.`;
  return [problem("MODEL_DTYPE_UNSUPPORTED", message, { where })];
}
