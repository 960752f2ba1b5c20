import type { SamplesOf } from "../../../measure/latency/raw-samples.ts";
import type { ProcessTimes } from "../../../measure/latency/samples.ts";
import type { RunLimits } from "../../../ports/engine.ts";

/** How much a benchmark measures; everything has a default. */
export interface BenchmarkOptions {
  /** Fresh processes, each of which times both models; at least 3, or there is no ratio to the live model. */
  readonly processes?: number;
  /** Timed pairs per process and batch size, at most. */
  readonly pairs?: number;
  /** Time in ms that all timed calls together may take; slow models get fewer pairs. */
  readonly budgetMs?: number;
  /** Processes that may run on top while too few were quiet. */
  readonly spareProcesses?: number;
  readonly limits?: Partial<RunLimits>;
  /**
   * Rows -> ms of a call. Where a first look proves that a quiet runner would need more, the benchmark stops there: the
   * answer cannot change any more (docs/adr/0028). The gate takes them from the hard limits of its policies.
   */
  readonly giveUpAbove?: ReadonlyMap<number, number>;
  /** Takes the raw times, for an artifact: they are too large for Git. */
  readonly onSamples?: (processes: readonly ProcessTimes[], of: SamplesOf) => void;
}

export interface BenchmarkEffort {
  readonly processes: number;
  readonly pairs: number;
  readonly budgetMs: number;
  readonly spareProcesses: number;
  readonly limits: RunLimits;
  readonly giveUpAbove: ReadonlyMap<number, number>;
}

const NOTHING: ReadonlyMap<number, number> = new Map();

/** Five processes of 200 pairs: 1,000 timed calls a batch size, in about five seconds for a model below 1 ms. */
const DEFAULTS = {
  processes: 5,
  pairs: 200,
  budgetMs: 120_000,
  spareProcesses: 5,
  giveUpAbove: NOTHING,
} as const;

/** The least that still bounds a p95 (60 calls) and shows the effect of fresh processes: for tests and first looks. */
export const QUICK: BenchmarkOptions = { processes: 3, pairs: 20, budgetMs: 15_000, spareProcesses: 0 };

/** Loading two models and warming up may take this long on top of the timed calls. */
const LOADING_MS = 120_000;

export function effortOf(options: BenchmarkOptions): BenchmarkEffort {
  const { processes, pairs, budgetMs, spareProcesses, giveUpAbove } = { ...DEFAULTS, ...options };
  const limits = { timeoutMs: LOADING_MS + 2 * budgetMs, memoryMiB: 8192, outputMiB: 64, ...options.limits };
  return { processes, pairs, budgetMs, spareProcesses, limits, giveUpAbove };
}
