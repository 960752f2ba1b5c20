import { canonicalJson } from "../../domain/digest.ts";
import type { ReasonCode } from "../../domain/reasons/catalogue.ts";
import { type Problem, problem } from "../../errors.ts";

/** One thing that a pack is bound to: the code of its refusal, where pack.json says it, what it says, and what it must be. */
export type Binding = readonly [code: ReasonCode, pointer: string, claimed: unknown, wanted: unknown];

/** A problem, with its own code, for every binding that is another than wanted. `file` is the pack.json. */
export function bindingProblems(file: string, bindings: readonly Binding[]): Problem[] {
  return bindings
    .filter(([, , claimed, wanted]) => !isSame(claimed, wanted))
    .map((binding) => swapped(file, binding));
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || canonicalJson(one) === canonicalJson(other);
}

/** The problem of a binding that was found to be another than wanted. */
export function swapped(file: string, [code, pointer, claimed, wanted]: Binding): Problem {
  const message = `The pack is bound to ${said(claimed)}, wanted is ${said(wanted)}.`;
  return problem(code, message, { where: { file, pointer } });
}

/** Digests and names as they are, everything else as JSON; a text that reads like nothing is quoted. */
function said(value: unknown): string {
  return typeof value === "string" && value !== "null" ? value : canonicalJson(value);
}
