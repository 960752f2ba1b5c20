import type { Subject } from "../../domain/evidence.ts";
import { isRefusal, type ProcessTimes } from "./samples.ts";

/** What raw times are about. */
export interface SamplesOf {
  readonly subject: Subject;
  /** Rows of each batch size, in the order of the processes' batches. */
  readonly rows: readonly number[];
}

/**
 * All timed calls of a benchmark in ms, as plain JSON: one entry a process that counted; index i of `candidate` and `live`
 * is one interleaved pair; `calibration` are the fixed loops between the pairs.
 */
export function rawSamples(processes: readonly ProcessTimes[], { subject, rows }: SamplesOf): object {
  return {
    schema_version: "modelgate/samples/v1",
    unit: "ms",
    model_id: subject.model_id,
    version: subject.version,
    manifest_digest: subject.manifest_digest,
    processes: processes.map(({ batches, calibration }) => ({
      calibration: [...calibration],
      batches: batches.map((batch, index) => {
        if (isRefusal(batch)) return { rows: rows[index], failure: batch.failure };
        const live = batch.live === null ? null : [...batch.live];
        return { rows: rows[index], candidate: [...batch.candidate], live };
      }),
    })),
  };
}
