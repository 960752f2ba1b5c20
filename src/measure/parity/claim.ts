import type { Finding } from "../../domain/evidence.ts";
import { formatBeside, formatNumber } from "../../domain/numbers.ts";
import { quote } from "../../domain/quote.ts";
import type { OutputReport } from "./report.ts";

/** `parity.json`: what the author says to have measured (schemas/parity-claim-v1.schema.json). Never trusted. */
export interface ParityClaim {
  readonly cases: number;
  readonly outputs: readonly { readonly name: string; readonly max_abs_diff: number }[];
  readonly max_abs_diff: number;
}

/** Two machines may round differently: a claim holds up to twice its number, and 1e-7 more. */
const FACTOR = 2;
const SLACK = 1e-7;

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
  return numberMessage(`max_abs_diff of ${quote(claimed.name)}`, claimed.max_abs_diff, output.max_abs_diff);
}

function unclaimed(claim: ParityClaim, outputs: readonly OutputReport[]): string[] {
  const claimed = new Set(claim.outputs.map(({ name }) => name));
  return outputs
    .filter(({ name }) => !claimed.has(name))
    .map(({ name }) => `It says nothing about the output ${quote(name)}.`);
}

function numberMessage(what: string, claimed: number, measured: number | null): string[] {
  if (measured !== null && measured <= claimed * FACTOR + SLACK) return [];
  const was = measured === null ? "nothing finite" : formatBeside(measured, claimed);
  return [`It claims ${what} ${formatNumber(claimed)}; measured was ${was}.`];
}

/** Largest difference of all outputs; null when one of them has none. */
function worstOf(outputs: readonly OutputReport[]): number | null {
  const diffs = outputs.map((output) => output.max_abs_diff);
  return diffs.includes(null) || diffs.length === 0 ? null : Math.max(...diffs.map(Number));
}
