import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-common";
import type {
  BatchPlan,
  BatchRefusal,
  BatchTimes,
  ColdStart,
  Feeds,
  InputType,
  ModelRole,
  PairsPlan,
  ProcessTimes,
} from "../../../measure/latency/samples.ts";
import { calibrate, type Calls, orderOf, timeAlone, timePairs, type Timing, warmUp } from "./bench-loop.ts";
import { peakMemoryMiB } from "./peak-memory.ts";

/** What a benchmark needs of the engine: how to load each model, and how to make its tensors. */
export interface BenchEngine {
  readonly open: (role: ModelRole) => Promise<InferenceSession>;
  readonly toTensor: (tensor: Feeds[number]) => OrtTensor;
}

/** Share of the time of a batch size that its warm-up may take. */
const WARM_UP_SHARE = 0.25;

/**
 * Cold start of one model that is alone in this process: loading and the first call of the first batch size, then one
 * call of every other, so that the peak memory counts them. A later batch size that the model refuses is left out.
 */
export async function runCold(
  engine: BenchEngine,
  role: ModelRole,
  batches: readonly BatchPlan[],
): Promise<ColdStart> {
  const [first, ...others] = batches.map((batch) => record(batch.feeds[0] ?? [], engine));
  const start = performance.now();
  const session = await engine.open(role);
  const fetches = tensorOutputs(session);
  await session.run(first ?? {}, fetches);
  const coldStartMs = performance.now() - start;
  for (const feeds of others) await session.run(feeds, fetches).catch(() => undefined);
  return { coldStartMs, peakMemoryMiB: peakMemoryMiB(), inputs: inputTypes(session) };
}

/** Warm calls in this process: per batch size a warm-up, then interleaved pairs in seeded random order. */
export async function runPairs(engine: BenchEngine, plan: PairsPlan, paired: boolean): Promise<ProcessTimes> {
  const { candidate, live } = await openBoth(engine, { paired, liveFirst: plan.stream % 2 === 1 });
  const calibration: number[] = [];
  calibrate();
  const started = performance.now();
  const batches: (BatchTimes | BatchRefusal)[] = [];
  for (const [index, batch] of plan.batches.entries()) {
    const feeds = batch.feeds.map((one) => record(one, engine));
    const timing = {
      pairs: plan.pairs,
      deadline: started + (plan.budgetMs * (index + 1)) / plan.batches.length,
      order: orderOf({ seed: plan.seed, stream: plan.stream, batch: index }),
      calibration,
    };
    batches.push(
      await timeBatch({ candidate: callsOf(candidate, feeds), live: live && callsOf(live, feeds) }, timing),
    );
  }
  return { batches, calibration: Float64Array.from(calibration) };
}

/** Loads both models; which one comes first alternates between processes, since it decides the memory layout. */
async function openBoth(
  engine: BenchEngine,
  of: { paired: boolean; liveFirst: boolean },
): Promise<{ candidate: InferenceSession; live: InferenceSession | null }> {
  if (!of.paired) return { candidate: await engine.open("candidate"), live: null };
  if (!of.liveFirst) return { candidate: await engine.open("candidate"), live: await engine.open("live") };
  const live = await engine.open("live");
  return { candidate: await engine.open("candidate"), live };
}

async function timeBatch(
  contest: { candidate: Calls; live: Calls | null },
  timing: Timing,
): Promise<BatchTimes | BatchRefusal> {
  const { candidate, live } = contest;
  const now = performance.now();
  const warmUpEnd = now + (timing.deadline - now) * WARM_UP_SHARE;
  const failure = await refusal(candidate, warmUpEnd);
  if (failure !== null) return { failure };
  const liveFailure = live && (await refusal(live, warmUpEnd));
  const paired = live && liveFailure === null;
  const times = await (paired ? timePairs({ candidate, live }, timing) : timeAlone(candidate, timing));
  return { ...times, liveFailure };
}

/** Warms a model up; what the engine says when it refuses one of the calls. */
async function refusal(calls: Calls, deadline: number): Promise<string | null> {
  try {
    await warmUp(calls, deadline);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function callsOf(session: InferenceSession, feeds: Calls["feeds"]): Calls {
  return { session, feeds, fetches: tensorOutputs(session) };
}

/** Names of the outputs that are tensors: fetching another kind throws in the engine. */
function tensorOutputs(session: InferenceSession): string[] {
  return session.outputMetadata.filter((output) => output.isTensor).map((output) => output.name);
}

function inputTypes(session: InferenceSession): InputType[] {
  return session.inputMetadata.map((input) =>
    input.isTensor
      ? { name: input.name, dtype: input.type, dims: input.shape }
      : { name: input.name, dtype: "not a tensor", dims: [] },
  );
}

function record(feeds: Feeds, engine: BenchEngine): Record<string, OrtTensor> {
  return Object.fromEntries(feeds.map((tensor) => [tensor.name, engine.toTensor(tensor)]));
}
