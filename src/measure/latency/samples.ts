/** Timed calls of one process at one batch size, in ms. Index i of both arrays is one interleaved pair. */
export interface PairedTimes {
  readonly candidate: Float64Array;
  /** Null when there is no live model; else as long as `candidate`. */
  readonly live: Float64Array | null;
}

/** What one fresh process measured warm. */
export interface ProcessTimes {
  /** One entry a batch size, in the order that was asked for. */
  readonly batches: readonly PairedTimes[];
  /** Times in ms of the fixed calibration loop that ran between the pairs. */
  readonly calibration: Float64Array;
}

/** What one fresh process measured of one model that was alone in it. */
export interface ColdStart {
  /** Loading and the first call with one row, in ms. */
  readonly coldStartMs: number;
  /** Peak resident memory in MiB, after a call with the largest batch. */
  readonly peakMemoryMiB: number;
}
