import type { Measurement } from "../../domain/evidence.ts";
import { type PairRatio, pairRatio } from "../pairs.ts";
import { type Random, seededRandom } from "../random.ts";
import type { BatchRun } from "./benchmark-run.ts";
import { type Absence, absent } from "../../domain/measurement.ts";
import { doubted, measured } from "./measurement.ts";

/** Fewer processes than this cannot show the effect of memory layout. */
const MIN_PROCESSES = 3;
const MIN_PAIRS = 30;
/** Streams of the bootstrap; those of the pair orders count up from 1. */
const BOOTSTRAP_STREAM = 0x8000_0000;

/** The ratio of one batch size with its numbers, as the details show it. */
export function ratioOf(run: BatchRun, seed: number): PairRatio | undefined {
  return run.noRatio ? undefined : pairRatio(run.times, bootstrapRandom(seed, run.rows));
}

/**
 * Candidate over live model. A noisy runner does not make it inconclusive: both models of a pair feel the same noise,
 * and where they do not, the interval and the spread between processes show it.
 */
export function ratioMeasurement(metric: string, run: BatchRun, ratio: PairRatio | undefined): Measurement {
  if (run.noRatio) return absent(metric, run.noRatio);
  if (!ratio) return absent(metric, fewPairs(0, 0));
  const { value, low, high, level, samples } = ratio;
  const found = measured(metric, { value, interval: { low, high, level }, baseline: null, samples });
  return doubted(withSpread(found, ratio), [sizeDoubt(ratio)]);
}

function sizeDoubt(ratio: PairRatio): Absence | null {
  const processes = ratio.process_medians.length;
  if (processes >= MIN_PROCESSES && ratio.samples >= MIN_PAIRS) return null;
  return fewPairs(ratio.samples, processes);
}

function fewPairs(pairs: number, processes: number): Absence {
  const note = `${pairs} pairs in ${processes} processes; it takes ${MIN_PAIRS} pairs in ${MIN_PROCESSES} processes.`;
  return { state: "inconclusive", reason: "BENCHMARK_TOO_FEW_RUNS", note };
}

/** Processes that disagree widen the interval (`pairRatio`); the measurement says so. */
function withSpread(measurement: Measurement, ratio: PairRatio): Measurement {
  if (ratio.agrees) return measurement;
  const medians = ratio.process_medians.map((value) => value.toFixed(3)).join(", ");
  const note = `Fresh processes disagree (${medians}); the interval holds all of them.`;
  return { ...measurement, reason: "BENCHMARK_PROCESSES_DISAGREE", note };
}

function bootstrapRandom(seed: number, rows: number): Random {
  return seededRandom(seed, BOOTSTRAP_STREAM + rows);
}
