import type { InputType } from "./samples.ts";

/**
 * What keeps two models from being timed on the same inputs: names, dtypes, ranks and fixed dims. The names of symbolic
 * dims do not count, nor does the order of inputs. Empty when every input of one is an input of the other.
 */
export function inputDifferences(
  candidate: readonly InputType[],
  live: readonly InputType[],
): readonly string[] {
  const missing = live
    .filter((input) => !named(candidate, input.name))
    .map((i) => `the candidate has no input ${i.name}`);
  const differences = candidate.flatMap((input) => {
    const other = named(live, input.name);
    if (!other) return [`the live model has no input ${input.name}`];
    return sameType(input, other)
      ? []
      : [`input ${input.name} is ${written(input)}, in the live model ${written(other)}`];
  });
  return [...missing, ...differences];
}

/** Whether the model itself leaves a dimension open, so that it could take more rows than one. */
export function hasOpenDimension(inputs: readonly InputType[]): boolean {
  return inputs.some((input) => input.dims.some((dim) => typeof dim === "string"));
}

function named(inputs: readonly InputType[], name: string): InputType | undefined {
  return inputs.find((input) => input.name === name);
}

function sameType(a: InputType, b: InputType): boolean {
  return (
    a.dtype === b.dtype &&
    a.dims.length === b.dims.length &&
    a.dims.every((dim, i) => sameDim(dim, b.dims[i]))
  );
}

function sameDim(a: number | string, b: number | string | undefined): boolean {
  return typeof a === "string" ? typeof b === "string" : a === b;
}

function written(input: InputType): string {
  return `${input.dtype}[${input.dims.map((dim) => (dim === "" ? "?" : dim)).join(",")}]`;
}
