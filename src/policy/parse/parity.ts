import {
  FLOAT_DTYPES,
  type FloatDType,
  isFloatDType,
  type OutputRule,
  type ParityBlock,
  type Tolerance,
} from "../../domain/parity-rules.ts";
import { didYouMean } from "../../domain/nearest-name.ts";
import { isNumericDType } from "../../domain/tensor.ts";
import { at, isPresent, members, numberOr, report, type Reader } from "../../domain/document/reader.ts";

/** Reads the `parity` block of a policy; null when there is none. POLICY_TOLERANCE_DTYPE for a dtype that has no tolerance. */
export function readParity(block: Reader): ParityBlock | null {
  if (!isPresent(block)) return null;
  return {
    tolerances: readTolerances(at(block, "tolerances")),
    outputs: new Map(members(at(block, "outputs")).map(([name, output]) => [name, readOutput(output)])),
    nanEqual: at(block, "nan_equal").value === true,
    infEqual: at(block, "inf_equal").value === true,
  };
}

function readTolerances(tolerances: Reader): ParityBlock["tolerances"] {
  const read: Partial<Record<FloatDType, Partial<Tolerance>>> = {};
  for (const [dtype, tolerance] of members(tolerances)) {
    if (isFloatDType(dtype)) read[dtype] = readTolerance(tolerance);
    else reportDType(tolerance, dtype);
  }
  return read;
}

function reportDType(tolerance: Reader, dtype: string): void {
  const isExact = isNumericDType(dtype) || dtype === "string";
  const message = isExact
    ? `${dtype} is compared exactly and takes no tolerance.`
    : `There is no dtype ${JSON.stringify(dtype.slice(0, 40))}.`;
  report(tolerance, "POLICY_TOLERANCE_DTYPE", message, isExact ? "" : didYouMean(dtype, FLOAT_DTYPES));
}

function readTolerance(tolerance: Reader): Partial<Tolerance> {
  const [atol, rtol] = [numberOr(at(tolerance, "atol"), null), numberOr(at(tolerance, "rtol"), null)];
  return { ...(atol === null ? {} : { atol }), ...(rtol === null ? {} : { rtol }) };
}

function readOutput(output: Reader): Partial<OutputRule> {
  const flags = (["nan_equal", "inf_equal", "noise"] as const).flatMap((key) => {
    const { value } = at(output, key);
    return typeof value === "boolean" ? [[key, value] as const] : [];
  });
  return { ...readTolerance(output), ...Object.fromEntries(flags) };
}
