import { formatTensorType, type Tensor } from "../../domain/tensor.ts";
import { problem, type Problem } from "../../errors.ts";
import { quote } from "../onnx/quote.ts";
import type { ValueFacts } from "../onnx/value-info.ts";

/** A tensor out of a test data set, with its file and position. */
export interface StoredTensor {
  readonly file: string;
  readonly position: number;
  readonly tensor: Tensor;
}

/** Tensors by the name of what they are for, and every reason why they are not. */
export interface Binding {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly problems: readonly Problem[];
}

/**
 * Gives the inputs of a case to the model's inputs: by name where the file has one, else by position. PARITY_INPUT_WRONG
 * (name, dtype, shape; says what was wanted), PARITY_INPUT_MISSING, PARITY_TEST_DATA_AMBIGUOUS.
 */
export function bindInputs(
  stored: readonly StoredTensor[],
  inputs: readonly ValueFacts[],
  folder: string,
): Binding {
  const { tensors, problems } = bind(stored, inputs, "input");
  const missing = inputs.filter((input) => input.dtype !== "optional" && !tensors.has(input.name));
  // A name that is wrong leaves its input without a file: that would be said twice.
  const shown = problems.length > 0 ? [] : missing;
  const lacking = shown.map((input) =>
    problem("PARITY_INPUT_MISSING", `There is no file for the input ${written(input)}.`, {
      where: { file: folder },
    }),
  );
  return { tensors, problems: [...problems, ...lacking] };
}

/**
 * Gives the expected outputs of a case to the model's outputs in the same way. An expected output under a name that the
 * model does not have stays under it: that the model lacks it is for the comparison to say. PARITY_REFERENCE_MISSING.
 */
export function bindReferences(
  stored: readonly StoredTensor[],
  outputs: readonly ValueFacts[],
  folder: string,
): Binding {
  const { tensors, problems } = bind(stored, outputs, "output");
  const missing = outputs.filter((output) => output.isTensor && !tensors.has(output.name));
  const lacking = missing.map((output) =>
    problem("PARITY_REFERENCE_MISSING", `There is no expected file for the output ${written(output)}.`, {
      where: { file: folder },
    }),
  );
  return { tensors, problems: [...problems, ...lacking] };
}

function bind(
  stored: readonly StoredTensor[],
  values: readonly ValueFacts[],
  side: "input" | "output",
): Binding {
  const tensors = new Map<string, Tensor>();
  const problems: Problem[] = [];
  for (const { file, position, tensor } of stored) {
    const name = tensor.name === "" ? (values[position]?.name ?? `${side}_${position}`) : tensor.name;
    const wrong = side === "input" ? inputProblem({ ...tensor, name }, values, file) : undefined;
    if (wrong) problems.push(wrong);
    else if (tensors.has(name)) {
      problems.push(
        problem("PARITY_TEST_DATA_AMBIGUOUS", `A second file for the ${side} ${quote(name)}.`, {
          where: { file },
        }),
      );
    } else tensors.set(name, { ...tensor, name });
  }
  return { tensors, problems };
}

function inputProblem(tensor: Tensor, inputs: readonly ValueFacts[], file: string): Problem | undefined {
  const wrong = (message: string) => problem("PARITY_INPUT_WRONG", message, { where: { file } });
  const input = inputs.find((candidate) => candidate.name === tensor.name);
  if (!input)
    return wrong(`The model has no input ${quote(tensor.name)}; it takes ${inputs.map(written).join(", ")}.`);
  if (input.isTensor && fits(tensor, input)) return undefined;
  return wrong(
    `The input ${quote(tensor.name)} is ${formatTensorType(tensor.dtype, tensor.dims)}; the model takes ${written(input)}.`,
  );
}

function fits(tensor: Tensor, input: ValueFacts): boolean {
  if (tensor.dtype !== input.dtype) return false;
  if (input.shape === null) return true;
  if (input.shape.length !== tensor.dims.length) return false;
  return input.shape.every((dim, axis) => typeof dim !== "number" || dim === tensor.dims[axis]);
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
