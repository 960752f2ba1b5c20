import type { Measurement } from "../../domain/evidence.ts";
import { type PairRatio, pairRatio } from "../pairs.ts";
import { type Random, seededRandom } from "../random.ts";
import type { BatchRun } from "./benchmark-run.ts";
import { type Absence, absent } from "../../domain/measurement.ts";
import { tailRatio } from "./tail-ratio.ts";
import { doubted, measured } from "./measurement.ts";

/** Fewer processes than this cannot show the effect of memory layout. */
const MIN_PROCESSES = 3;
const MIN_PAIRS = 30;
/** Below, the 95th percentile across inputs is one input's luck. */
const MIN_INPUTS = 20;
/** The fastest of fewer repeats may still hold noise. */
const MIN_REPEATS = 5;
/** Streams of the bootstrap; those of the pair orders count up from 1. */
const BOOTSTRAP_STREAM = 0x8000_0000;
const TAIL_STREAM = 0xc000_0000;

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

/** Candidate over live model on their slow inputs, which the median of all pairs does not show. */
export function tailMeasurement(metric: string, run: BatchRun, seed: number): Measurement {
  if (run.noRatio) return absent(metric, run.noRatio);
  const tail = tailRatio(run.times, run.inputs, seededRandom(seed, TAIL_STREAM + run.rows));
  if (!tail) return absent(metric, fewInputs(run.inputs, 0));
  const { value, low, high, level, inputs, repeats } = tail;
  const found = measured(metric, { value, interval: { low, high, level }, baseline: null, samples: inputs });
  const enough = inputs >= MIN_INPUTS && repeats >= MIN_REPEATS;
  return doubted(found, [enough ? null : fewInputs(inputs, repeats)]);
}

function fewInputs(inputs: number, repeats: number): Absence {
  const note = `${inputs} distinct inputs, ${repeats} times each; it takes ${MIN_INPUTS} inputs, ${MIN_REPEATS} times each.`;
  return { state: "inconclusive", reason: "BENCHMARK_TOO_FEW_RUNS", note };
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
