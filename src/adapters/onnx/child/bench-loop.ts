import { LOOK_CALLS, UNSEEN_SLOWDOWN } from "../../../measure/latency/far-above.ts";
import type { FirstLook, PairedTimes } from "../../../measure/latency/samples.ts";
import { isWarm } from "../../../measure/latency/warm-up.ts";
import { type Random, seededRandom } from "../../../measure/random.ts";
import type { NativeSession, NativeTensor } from "./binding.ts";

/** One model with the calls that it is timed on. */
export interface Calls {
  readonly session: Pick<NativeSession, "run">;
  /** Used in turn; never empty. */
  readonly feeds: readonly Readonly<Record<string, NativeTensor>>[];
  /** Outputs to compute, by name. */
  readonly fetches: Readonly<Record<string, null>>;
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
/** Steps of the calibration loop: about 5 ms, so that one lost time slice does not pass for steady noise. */
const CALIBRATION_STEPS = 4_000_000;

const NO_OPTIONS = {};

/**
 * Interleaved pairs: both models of a pair get the same feed, one right after the other. Between two clock readings
 * stands nothing but the call; buffers are allocated before. At least one pair runs, whatever the deadline.
 */
export function timePairs(contest: { candidate: Calls; live: Calls }, timing: Timing): PairedTimes {
  const { candidate, live } = contest;
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
    first.session.run(feeds, first.fetches, NO_OPTIONS);
    const middle = performance.now();
    second.session.run(feeds, second.fetches, NO_OPTIONS);
    end = performance.now();
    candidateMs[done] = liveFirst ? end - middle : middle - start;
    liveMs[done] = liveFirst ? middle - start : end - middle;
    calibrateAt(done, timing);
  }
  return { candidate: candidateMs.slice(0, done), live: liveMs.slice(0, done) };
}

/** The same for a candidate without a live model beside it. */
export function timeAlone(candidate: Calls, timing: Timing): PairedTimes {
  const times = new Float64Array(timing.pairs);
  let done = 0;
  for (let end = 0; done < timing.pairs && (done === 0 || end < timing.deadline); done += 1) {
    const feeds = feedOf(candidate, done);
    const start = performance.now();
    candidate.session.run(feeds, candidate.fetches, NO_OPTIONS);
    end = performance.now();
    times[done] = end - start;
    calibrateAt(done, timing);
  }
  return { candidate: times.slice(0, done), live: null };
}

/** Calls every feed, and goes on until the model is warm or the deadline has passed. Throws what the engine throws. */
export function warmUp(calls: Calls, deadline: number): void {
  const times: number[] = [];
  let start = performance.now();
  while (times.length < calls.feeds.length || !(isWarm(times) || start > deadline)) {
    calls.session.run(feedOf(calls, times.length), calls.fetches, NO_OPTIONS);
    const end = performance.now();
    times.push(end - start);
    start = end;
  }
}

/**
 * Processor time of a few calls, with a calibration loop after each; null after the first call that is not far above the
 * threshold, so that it costs a fast model one call. Processor time is that of this process: the engine has one thread.
 */
export function firstLook(calls: Calls, giveUpAboveMs: number): FirstLook | null {
  const cpuMs: number[] = [];
  const calibrationCpuMs: number[] = [];
  calibrate();
  for (let call = 0; call < LOOK_CALLS; call += 1) {
    const feeds = feedOf(calls, call);
    const start = processorMs();
    calls.session.run(feeds, calls.fetches, NO_OPTIONS);
    const end = processorMs();
    if (!(end - start > giveUpAboveMs * UNSEEN_SLOWDOWN)) return null;
    calibrate();
    cpuMs.push(end - start);
    calibrationCpuMs.push(processorMs() - end);
  }
  return { cpuMs, calibrationCpuMs };
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Time in ms of a fixed chain of integer operations, each of which needs the one before: the speed of this core now. */
export function calibrate(): number {
  const start = performance.now();
  let state = 1;
  for (let i = 0; i < CALIBRATION_STEPS; i += 1) state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
  const time = performance.now() - start;
  if (state === 1) throw new Error("A generator of full period came back to its start too early.");
  return time;
}

/** Order of each pair: 1 lets the live model run first. */
function pairOrder(pairs: number, random: Random): Uint8Array {
  return Uint8Array.from({ length: pairs }, () => random.uint32() >>> 31);
}

/** Stream of pair orders for one process and batch size. */
export function orderOf(of: { seed: number; stream: number; batch: number }): Random {
  return seededRandom(of.seed, 1 + of.stream * 16 + of.batch);
}

function feedOf(calls: Calls, index: number): Calls["feeds"][number] {
  return calls.feeds[index % calls.feeds.length] ?? {};
}

function calibrateAt(pair: number, timing: Timing): void {
  const every = Math.max(1, Math.floor(timing.pairs / CALIBRATIONS));
  if (pair % every === 0) timing.calibration.push(calibrate());
}
