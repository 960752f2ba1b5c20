import { formatTensorType, type Tensor } from "../../domain/tensor.ts";
import { problem, type Problem } from "../../errors.ts";
import { quote } from "../../domain/quote.ts";
import type { ValueFacts } from "../onnx/value-info.ts";

/** A tensor out of a test data set, with its file and position. */
export interface StoredTensor {
  readonly file: string;
  readonly position: number;
  readonly tensor: Tensor;
}

/** The inputs and outputs that a model declares. */
export interface Signature {
  readonly inputs: readonly ValueFacts[];
  readonly outputs: readonly ValueFacts[];
}

/** One case by the names of the model's inputs and outputs, and every reason why it is not. */
export interface BoundCase {
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly expected: ReadonlyMap<string, Tensor>;
  /** Why nothing can be replayed: PARITY_INPUT_*, PARITY_REFERENCE_MISSING, PARITY_TEST_DATA_AMBIGUOUS. */
  readonly problems: readonly Problem[];
  /** References that no answer of this model can equal, which a replay shows as well: PARITY_REFERENCE_WRONG. */
  readonly unequal: readonly Problem[];
}

/**
 * Gives the tensors of a case to the model's inputs and outputs: by name where the file has one, else by position. No
 * engine is needed to see that one does not fit: the model declares names, dtypes and, of each shape, what is fixed.
 */
export function bindCase(
  stored: { readonly inputs: readonly StoredTensor[]; readonly outputs: readonly StoredTensor[] },
  signature: Signature,
  folder: string,
): BoundCase {
  const sizes: Sizes = new Map();
  const inputs = bindSide(stored.inputs, {
    side: "input",
    values: signature.inputs,
    sizes,
    anyBatch: false,
  });
  const outputs = bindSide(stored.outputs, {
    side: "output",
    values: signature.outputs,
    sizes,
    anyBatch: takesBatches(signature.inputs),
  });
  const lacking = [
    // A name that is wrong or there twice leaves its input without a file: that would be said twice.
    ...(inputs.wrong.length + inputs.twins.length > 0
      ? []
      : missingInputs(inputs.tensors, signature.inputs, folder)),
    ...missingOutputs(outputs.tensors, signature.outputs, folder),
  ];
  return {
    inputs: inputs.tensors,
    expected: outputs.tensors,
    problems: [...inputs.wrong, ...inputs.twins, ...outputs.twins, ...lacking],
    unequal: outputs.wrong,
  };
}

/** Which size a named dimension has in this case, and who said so first. */
type Sizes = Map<string, { readonly size: number; readonly by: string }>;

interface Side {
  readonly side: "input" | "output";
  readonly values: readonly ValueFacts[];
  readonly sizes: Sizes;
  /**
   * Whether a declared first axis of 1 may stand for a batch. Exporters write it so for outputs of models that take
   * batches (onnxmltools: the label of every LightGBM classifier is int64[1]), and the engine only warns.
   */
  readonly anyBatch: boolean;
}

interface BoundSide {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly wrong: readonly Problem[];
  readonly twins: readonly Problem[];
}

/** A reference that does not fit stays under its name: the comparison shows what the model answers in its place. */
function bindSide(stored: readonly StoredTensor[], of: Side): BoundSide {
  const tensors = new Map<string, Tensor>();
  const [wrong, twins]: [Problem[], Problem[]] = [[], []];
  for (const { file, position, tensor } of stored) {
    const name = tensor.name === "" ? (of.values[position]?.name ?? `${of.side}_${position}`) : tensor.name;
    const found = misfit({ ...tensor, name }, of);
    if (found !== undefined) wrong.push(problem(WRONG[of.side], found, { where: { file } }));
    if (found !== undefined && of.side === "input") continue;
    if (tensors.has(name)) twins.push(secondFile(of.side, name, file));
    else tensors.set(name, { ...tensor, name });
  }
  return { tensors, wrong, twins };
}

const WRONG = { input: "PARITY_INPUT_WRONG", output: "PARITY_REFERENCE_WRONG" } as const;

/** Why a tensor is not what the model takes or gives, in words; undefined when it may be. */
function misfit(tensor: Tensor, of: Side): string | undefined {
  const { side, values, sizes } = of;
  const value = values.find((candidate) => candidate.name === tensor.name);
  const verb = side === "input" ? "takes" : "gives";
  if (!value)
    return `The model has no ${side} ${quote(tensor.name)}; it ${verb} ${values.map(written).join(", ")}.`;
  const type = formatTensorType(tensor.dtype, tensor.dims);
  if (!value.isTensor || !fits(tensor, value, of))
    return `The ${side} ${quote(tensor.name)} is ${type}; the model ${verb} ${written(value)}.`;
  return sizeMismatch(tensor, value, sizes);
}

/**
 * The engine refuses an input of another rank. The rank of an output is the exporter's word, with which the engine's answer
 * need not agree (CatBoost writes [N] and the operator gives [N, 1]): there the replay decides.
 */
function fits(tensor: Tensor, { dtype, shape }: ValueFacts, { side, anyBatch }: Side): boolean {
  if (tensor.dtype !== dtype) return false;
  if (shape === null) return true;
  if (shape.length !== tensor.dims.length) return side === "output";
  const isBatch = (dim: number, axis: number) => anyBatch && axis === 0 && dim === 1;
  return shape.every(
    (dim, axis) => typeof dim !== "number" || dim === tensor.dims[axis] || isBatch(dim, axis),
  );
}

function takesBatches(inputs: readonly ValueFacts[]): boolean {
  return inputs.some(({ shape }) => shape === null || (shape.length > 0 && typeof shape[0] !== "number"));
}

/** Exporters write these for a size that they do not know; every one may be another. */
const UNNAMED: ReadonlySet<string> = new Set(["", "?", "*", "-1", "none", "null", "unk", "unknown"]);

/** Dimensions of one name have one size in one call (`dim_param` in onnx.proto). */
function sizeMismatch(tensor: Tensor, { shape }: ValueFacts, sizes: Sizes): string | undefined {
  for (const [axis, dim] of (shape ?? []).entries()) {
    const size = tensor.dims[axis];
    if (typeof dim !== "string" || size === undefined || UNNAMED.has(dim.toLowerCase())) continue;
    const before = sizes.get(dim);
    if (before === undefined) sizes.set(dim, { size, by: tensor.name });
    else if (before.size !== size)
      return `${quote(tensor.name)} has ${size} along ${quote(dim)}; ${quote(before.by)} of the same case has ${before.size}.`;
  }
  return undefined;
}

function secondFile(side: string, name: string, file: string): Problem {
  const message = `A second file for the ${side} ${quote(name)}.`;
  return problem("PARITY_TEST_DATA_AMBIGUOUS", message, { where: { file } });
}

type Tensors = ReadonlyMap<string, Tensor>;

function missingInputs(tensors: Tensors, inputs: readonly ValueFacts[], folder: string): Problem[] {
  return inputs
    .filter(({ name, dtype }) => dtype !== "optional" && !tensors.has(name))
    .map((input) =>
      problem("PARITY_INPUT_MISSING", `There is no file for the input ${written(input)}.`, {
        where: { file: folder },
      }),
    );
}

function missingOutputs(tensors: Tensors, outputs: readonly ValueFacts[], folder: string): Problem[] {
  return outputs
    .filter(({ name, isTensor }) => isTensor && !tensors.has(name))
    .map((output) =>
      problem("PARITY_REFERENCE_MISSING", `There is no expected file for the output ${written(output)}.`, {
        where: { file: folder },
      }),
    );
}

function written(value: ValueFacts): string {
  if (!value.isTensor) return `${quote(value.name)} (${value.dtype})`;
  const type =
    value.shape === null
      ? `${value.dtype} of any rank`
      : formatTensorType(value.dtype, value.shape.map(plainDimension));
  return `${quote(value.name)} ${type}`;
}

/** Names of dimensions are foreign text. */
function plainDimension(dim: number | string | null): number | string | null {
  return typeof dim === "string" && !/^\w{1,40}$/.test(dim) ? quote(dim) : dim;
}
