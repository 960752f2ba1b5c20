import type { Finding } from "../../domain/evidence.ts";
import { formatBeside, formatNumber } from "../../domain/numbers.ts";
import { type FloatDType, isFloatDType } from "../../domain/parity-rules.ts";
import { quote } from "../../domain/quote.ts";
import type { OutputReport } from "./report.ts";

/** `parity.json`: what the author says to have measured (schemas/parity-claim-v1.schema.json). Never trusted. */
export interface ParityClaim {
  readonly cases: number;
  readonly outputs: readonly { readonly name: string; readonly max_abs_diff: number }[];
  readonly max_abs_diff: number;
}

/**
 * Two machines may round differently: a claim holds up to twice its number, and as much more as four units in the last place
 * of the output's largest reference, at least 1e-7.
 */
const FACTOR = 2;
const SLACK = 1e-7;
const UNITS = 4;

/** The distance from 1 to the next number. */
const EPSILON: Readonly<Record<FloatDType, number>> = {
  float16: 2 ** -10,
  bfloat16: 2 ** -7,
  float32: 2 ** -23,
  float64: 2 ** -52,
};

/** Every number of a claim that the measurement contradicts (PARITY_CLAIM_BROKEN). A number that is too high is none. */
export function brokenClaims(
  claim: ParityClaim,
  measured: { cases: number; outputs: readonly OutputReport[] },
  file: string,
): Finding[] {
  const messages = [
    ...casesMessage(claim, measured.cases),
    ...numberMessage("max_abs_diff", claim.max_abs_diff, worstOf(measured.outputs)),
    ...claim.outputs.flatMap((claimed) => outputMessage(claimed, measured.outputs)),
    ...unclaimed(claim, measured.outputs),
  ];
  return messages.map((message) => ({ code: "PARITY_CLAIM_BROKEN", message, file }));
}

function casesMessage(claim: ParityClaim, cases: number): string[] {
  return claim.cases === cases ? [] : [`It claims ${claim.cases} cases; ${cases} were replayed.`];
}

function outputMessage(claimed: ParityClaim["outputs"][number], outputs: readonly OutputReport[]): string[] {
  const output = outputs.find(({ name }) => name === claimed.name);
  if (!output) return [`It claims an output ${quote(claimed.name)}, which was not compared.`];
  return numberMessage(`max_abs_diff of ${quote(claimed.name)}`, claimed.max_abs_diff, sizeOf(output));
}

function unclaimed(claim: ParityClaim, outputs: readonly OutputReport[]): string[] {
  const claimed = new Set(claim.outputs.map(({ name }) => name));
  return outputs
    .filter(({ name }) => !claimed.has(name))
    .map(({ name }) => `It says nothing about the output ${quote(name)}.`);
}

interface Size {
  /** Null: it has no finite value. */
  readonly diff: number | null;
  readonly slack: number;
}

function numberMessage(what: string, claimed: number, { diff, slack }: Size): string[] {
  if (diff !== null && diff <= claimed * FACTOR + slack) return [];
  const was = diff === null ? "nothing finite" : formatBeside(diff, claimed);
  return [`It claims ${what} ${formatNumber(claimed)}; measured was ${was}.`];
}

/** No element of an empty output differs. */
function sizeOf({ dtype, elements, mismatches, max_abs_diff, scale }: OutputReport): Size {
  const isEmpty = elements === 0 && mismatches.length === 0;
  const rounding = isFloatDType(dtype) ? UNITS * EPSILON[dtype] * scale : 0;
  return { diff: isEmpty ? 0 : max_abs_diff, slack: Math.max(SLACK, rounding) };
}

/** The largest of all outputs; without a finite value when one of them has none. */
function worstOf(outputs: readonly OutputReport[]): Size {
  const sizes = outputs.map(sizeOf);
  const diffs = sizes.map(({ diff }) => diff);
  const isUnknown = diffs.includes(null) || diffs.length === 0;
  return {
    diff: isUnknown ? null : Math.max(...diffs.map(Number)),
    slack: Math.max(SLACK, ...sizes.map(({ slack }) => slack)),
  };
}
