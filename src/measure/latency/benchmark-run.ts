import type { Noise } from "../noise.ts";
import type { Absence } from "../../domain/measurement.ts";
import { counted } from "../../domain/counted.ts";
import { type BatchTimes, type ColdStart, isRefusal, type ProcessTimes } from "./samples.ts";

export const BATCH_SIZES = [1, 32] as const;
export type BatchSize = (typeof BATCH_SIZES)[number];

/** Everything that the processes of one benchmark measured, sorted by what it is about. */
export interface BenchmarkRun {
  readonly cold: { readonly candidate: readonly ColdStart[]; readonly live: readonly ColdStart[] };
  readonly batches: readonly BatchRun[];
  readonly noise: Noise;
  readonly seed: number;
}

/** One batch size: the times of each process, or why there are none; and why there is no ratio, if so. */
export interface BatchRun {
  readonly rows: BatchSize;
  /** Distinct calls that the pairs took in turn. */
  readonly inputs: number;
  readonly times: readonly BatchTimes[];
  readonly absence: Absence | null;
  readonly noRatio: Absence | null;
}

/** Picks one batch size out of all processes. A refusal in any process is a refusal: the inputs were the same. */
export function batchRun(
  of: { rows: BatchSize; inputs: number; index: number; noRatio: Absence | null },
  processes: readonly ProcessTimes[],
): BatchRun {
  const results = processes.flatMap((process) => process.batches[of.index] ?? []);
  const refusal = results.find(isRefusal);
  const times = results.filter((result): result is BatchTimes => !isRefusal(result));
  const { rows, inputs } = of;
  if (refusal) {
    const note = `With ${counted(rows, "row")} the engine says: ${refusal.failure}`;
    return missingBatch(rows, { state: "undefined", reason: "BENCHMARK_BATCH_REFUSED", note });
  }
  const liveFailure = times.find((one) => one.liveFailure !== null)?.liveFailure ?? null;
  return {
    rows,
    inputs,
    times,
    absence: null,
    noRatio: of.noRatio ?? (liveFailure === null ? null : liveFailed(liveFailure)),
  };
}

/** A batch size that has no times. */
export function missingBatch(rows: BatchSize, absence: Absence): BatchRun {
  return { rows, inputs: 0, times: [], absence, noRatio: absence };
}

export function liveFailed(message: string): Absence {
  return {
    state: "undefined",
    reason: "BENCHMARK_LIVE_FAILED",
    note: `The live model does not run: ${message}`,
  };
}
