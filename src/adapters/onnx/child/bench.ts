import type {
  BatchPlan,
  BatchRefusal,
  BatchTimes,
  ColdStart,
  FirstLook,
  PairsPlan,
  ProcessTimes,
} from "../../../measure/latency/samples.ts";
import {
  calibrate,
  type Calls,
  firstLook,
  orderOf,
  timeAlone,
  timePairs,
  type Timing,
  warmUp,
} from "./bench-loop.ts";
import { type ColdHeader, decodeBatches, encodeCold, encodeTimes, type PairsHeader } from "./bench-wire.ts";
import type { NativeBinding, NativeSession } from "./binding.ts";
import { Failure, runFailure } from "./failure.ts";
import type { Handler } from "./handler.ts";
import { peakMemoryMiB } from "./peak-memory.ts";
import { answer } from "./pipe.ts";
import type { ModelHeader } from "./protocol.ts";
import { nativeFeeds, nativeFetches, openSession, tensorOutputs } from "./session.ts";

/** Loads a model of the request. */
type Open = (model: ModelHeader) => NativeSession;

/** Share of the time of a batch size that its warm-up may take. */
const WARM_UP_SHARE = 0.25;

export const benchCold: Handler = (binding, { header, blobs }) => {
  const { model, batches } = header as ColdHeader;
  const frame = encodeCold(coldStart(opener(binding, blobs), model, decodeBatches(batches, blobs)));
  answer(frame.header, frame.blobs);
};

export const benchPairs: Handler = (binding, { header, blobs }) => {
  const request = header as PairsHeader;
  const plan = { ...request, batches: decodeBatches(request.batches, blobs) };
  for (const frame of encodeTimes(pairTimes(opener(binding, blobs), plan))) answer(frame.header, frame.blobs);
};

function opener(binding: NativeBinding, blobs: readonly Uint8Array[]): Open {
  return (model) => openSession(binding, model, blobs).native;
}

/**
 * Cold start of one model that is alone in this process: loading and the first call of the first batch size, then one
 * call of every other, so that the peak memory counts them. A later batch size that the model refuses is left out.
 */
function coldStart(open: Open, model: ModelHeader, batches: readonly BatchPlan[]): ColdStart {
  const [first = {}, ...others] = batches.map((batch) => nativeFeeds(batch.feeds[0] ?? []));
  const start = performance.now();
  const session = open(model);
  const fetches = fetchesOf(session);
  const refused = attempt(() => session.run(first, fetches, {}));
  const coldStartMs = performance.now() - start;
  if (refused) throw refused;
  for (const feeds of others) attempt(() => session.run(feeds, fetches, {}));
  const cold = { coldStartMs, peakMemoryMiB: peakMemoryMiB() };
  if (batches.every(({ giveUpAboveMs }) => giveUpAboveMs === undefined)) return cold;
  return { ...cold, looks: looksAt(session, batches) };
}

/** Ends with the first batch size that is far above its threshold: larger ones take longer still. */
function looksAt(session: NativeSession, batches: readonly BatchPlan[]): (FirstLook | null)[] {
  let look: FirstLook | null = null;
  return batches.map(({ feeds, giveUpAboveMs }) => {
    if (look || giveUpAboveMs === undefined) return null;
    const calls = callsOf(session, feeds.map(nativeFeeds));
    const refused = attempt(() => (look = firstLook(calls, giveUpAboveMs)));
    return refused ? null : look;
  });
}

/** Warm calls in this process: per batch size a warm-up, then interleaved pairs in seeded random order. */
function pairTimes(open: Open, plan: PairsPlan & Pick<PairsHeader, "candidate" | "live">): ProcessTimes {
  const { candidate, live } = openBoth(open, plan);
  const calibration: number[] = [];
  calibrate();
  const started = performance.now();
  const batches = plan.batches.map((batch, index) => {
    const feeds = batch.feeds.map(nativeFeeds);
    const deadline = started + (plan.budgetMs * (index + 1)) / plan.batches.length;
    const order = orderOf({ seed: plan.seed, stream: plan.stream, batch: index });
    const contest = { candidate: callsOf(candidate, feeds), live: live && callsOf(live, feeds) };
    return timeBatch(contest, { pairs: plan.pairs, deadline, order, calibration });
  });
  return { batches, calibration: Float64Array.from(calibration) };
}

/** Loads both models; which one comes first alternates between processes, since it decides the memory layout. */
function openBoth(
  open: Open,
  of: Pick<PairsHeader, "candidate" | "live" | "stream">,
): { candidate: NativeSession; live: NativeSession | null } {
  if (of.live && of.stream % 2 === 1) {
    const live = open(of.live);
    return { candidate: open(of.candidate), live };
  }
  return { candidate: open(of.candidate), live: of.live && open(of.live) };
}

function timeBatch(
  contest: { candidate: Calls; live: Calls | null },
  timing: Timing,
): BatchTimes | BatchRefusal {
  const { candidate, live } = contest;
  const now = performance.now();
  const warmUpEnd = now + (timing.deadline - now) * WARM_UP_SHARE;
  const refused = attempt(() => warmUp(candidate, warmUpEnd));
  if (refused) return { failure: refused.message };
  const liveRefused = live && attempt(() => warmUp(live, warmUpEnd));
  const times = live && !liveRefused ? timePairs({ candidate, live }, timing) : timeAlone(candidate, timing);
  return { ...times, liveFailure: liveRefused?.message ?? null };
}

/** What the engine says when it refuses a call. */
function attempt(call: () => unknown): Failure | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    return runFailure("MODEL_RUN_FAILED", error);
  }
}

function callsOf(session: NativeSession, feeds: Calls["feeds"]): Calls {
  return { session, feeds, fetches: fetchesOf(session) };
}

/** A model without an output that is a tensor cannot be timed: the engine hands over no others. */
function fetchesOf(session: NativeSession): Record<string, null> {
  const names = tensorOutputs(session);
  if (names.length === 0) throw new Failure("MODEL_RUN_FAILED", "The model has no output that is a tensor.");
  return nativeFetches(names);
}
