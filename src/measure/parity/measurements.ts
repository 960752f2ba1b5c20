import { absent, measured } from "../../domain/measurement.ts";
import type { Measurement } from "../../domain/evidence.ts";
import { isFloatDType } from "../../domain/parity-rules.ts";
import type { ReasonCode } from "../../domain/reasons/catalogue.ts";
import { quote } from "../../domain/quote.ts";
import { differing, mislabelled, scaled } from "./notes.ts";
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
  /** "undefined" when it is left out. */
  readonly state?: "undefined" | "not_applicable";
}

/** One number with the count behind it, or why there is none. `note`: what people should know when its limit is missed. */
interface Reading {
  readonly value?: number | null | undefined;
  readonly samples: number;
  readonly cause?: Cause | undefined;
  readonly note?: string | null;
}

interface Summary extends ParityOutcome {
  /** Outputs with elements. */
  readonly filled: readonly OutputReport[];
  /** Elements that were compared. */
  readonly samples: number;
  /** Why differences have no finite value; undefined when they do. */
  readonly cause: Cause | undefined;
}

/** Every `parity.*` metric, in the order in which evidence lists them. */
const ROWS: readonly (readonly [metric: string, read: (of: Summary) => Reading])[] = [
  ["parity.max_abs_diff", (of) => ofWorst(of, (output) => output.max_abs_diff)],
  ["parity.mean_abs_diff", (of) => ofWorst(of, (output) => output.mean_abs_diff)],
  ["parity.p99_abs_diff", (of) => ofWorst(of, (output) => output.p99_abs_diff)],
  ["parity.max_rel_diff", (of) => ({ ...largest(of, (output) => output.max_rel_diff), samples: of.samples })],
  ["parity.scaled_diff", scaledDiff],
  ["parity.elements_over_tolerance", elementsOver],
  ["parity.outputs_mismatched", outputsMismatched],
  ["parity.outputs_failed", outputsFailed],
  ["parity.outputs_empty", outputsEmpty],
  ["parity.label_agreement", labelAgreement],
  [
    "parity.outputs_not_comparable",
    (of) => ({ value: of.notComparable, samples: of.outputs.length + of.notComparable }),
  ],
  ["parity.cases", ({ cases }) => ({ value: cases, samples: cases })],
  ["parity.claims_broken", (of) => ({ value: of.claimsBroken, samples: of.outputs.length })],
];

/** The `parity.*` measurements: the overall number is that of the worst output. No number is ever NaN or infinite. */
export function parityMeasurements(outcome: ParityOutcome): Measurement[] {
  const { outputs } = outcome;
  const samples = sumOf(outputs, ({ elements }) => elements);
  const filled = outputs.filter(({ elements }) => elements > 0);
  const of: Summary = { ...outcome, filled, samples, cause: causeOf(outputs, samples) };
  return ROWS.map(([metric, read]) => measurementOf(metric, read(of)));
}

/** All `parity.*` measurements of a model that could not be replayed at all. */
export function failedMeasurements(cause: Cause): Measurement[] {
  return ROWS.map(([metric]) => blank(metric, cause, 0));
}

function measurementOf(metric: string, { value, samples, cause, note = null }: Reading): Measurement {
  if (cause) return blank(metric, cause, samples);
  if (typeof value === "number" && Number.isFinite(value))
    return { ...measured(metric, { value, samples }), note };
  return blank(metric, NOTHING, samples);
}

function blank(metric: string, { state = "undefined", reason, note }: Cause, samples: number): Measurement {
  return absent(metric, { state, reason, note }, samples);
}

const NOTHING: Cause = { reason: "PARITY_NOTHING_COMPARED", note: "No output element was compared." };
const NO_SCALE: Cause = { reason: "PARITY_NO_SCALE", note: "All references are zero." };
const NO_FLOATS: Cause = {
  reason: "PARITY_NO_SCALE",
  note: "No output holds floating-point numbers whose references are not all zero.",
  state: "not_applicable",
};
const NO_LABELS: Cause = {
  reason: "PARITY_NO_LABELS",
  note: "The model has no integer, boolean or string output.",
  state: "not_applicable",
};

/** Why the differences have no finite value; undefined when they do. */
function causeOf(outputs: readonly OutputReport[], samples: number): Cause | undefined {
  for (const { name, mismatches } of outputs) {
    const [first] = mismatches;
    if (first)
      return { reason: first.code, note: `Output ${quote(name)} in ${first.case}: ${first.message}.` };
  }
  if (samples === 0) return NOTHING;
  const isOverflow = outputs.some((output) => output.elements > 0 && output.max_abs_diff === null);
  return isOverflow ? { reason: "PARITY_INFINITE", note: "A difference has no finite value." } : undefined;
}

function ofWorst(of: Summary, number: (output: OutputReport) => number | null): Reading {
  const worst = of.filled.reduce<OutputReport | undefined>(worse, undefined);
  return { value: worst && number(worst), samples: of.samples, cause: of.cause };
}

/** The output whose largest difference is larger. */
function worse(found: OutputReport | undefined, next: OutputReport): OutputReport {
  return found && (found.max_abs_diff ?? Infinity) >= (next.max_abs_diff ?? Infinity) ? found : next;
}

function largest(of: Summary, number: (output: OutputReport) => number | null): Omit<Reading, "samples"> {
  const known = of.filled.flatMap((output) => number(output) ?? []);
  return known.length === 0
    ? { cause: of.cause ?? NO_SCALE }
    : { value: Math.max(...known), cause: of.cause };
}

function scaledDiff(of: Summary): Reading {
  const known = of.filled.filter(({ scaled_diff: diff }) => diff !== null);
  const samples = sumOf(known, ({ elements }) => elements);
  const [worst] = known.toSorted((a, b) => (b.scaled_diff ?? 0) - (a.scaled_diff ?? 0));
  if (of.cause || !worst) return { samples, cause: of.cause ?? NO_FLOATS };
  return { value: worst.scaled_diff, samples, note: scaled(worst) };
}

function elementsOver(of: Summary): Reading {
  const value = sumOf(of.outputs, (output) => output.over_tolerance);
  return { value, samples: of.samples, cause: uncounted(of.outputs, of.cause), note: differing(of.outputs) };
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
  return isPartial || cause === NOTHING ? cause : undefined;
}

/** A text that differs is a wrong label, not an output that cannot be compared. */
function outputsMismatched({ outputs, cause }: Summary): Reading {
  const mismatched = outputs.filter(({ mismatches }) =>
    mismatches.some(({ code }) => code !== "PARITY_TEXT_DIFFERS"),
  );
  const note = mismatched.length === 0 ? null : (cause?.note ?? null);
  return { value: mismatched.length, samples: outputs.length, note };
}

function outputsFailed({ outputs, cause }: Summary): Reading {
  const failed = outputs.filter((output) => output.mismatches.length > 0 || output.over_tolerance > 0);
  return { value: failed.length, samples: outputs.length, cause: cause === NOTHING ? cause : undefined };
}

function outputsEmpty({ outputs }: Summary): Reading {
  const empty = outputs.filter(({ elements, mismatches }) => elements === 0 && mismatches.length === 0);
  const [first] = empty;
  const note = first ? `Output ${quote(first.name)} is empty in every case.` : null;
  return { value: empty.length, samples: outputs.length, note };
}

/** Share over all labels; a label output that could not be compared leaves it undefined. */
function labelAgreement({ outputs }: Summary): Reading {
  const labels = outputs.filter(({ dtype }) => !isFloatDType(dtype));
  const samples = sumOf(labels, ({ elements }) => elements);
  if (labels.length === 0) return { samples: 0, cause: NO_LABELS };
  const agreed = sumOf(labels, (output) => (output.label_agreement ?? 0) * output.elements);
  const cause = uncounted(labels, causeOf(labels, samples));
  return { value: agreed / samples, samples, cause, note: mislabelled(labels) };
}

function sumOf(outputs: readonly OutputReport[], of: (output: OutputReport) => number): number {
  return outputs.reduce((sum, output) => sum + of(output), 0);
}
