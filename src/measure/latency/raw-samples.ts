import type { Subject } from "../../domain/evidence.ts";
import { type BatchRefusal, type BatchTimes, isRefusal, type ProcessTimes } from "./samples.ts";

/** What raw times are about. */
export interface SamplesOf {
  readonly subject: Subject;
  /** Rows of each batch size, in the order of the processes' batches. */
  readonly rows: readonly number[];
}

/** `samples.json` of an artifact. */
export interface RawSamples {
  readonly schema_version: "modelgate/samples/v1";
  readonly unit: "ms";
  readonly model_id: string;
  readonly version: string;
  readonly manifest_digest: string;
  /** One entry a process that counted. */
  readonly processes: readonly {
    /** The fixed loops between the pairs. */
    readonly calibration: readonly number[];
    /** One entry a batch size. */
    readonly batches: readonly RawBatch[];
  }[];
}

/** Index i of `candidate` and `live` is one interleaved pair; `failure` instead where the candidate refused the rows. */
export interface RawBatch {
  readonly rows: number | null;
  readonly candidate?: readonly number[];
  readonly live?: readonly number[] | null;
  readonly failure?: string;
}

/** All timed calls of a benchmark, in ms, as plain JSON. */
export function rawSamples(processes: readonly ProcessTimes[], { subject, rows }: SamplesOf): RawSamples {
  return {
    schema_version: "modelgate/samples/v1",
    unit: "ms",
    model_id: subject.model_id,
    version: subject.version,
    manifest_digest: subject.manifest_digest,
    processes: processes.map(({ batches, calibration }) => ({
      calibration: [...calibration],
      batches: batches.map((batch, index) => rawBatch(batch, rows[index] ?? null)),
    })),
  };
}

function rawBatch(batch: BatchTimes | BatchRefusal, rows: number | null): RawBatch {
  if (isRefusal(batch)) return { rows, failure: batch.failure };
  return { rows, candidate: [...batch.candidate], live: batch.live === null ? null : [...batch.live] };
}
