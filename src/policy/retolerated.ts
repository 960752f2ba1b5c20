import type { Evidence, Measurement } from "../domain/evidence.ts";
import { absent } from "../domain/measurement.ts";
import {
  type ComparedOutput,
  isWithin,
  type OutputRule,
  type ParityRules,
  ruleOf,
} from "../domain/parity-rules.ts";

/** What a tolerance alone decides. */
const COUNTS = ["parity.elements_over_tolerance", "parity.outputs_failed"] as const;
/** What it decides whether NaN, infinities or noise are allowed. */
const FLAGGED = [...COUNTS, "parity.outputs_mismatched", "parity.scaled_diff"] as const;

interface Output {
  readonly compared: ComparedOutput;
  readonly wanted: OutputRule;
}

/**
 * Past evidence as it would have come out under these rules, as far as it tells: counts are derived again from the differences
 * that decide under any tolerance, the elements as far as those show them. What it does not tell is EVIDENCE_TOLERANCE_MISMATCH.
 */
export function retolerated(evidence: Evidence, { blocks }: ParityRules): Evidence {
  const outputs = (evidence.compared ?? []).map((compared): Output => ({
    compared,
    wanted: ruleOf(blocks, { name: compared.output, dtype: compared.dtype }),
  }));
  if (outputs.some(hasOtherFlags)) return changed(evidence, FLAGGED, unknown);
  if (!outputs.some(hasOtherTolerance)) return evidence;
  // Where something is no finite difference, no tolerance decides.
  if (!evidence.measurements.some((one) => one.metric === "parity.max_abs_diff" && one.state === "measured"))
    return evidence;
  const over = outputs.map(overIn);
  if (over.includes(null)) return changed(evidence, COUNTS, unknown);
  const counts = over.map(Number);
  return changed(evidence, COUNTS, (one) => ({
    ...one,
    value: one.metric === COUNTS[0] ? sum(counts) : counts.filter((count) => count > 0).length,
    note: null,
  }));
}

function hasOtherFlags({ compared, wanted }: Output): boolean {
  return (["nan_equal", "inf_equal", "noise"] as const).some((key) => compared[key] !== wanted[key]);
}

function hasOtherTolerance({ compared, wanted }: Output): boolean {
  return compared.atol !== wanted.atol || compared.rtol !== wanted.rtol;
}

/** Of the differences that decide, those over the tolerance; null where they were too many to keep. */
function overIn({ compared: { extremes }, wanted }: Output): number | null {
  return extremes && extremes.filter(([diff, scale]) => !isWithin(wanted, diff, scale)).length;
}

function unknown({ metric, samples }: Measurement): Measurement {
  const note = "It was counted by another tolerance, and the evidence does not tell it under this one.";
  return absent(metric, { state: "inconclusive", reason: "EVIDENCE_TOLERANCE_MISMATCH", note }, samples);
}

function changed(
  evidence: Evidence,
  metrics: readonly string[],
  change: (one: Measurement) => Measurement,
): Evidence {
  const measurements = evidence.measurements.map((one) =>
    metrics.includes(one.metric) && one.state === "measured" ? change(one) : one,
  );
  return { ...evidence, measurements };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
