import type { Tensor } from "../../domain/tensor.ts";
import { float16ToNumber } from "./float16.ts";

/** An element as JSON can hold it: NaN and infinities by name, 64-bit integers as text. */
export type Scalar = number | string | boolean;

/** Reads a tensor of numbers below 64 bits; float16 is decoded. */
export function numbers(tensor: Tensor): (at: number) => number {
  const data = tensor.data as ArrayLike<number>;
  if (tensor.dtype === "float16") return (at) => float16ToNumber(data[at] ?? 0);
  return (at) => data[at] ?? NaN;
}

/** Row-major index of a position. */
export function indexOf(position: number, dims: readonly number[]): number[] {
  let rest = position;
  return dims
    .toReversed()
    .map((dim) => {
      const at = rest % dim;
      rest = Math.floor(rest / dim);
      return at;
    })
    .toReversed();
}

const MAX_TEXT = 80;

export function scalarAt(tensor: Tensor, at: number): Scalar {
  if (tensor.dtype === "string") return (tensor.data[at] ?? "").slice(0, MAX_TEXT);
  if (tensor.dtype === "int64" || tensor.dtype === "uint64") return String(tensor.data[at]);
  const value = numbers(tensor)(at);
  if (tensor.dtype === "bool") return value === 1;
  return Number.isFinite(value) ? value : String(value);
}
