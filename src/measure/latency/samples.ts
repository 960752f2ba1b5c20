import type { Tensor } from "../../domain/tensor.ts";

/** The inputs of one call, in any order; each has its name. */
export type Feeds = readonly Tensor[];

/** Calls of one batch size: the same few feeds, over and over. */
export interface BatchPlan {
  readonly rows: number;
  readonly feeds: readonly Feeds[];
  /** Asks a cold start for a first look at this batch size: calls in ms above which more measuring is in vain. */
  readonly giveUpAboveMs?: number;
}

/** What one fresh process shall measure warm. */
export interface PairsPlan {
  readonly batches: readonly BatchPlan[];
  /** Timed pairs a batch size. */
  readonly pairs: number;
  /** Time in ms after which no further pair is begun, for the whole process. */
  readonly budgetMs: number;
  readonly seed: number;
  /** Number of the process: its stream of random numbers. */
  readonly stream: number;
}

/** Timed calls of one process at one batch size, in ms. Index i of both arrays is one interleaved pair. */
export interface PairedTimes {
  readonly candidate: Float64Array;
  /** Null when there is no live model; else as long as `candidate`. */
  readonly live: Float64Array | null;
}

/** A batch size that the candidate took. */
export interface BatchTimes extends PairedTimes {
  /** What the engine said when the live model refused the inputs; then `live` is null. */
  readonly liveFailure: string | null;
}

/** A batch size that the candidate refused, with what the engine said. */
export interface BatchRefusal {
  readonly failure: string;
}

/** What one fresh process measured warm. */
export interface ProcessTimes {
  /** One entry a batch size, in the order of the plan. */
  readonly batches: readonly (BatchTimes | BatchRefusal)[];
  /** Times in ms of the fixed calibration loop that ran between the pairs. */
  readonly calibration: Float64Array;
}

/** What one fresh process measured of one model that was alone in it. */
export interface ColdStart {
  /** Loading and the first call with one row, in ms. */
  readonly coldStartMs: number;
  /** Peak resident memory in MiB, after one call of every batch size that the model takes. */
  readonly peakMemoryMiB: number;
  /** One entry a batch size, in their order, when a first look was asked for; null where a call was fast enough. */
  readonly looks?: readonly (FirstLook | null)[];
}

/** A few calls in a row, each of them far above what it may take. */
export interface FirstLook {
  /** Processor time of each call, in ms; its own feed each, as far as there are enough. */
  readonly cpuMs: readonly number[];
  /** Processor time of the calibration loop after each call, in ms. */
  readonly calibrationCpuMs: readonly number[];
}

export function isRefusal(result: BatchTimes | BatchRefusal): result is BatchRefusal {
  return "failure" in result;
}
