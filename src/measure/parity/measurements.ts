import { absent, measured } from "../../domain/measurement.ts";
import type { Measurement } from "../../domain/evidence.ts";
import type { ReasonCode } from "../../domain/reasons/catalogue.ts";
import { quote } from "../../domain/quote.ts";
import type { OutputReport } from "./report.ts";

/** What a replay came to. */
export interface ParityOutcome {
  readonly cases: number;
  readonly outputs: readonly OutputReport[];
  /** Outputs that are no tensors. */
  readonly notComparable: number;
  readonly claimsBroken: number;
}

/** Why a number has no finite value. */
export interface Cause {
  readonly reason: ReasonCode;
  readonly note: string;
}

const NUMBERS = [
  "parity.max_abs_diff",
  "parity.mean_abs_diff",
  "parity.p99_abs_diff",
  "parity.max_rel_diff",
] as const;
const COUNTS = ["parity.elements_over_tolerance", "parity.outputs_failed"] as const;
const REST = [
  "parity.outputs_not_comparable",
  "parity.cases",
  "parity.claims_broken",
  "parity.label_agreement",
] as const;

/** The `parity.*` measurements: the overall number is that of the worst output. No number is ever NaN or infinite. */
export function parityMeasurements(outcome: ParityOutcome): Measurement[] {
  const { outputs, cases } = outcome;
  const samples = outputs.reduce((sum, output) => sum + output.elements, 0);
  const cause = causeOf(outputs, samples);
  const worst = outputs.reduce<OutputReport | undefined>(worse, undefined);
  return [
    number("parity.max_abs_diff", worst?.max_abs_diff, samples, cause),
    number("parity.mean_abs_diff", worst?.mean_abs_diff, samples, cause),
    number("parity.p99_abs_diff", worst?.p99_abs_diff, samples, cause),
    number("parity.max_rel_diff", largestRelative(outputs), samples, cause ?? NO_SCALE),
    number(
      "parity.elements_over_tolerance",
      sumOf(outputs, (output) => output.over_tolerance),
      samples,
      uncounted(outputs, cause),
    ),
    number(
      "parity.outputs_failed",
      outputs.filter(hasFailed).length,
      outputs.length,
      isEmpty(cause) ? cause : undefined,
    ),
    labelAgreement(outputs),
    number("parity.outputs_not_comparable", outcome.notComparable, outputs.length + outcome.notComparable),
    number("parity.cases", cases, cases),
    number("parity.claims_broken", outcome.claimsBroken, outputs.length),
  ];
}

/** All `parity.*` measurements of a model that could not be replayed at all. */
export function failedMeasurements(cause: Cause): Measurement[] {
  return [...NUMBERS, ...COUNTS, ...REST].map((metric) => blank(metric, cause, 0));
}

const NO_SCALE: Cause = { reason: "PARITY_NO_SCALE", note: "All references are zero." };

/** Why the differences have no finite value; undefined when they do. */
function causeOf(outputs: readonly OutputReport[], samples: number): Cause | undefined {
  for (const { name, mismatches } of outputs) {
    const [first] = mismatches;
    if (first)
      return { reason: first.code, note: `Output ${quote(name)} in ${first.case}: ${first.message}.` };
  }
  if (samples === 0) return { reason: "PARITY_NOTHING_COMPARED", note: "No output element was compared." };
  const empty = outputs.find(({ elements }) => elements === 0);
  if (empty)
    return {
      reason: "PARITY_NOTHING_COMPARED",
      note: `No element of the output ${quote(empty.name)} was compared.`,
    };
  const isOverflow = outputs.some((output) => output.elements > 0 && output.max_abs_diff === null);
  return isOverflow ? { reason: "PARITY_INFINITE", note: "A difference has no finite value." } : undefined;
}

const TYPE_MISMATCHES: readonly string[] = [
  "PARITY_OUTPUT_MISSING",
  "PARITY_DTYPE_MISMATCH",
  "PARITY_SHAPE_MISMATCH",
];

/** Elements that were never compared cannot be counted as within their tolerance. */
function uncounted(outputs: readonly OutputReport[], cause: Cause | undefined): Cause | undefined {
  const isPartial = outputs.some(({ mismatches }) =>
    mismatches.some(({ code }) => TYPE_MISMATCHES.includes(code)),
  );
  return isPartial || isEmpty(cause) ? cause : undefined;
}

function isEmpty(cause: Cause | undefined): boolean {
  return cause?.reason === "PARITY_NOTHING_COMPARED";
}

function hasFailed(output: OutputReport): boolean {
  return output.mismatches.length > 0 || output.over_tolerance > 0 || output.elements === 0;
}

/** The output whose largest difference is larger; one without elements tells nothing. */
function worse(found: OutputReport | undefined, next: OutputReport): OutputReport | undefined {
  if (next.elements === 0) return found;
  return found && (found.max_abs_diff ?? Infinity) >= (next.max_abs_diff ?? Infinity) ? found : next;
}

function largestRelative(outputs: readonly OutputReport[]): number | undefined {
  const known = outputs.flatMap(({ max_rel_diff: diff }) => (diff === null ? [] : [diff]));
  return known.length === 0 ? undefined : Math.max(...known);
}

function sumOf(outputs: readonly OutputReport[], of: (output: OutputReport) => number): number {
  return outputs.reduce((sum, output) => sum + of(output), 0);
}

/** Share over all labels; a label output that could not be compared leaves it undefined. */
function labelAgreement(outputs: readonly OutputReport[]): Measurement {
  const labels = outputs.filter((output) => !output.dtype.startsWith("float"));
  const elements = sumOf(labels, (output) => output.elements);
  if (labels.length === 0) {
    const cause = {
      reason: "PARITY_NO_LABELS",
      note: "The model has no integer, boolean or string output.",
    } as const;
    return { ...blank("parity.label_agreement", cause, 0), state: "not_applicable" };
  }
  const agreed = sumOf(labels, (output) => (output.label_agreement ?? 0) * output.elements);
  const cause = uncounted(labels, causeOf(labels, elements));
  return number("parity.label_agreement", agreed / elements, elements, cause);
}

/** A measured number, or the cause why it is none. */
function number(
  metric: string,
  value: number | null | undefined,
  samples: number,
  cause?: Cause,
): Measurement {
  const isKnown = typeof value === "number" && Number.isFinite(value);
  const why = cause ?? { reason: "PARITY_NOTHING_COMPARED", note: "There is no finite value." };
  if (!isKnown || (cause && cause !== NO_SCALE)) return blank(metric, why, samples);
  return measured(metric, { value, samples });
}

function blank(metric: string, cause: Cause, samples: number): Measurement {
  return absent(metric, { state: "undefined", ...cause }, samples);
}
