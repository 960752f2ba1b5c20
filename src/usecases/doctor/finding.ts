import { type ReasonCode, reasons } from "../../domain/reasons/catalogue.ts";
import type { doctorReasons } from "../../domain/reasons/doctor.ts";
import { type Place, problem, type Problem } from "../../errors.ts";
import { EXAMPLES } from "./examples.ts";

/** The doctor's rules, by their codes. */
export type Rule = keyof typeof doctorReasons & ReasonCode;

/** Something that is not as it should be, with an example of what it should look like. */
export interface Finding extends Problem {
  readonly code: Rule;
  /** Why it matters. */
  readonly why: string;
  /** YAML, JSON or a line of a file; "" where there is nothing to write. */
  readonly example: string;
}

export function finding(code: Rule, message: string, where?: Place): Finding {
  const found = problem(code, message, where ? { where } : {});
  return { ...found, code, why: reasons[code].meaning, example: EXAMPLES[code] };
}
