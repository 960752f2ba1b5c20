import type { DType } from "../../domain/tensor.ts";

/** An element passes when |actual - expected| <= atol + rtol * |expected|. Both are finite and >= 0. */
export interface Tolerance {
  readonly atol: number;
  readonly rtol: number;
}

/** What the caller allows; a model's author has no say in it. */
export interface Tolerances {
  /** By output name; what is left out has the default of the output's dtype. */
  readonly outputs: ReadonlyMap<string, Partial<Tolerance>>;
  /** Whether NaN equals NaN at the same place. */
  readonly nanEqual: boolean;
}

export const STRICT: Tolerances = { outputs: new Map(), nanEqual: false };

/** Absolute tolerance by dtype; relative is 0. Integers, booleans and strings are exact. */
export function defaultTolerance(dtype: DType): Tolerance {
  switch (dtype) {
    case "float32":
      return { atol: 1e-5, rtol: 0 };
    case "float64":
      return { atol: 1e-9, rtol: 0 };
    case "float16":
      return { atol: 1e-2, rtol: 0 };
    case "int8":
    case "int16":
    case "int32":
    case "int64":
    case "uint8":
    case "uint16":
    case "uint32":
    case "uint64":
    case "bool":
    case "string":
      return { atol: 0, rtol: 0 };
  }
}

/** The tolerance of one output. Throws a RangeError when the caller's is negative, NaN or infinite: fail closed. */
export function toleranceOf(name: string, dtype: DType, tolerances: Tolerances): Tolerance {
  const tolerance = { ...defaultTolerance(dtype), ...tolerances.outputs.get(name) };
  const isSound = (value: number) => Number.isFinite(value) && value >= 0;
  if (!isSound(tolerance.atol) || !isSound(tolerance.rtol))
    throw new RangeError(`The tolerance of ${name} is no finite number >= 0.`);
  return tolerance;
}
