import { nearestRank, sorted } from "../quantiles.ts";
import type { Random } from "../random.ts";
import type { PairedTimes } from "./samples.ts";

/** Candidate over live model on the inputs that are slow for each. */
export interface TailRatio {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly level: number;
  /** Distinct inputs. */
  readonly inputs: number;
  /** Fewest repeats of any input. */
  readonly repeats: number;
}

const SHARE = 0.95;
const LEVEL = 0.9;
const RESAMPLES = 2000;

/**
 * Ratio of the models' 95th percentiles across distinct inputs, where each input counts with the fastest of its repeats
 * (measurement.md §7, tail guard): it shows inputs that are slow for a reason, and no noise that only adds. The 90 %
 * interval resamples inputs. `inputs` is how many distinct calls the pairs took in turn. Undefined without a pair.
 */
export function tailRatio(
  processes: readonly PairedTimes[],
  inputs: number,
  random: Random,
): TailRatio | undefined {
  const fastest = fastestCalls(processes, inputs);
  if (fastest.repeats === 0) return undefined;
  const ratioOf = (picked: (index: number) => number): number => {
    const tail = (times: Float64Array) =>
      nearestRank(sorted(times.map((_, i) => times[picked(i)] ?? 0)), SHARE);
    return tail(fastest.candidate) / tail(fastest.live);
  };
  const resampled = sorted(
    Float64Array.from({ length: RESAMPLES }, () => {
      const draw = Array.from({ length: inputs }, () => random.below(inputs));
      return ratioOf((index) => draw[index] ?? 0);
    }),
  );
  return {
    value: ratioOf((index) => index),
    low: nearestRank(resampled, (1 - LEVEL) / 2),
    high: nearestRank(resampled, (1 + LEVEL) / 2),
    level: LEVEL,
    inputs,
    repeats: fastest.repeats,
  };
}

interface Fastest {
  readonly candidate: Float64Array;
  readonly live: Float64Array;
  readonly repeats: number;
}

/** Pair i of a process took input i modulo their number. */
function fastestCalls(processes: readonly PairedTimes[], inputs: number): Fastest {
  const candidate = new Float64Array(inputs).fill(Infinity);
  const live = new Float64Array(inputs).fill(Infinity);
  const repeats = new Uint32Array(inputs);
  for (const times of processes) {
    times.live?.forEach((liveTime, pair) => {
      const input = pair % inputs;
      candidate[input] = Math.min(candidate[input] ?? Infinity, times.candidate[pair] ?? Infinity);
      live[input] = Math.min(live[input] ?? Infinity, liveTime);
      repeats[input] = (repeats[input] ?? 0) + 1;
    });
  }
  return { candidate, live, repeats: Math.min(...repeats) };
}
