import type { PairedTimes } from "../../src/measure/latency/samples.ts";
import type { Random } from "../../src/measure/random.ts";

/** Latencies of a shared runner: slow phases that both models of a pair feel, jitter, and calls that were preempted. */
export interface SyntheticRunner {
  readonly random: Random;
  /** Slowdown of a busy phase; 0 is a quiet machine. */
  readonly burst: number;
  /** Share of calls that were preempted. */
  readonly preempted: number;
}

/** Interleaved pairs of a 1 ms model and one that takes `ratio` times as long. */
export function syntheticPairs(runner: SyntheticRunner, ratio: number, pairs: number): PairedTimes {
  const phase = phases(runner);
  const live = new Float64Array(pairs);
  const candidate = new Float64Array(pairs);
  for (let i = 0; i < pairs; i += 1) {
    const slow = phase();
    live[i] = slow * call(runner);
    candidate[i] = ratio * slow * call(runner);
  }
  return { candidate, live };
}

/** The naive order: all runs of one model, then all of the other, each in its own weather. */
export function syntheticSequence(runner: SyntheticRunner, ratio: number, runs: number): PairedTimes {
  const sequence = (factor: number): Float64Array => {
    const phase = phases(runner);
    return Float64Array.from({ length: runs }, () => factor * phase() * call(runner));
  };
  return { live: sequence(1), candidate: sequence(ratio) };
}

/** Quiet and busy phases of 20 to 120 calls. */
function phases({ random, burst }: SyntheticRunner): () => number {
  let left = 0;
  let factor = 1;
  return () => {
    if (left === 0) {
      left = 20 + random.below(100);
      factor = random.below(2) === 0 ? 1 : 1 + burst * random.unit();
    }
    left -= 1;
    return factor;
  };
}

function call({ random, preempted }: SyntheticRunner): number {
  const jitter = Math.exp(0.04 * gaussian(random));
  return jitter + (random.unit() < preempted ? 4 * random.unit() : 0);
}

function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());
}
