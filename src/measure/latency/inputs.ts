import { formatTensorType } from "../../domain/tensor.ts";
import { quote } from "../../domain/quote.ts";
import type { ValueFacts } from "../onnx/value-info.ts";

/**
 * What keeps two models from being timed on the same inputs: names, dtypes, ranks and fixed dims. The names of symbolic
 * dims do not count, nor does the order of inputs. Empty when each input of one is an input of the other.
 */
export function inputDifferences(
  candidate: readonly ValueFacts[],
  live: readonly ValueFacts[],
): readonly string[] {
  const missing = live
    .filter((input) => !named(candidate, input.name))
    .map((input) => `the candidate has no input ${quote(input.name)}`);
  const differences = candidate.flatMap((input) => {
    const other = named(live, input.name);
    if (!other) return [`the live model has no input ${quote(input.name)}`];
    if (sameType(input, other)) return [];
    return [`input ${quote(input.name)} is ${typeOf(input)}, in the live model ${typeOf(other)}`];
  });
  return [...missing, ...differences];
}

/** Whether the model itself leaves a dimension open, so that it could take more rows than one. */
export function hasOpenDimension(inputs: readonly ValueFacts[]): boolean {
  return inputs.some((input) => input.shape === null || input.shape.some((dim) => typeof dim !== "number"));
}

function named(inputs: readonly ValueFacts[], name: string): ValueFacts | undefined {
  return inputs.find((input) => input.name === name);
}

function sameType(a: ValueFacts, b: ValueFacts): boolean {
  if (a.dtype !== b.dtype) return false;
  if (a.shape === null || b.shape === null) return a.shape === b.shape;
  const other = b.shape;
  return a.shape.length === other.length && a.shape.every((dim, i) => sameDim(dim, other[i]));
}

function sameDim(a: number | string | null, b: number | string | null | undefined): boolean {
  return typeof a === "number" ? a === b : typeof b !== "number";
}

function typeOf(input: ValueFacts): string {
  return input.shape === null ? input.dtype : formatTensorType(input.dtype, input.shape);
}
