/** Dtypes whose numbers may differ a little. All others are exact, and no rule loosens them. */
export const FLOAT_DTYPES = ["float16", "bfloat16", "float32", "float64"] as const;
export type FloatDType = (typeof FLOAT_DTYPES)[number];

/** An element passes when |actual - reference| <= max(atol, rtol * |reference|). Both are finite and >= 0. */
export interface Tolerance {
  readonly atol: number;
  readonly rtol: number;
}

/** How one output is compared. */
export interface OutputRule extends Tolerance {
  /** Whether NaN equals NaN at the same place. */
  readonly nan_equal: boolean;
  /** Whether an infinity equals one of the same sign at the same place. */
  readonly inf_equal: boolean;
  /** Whether all of its references are rounding noise, so that no difference is measured by their scale. */
  readonly noise: boolean;
}

/** The `parity:` block of one policy. What it leaves out has its default. */
export interface ParityBlock {
  readonly tolerances: Readonly<Partial<Record<FloatDType, Partial<Tolerance>>>>;
  /** By output name. */
  readonly outputs: ReadonlyMap<string, Partial<OutputRule>>;
  readonly nanEqual: boolean;
  readonly infEqual: boolean;
}

/** What every policy that judges parity allows, and the names of those policies; both are empty for the defaults. */
export interface ParityRules {
  readonly policies: readonly string[];
  readonly blocks: readonly ParityBlock[];
}

/** One output as it was compared (`compared` in evidence). */
export interface ComparedOutput extends OutputRule {
  readonly output: string;
  /** Of the reference. */
  readonly dtype: string;
  readonly elements: number;
  /**
   * [|actual - reference|, |reference|] of the elements that decide under any tolerance: no other element differs by as much
   * both absolutely and relatively. Null when there are more than `MOST_EXTREMES`.
   */
  readonly extremes: readonly Extreme[] | null;
}

export type Extreme = readonly [diff: number, scale: number];

export const MOST_EXTREMES = 64;

/** docs/adr/0021-parity-knows-scale.md says how they were found. */
const DEFAULTS: Readonly<Record<FloatDType, Tolerance>> = {
  float16: { atol: 5e-3, rtol: 1e-3 },
  bfloat16: { atol: 4e-2, rtol: 8e-3 },
  float32: { atol: 1e-5, rtol: 1e-5 },
  float64: { atol: 1e-9, rtol: 1e-9 },
};

const EXACT: OutputRule = { atol: 0, rtol: 0, nan_equal: false, inf_equal: false, noise: false };

/** The block of a policy that says nothing about tolerances. */
export const SILENT: ParityBlock = { tolerances: {}, outputs: new Map(), nanEqual: false, infEqual: false };

export const DEFAULT_RULES: ParityRules = { policies: [], blocks: [] };

export function isFloatDType(dtype: string): dtype is FloatDType {
  return (FLOAT_DTYPES as readonly string[]).includes(dtype);
}

/** The rule of one output: of several blocks the strictest of each number. No blocks: the defaults. */
export function ruleOf(
  blocks: readonly ParityBlock[],
  output: { readonly name: string; readonly dtype: string },
): OutputRule {
  const { name, dtype } = output;
  if (!isFloatDType(dtype)) return EXACT;
  const rules = (blocks.length === 0 ? [SILENT] : blocks).map((block) => ruleIn(block, name, dtype));
  return {
    atol: Math.min(...rules.map(({ atol }) => atol)),
    rtol: Math.min(...rules.map(({ rtol }) => rtol)),
    nan_equal: rules.every((rule) => rule.nan_equal),
    inf_equal: rules.every((rule) => rule.inf_equal),
    noise: rules.every((rule) => rule.noise),
  };
}

function ruleIn(block: ParityBlock, name: string, dtype: FloatDType): OutputRule {
  return {
    ...DEFAULTS[dtype],
    nan_equal: block.nanEqual,
    inf_equal: block.infEqual,
    noise: false,
    ...block.tolerances[dtype],
    ...block.outputs.get(name),
  };
}

/** Whether a finite difference is within a tolerance; `scale` is |reference|. NaN is not. */
export function isWithin({ atol, rtol }: Tolerance, diff: number, scale: number): boolean {
  return diff <= Math.max(atol, rtol * scale);
}
