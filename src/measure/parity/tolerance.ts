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

/** Absolute tolerance of floats by dtype; integers, booleans and strings are exact. Relative tolerance is 0. */
const DEFAULT_ATOL: Readonly<Partial<Record<DType, number>>> = {
  float32: 1e-5,
  float64: 1e-9,
  float16: 1e-2,
};

export function defaultTolerance(dtype: DType): Tolerance {
  return { atol: DEFAULT_ATOL[dtype] ?? 0, rtol: 0 };
}

/** The tolerance of one output. Throws a RangeError when the caller's is negative, NaN or infinite: fail closed. */
export function toleranceOf(name: string, dtype: DType, tolerances: Tolerances): Tolerance {
  const tolerance = { ...defaultTolerance(dtype), ...tolerances.outputs.get(name) };
  const isSound = (value: number) => Number.isFinite(value) && value >= 0;
  if (!isSound(tolerance.atol) || !isSound(tolerance.rtol))
    throw new RangeError(`The tolerance of ${name} is no finite number >= 0.`);
  return tolerance;
}
