import { hasBatchAxis, planBatch, planUnbatched } from "../../../measure/latency/batch.ts";
import { BATCH_SIZES, type BatchSize } from "../../../measure/latency/benchmark-run.ts";
import { hasOpenDimension, inputDifferences } from "../../../measure/latency/inputs.ts";
import type { Absence } from "../../../domain/measurement.ts";
import type { BatchPlan } from "../../../measure/latency/samples.ts";
import type { Candidate, Contestant } from "./contestant.ts";

/** One batch size: the calls to time, or why there are none. */
export type PlannedBatch =
  | { readonly rows: BatchSize; readonly plan: BatchPlan }
  | { readonly rows: BatchSize; readonly absence: Absence };

export function planBatches(candidate: Candidate): PlannedBatch[] {
  return BATCH_SIZES.map((rows) => {
    const planned = hasBatchAxis(candidate.axes)
      ? planBatch(candidate.cases, candidate.axes, rows)
      : withoutAxis(candidate, rows);
    if (planned && "reason" in planned) return { rows, absence: planned };
    return planned ? { rows, plan: planned } : { rows, absence: NO_INPUTS };
  });
}

const NO_INPUTS: Absence = {
  state: "undefined",
  reason: "BENCHMARK_NO_INPUTS",
  note: "No stored case has every input of the model with at least one row.",
};

/** Whether a model takes batches is for the model to say: a sidecar that keeps silent does not spare it the limit. */
function withoutAxis(candidate: Candidate, rows: BatchSize): BatchPlan | Absence | undefined {
  if (rows === 1) return planUnbatched(candidate.cases);
  if (!hasOpenDimension(candidate.facts.inputs)) {
    return {
      state: "not_applicable",
      reason: "BENCHMARK_NO_BATCH_AXIS",
      note: "All input dimensions of the model are fixed.",
    };
  }
  const note = 'The model leaves dimensions open, and sidecar.json calls none of them "N".';
  return { state: "undefined", reason: "BENCHMARK_BATCH_UNDECLARED", note };
}

/** Why candidate and live model cannot be compared on the same inputs; null when they can. */
export function comparisonAbsence(candidate: Contestant, live: Contestant | undefined): Absence | null {
  if (!live) {
    return {
      state: "not_applicable",
      reason: "BENCHMARK_NO_INCUMBENT",
      note: "No version is live to compare with.",
    };
  }
  const differences = inputDifferences(candidate.facts.inputs, live.facts.inputs);
  if (differences.length === 0) return null;
  const note = `The inputs differ from those of the live model: ${differences.join("; ")}.`.slice(
    0,
    MAX_NOTE,
  );
  return { state: "undefined", reason: "BENCHMARK_INPUTS_DIFFER", note };
}

const MAX_NOTE = 400;
