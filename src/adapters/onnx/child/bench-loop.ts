import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-common";
import type { PairedTimes } from "../../../measure/latency/samples.ts";
import { isWarm } from "../../../measure/latency/warm-up.ts";
import { type Random, seededRandom } from "../../../measure/random.ts";

/** One model with the calls that it is timed on. */
export interface Calls {
  readonly session: Pick<InferenceSession, "run">;
  /** Used in turn; never empty. */
  readonly feeds: readonly Readonly<Record<string, OrtTensor>>[];
  /** Names of the outputs to compute. */
  readonly fetches: readonly string[];
}

export interface Timing {
  readonly pairs: number;
  /** `performance.now()` after which no further pair is begun. */
  readonly deadline: number;
  /** Decides which model of a pair runs first. */
  readonly order: Random;
  /** Takes the time of each calibration loop, in ms. */
  readonly calibration: number[];
}

/** Calibration loops a batch size. */
const CALIBRATIONS = 20;
/** Steps of the calibration loop: about 5 ms on a machine of 2024. */
const CALIBRATION_STEPS = 4_000_000;

/** Order of one pair by its first bit: 1 lets the live model run first. */
export function pairOrder(pairs: number, random: Random): Uint8Array {
  return Uint8Array.from({ length: pairs }, () => random.uint32() >>> 31);
}

/**
 * Interleaved pairs: both models of a pair get the same feed, one right after the other. Between two clock readings
 * stands nothing but the call; buffers are allocated before. At least one pair runs, whatever the deadline.
 */
export async function timePairs(
  { candidate, live }: { candidate: Calls; live: Calls },
  timing: Timing,
): Promise<PairedTimes> {
  const order = pairOrder(timing.pairs, timing.order);
  const candidateMs = new Float64Array(timing.pairs);
  const liveMs = new Float64Array(timing.pairs);
  let done = 0;
  for (let end = 0; done < timing.pairs && (done === 0 || end < timing.deadline); done += 1) {
    const liveFirst = order[done] === 1;
    const first = liveFirst ? live : candidate;
    const second = liveFirst ? candidate : live;
    const feeds = feedOf(candidate, done);
    const start = performance.now();
    await first.session.run(feeds, first.fetches);
    const middle = performance.now();
    await second.session.run(feeds, second.fetches);
    end = performance.now();
    candidateMs[done] = liveFirst ? end - middle : middle - start;
    liveMs[done] = liveFirst ? middle - start : end - middle;
    calibrateAt(done, timing);
  }
  return { candidate: candidateMs.slice(0, done), live: liveMs.slice(0, done) };
}

/** The same for a candidate without a live model beside it. */
export async function timeAlone(candidate: Calls, timing: Timing): Promise<PairedTimes> {
  const times = new Float64Array(timing.pairs);
  let done = 0;
  for (let end = 0; done < timing.pairs && (done === 0 || end < timing.deadline); done += 1) {
    const feeds = feedOf(candidate, done);
    const start = performance.now();
    await candidate.session.run(feeds, candidate.fetches);
    end = performance.now();
    times[done] = end - start;
    calibrateAt(done, timing);
  }
  return { candidate: times.slice(0, done), live: null };
}

function feedOf(calls: Calls, index: number): Calls["feeds"][number] {
  return calls.feeds[index % calls.feeds.length] ?? {};
}

function calibrateAt(pair: number, timing: Timing): void {
  const every = Math.max(1, Math.floor(timing.pairs / CALIBRATIONS));
  if (pair % every === 0) timing.calibration.push(calibrate());
}

/** Calls every feed until the model is warm or the deadline has passed. Errors: whatever the engine throws. */
export async function warmUp(calls: Calls, deadline: number): Promise<void> {
  const times: number[] = [];
  for (
    let start = performance.now();
    times.length < calls.feeds.length || !(isWarm(times) || start > deadline);
  ) {
    await calls.session.run(feedOf(calls, times.length), calls.fetches);
    const end = performance.now();
    times.push(end - start);
    start = end;
  }
}

/** Time in ms of a fixed chain of integer operations that no compiler can shorten: the speed of this core now. */
export function calibrate(): number {
  const start = performance.now();
  let state = 1;
  for (let i = 0; i < CALIBRATION_STEPS; i += 1) state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
  const time = performance.now() - start;
  if (state === 0) throw new Error("A full-period generator came back to zero too early.");
  return time;
}

/** Stream of pair orders for one process and batch size. */
export function orderOf(of: { seed: number; stream: number; batch: number }): Random {
  return seededRandom(of.seed, of.stream * 16 + of.batch);
}
