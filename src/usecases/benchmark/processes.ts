import type { Absence } from "../../measure/latency/measurement.ts";
import { liveFailed } from "../../measure/latency/benchmark-run.ts";
import type { BatchPlan, ColdStart, ProcessTimes } from "../../measure/latency/samples.ts";
import { type Noise, noiseOf } from "../../measure/noise.ts";
import { GateError } from "../../errors.ts";
import type { Engine, EngineModel, Machine, Progress } from "../../ports.ts";
import type { BenchmarkEffort } from "./options.ts";

export interface BenchmarkPorts {
  readonly engine: Engine;
  readonly machine: Machine;
  readonly progress: Progress;
}

/** What all processes of one attempt measured. */
export interface Measured {
  readonly cold: { readonly candidate: readonly ColdStart[]; readonly live: readonly ColdStart[] };
  readonly processes: readonly ProcessTimes[];
  readonly noise: Noise;
  /** Set when the live model could not be run at all. */
  readonly liveAbsence: Absence | null;
}

export interface Contest {
  readonly candidate: EngineModel;
  readonly live: EngineModel | null;
  /** Never empty. */
  readonly batches: readonly BatchPlan[];
  readonly effort: BenchmarkEffort;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
}

/** Measures until a run is quiet or the retries are used up; the quietest run counts, whatever its latencies are. */
export async function measureQuietly(ports: BenchmarkPorts, contest: Contest): Promise<Measured> {
  let best: Measured | undefined;
  for (let attempt = 0; attempt <= contest.effort.retries && (best?.noise.noisy ?? true); attempt += 1) {
    const found = await measureOnce(ports, contest, attempt);
    if (!best || found.noise.cv < best.noise.cv) best = found;
  }
  if (!best) throw new RangeError("A benchmark runs at least once.");
  return best;
}

async function measureOnce(ports: BenchmarkPorts, contest: Contest, attempt: number): Promise<Measured> {
  const { processes: count } = contest.effort;
  const steps = stepper(
    ports.progress,
    attempt === 0 ? "benchmark" : "benchmark, again",
    count * (contest.live ? 3 : 2),
  );
  const before = ports.machine.cpuTicks();
  const cold: { candidate: ColdStart[]; live: ColdStart[] } = { candidate: [], live: [] };
  const processes: ProcessTimes[] = [];
  let live = contest.live;
  let liveAbsence: Absence | null = null;
  for (let index = 0; index < count; index += 1) {
    contest.signal?.throwIfAborted();
    cold.candidate.push(await steps(coldStart(ports.engine, contest, contest.candidate)));
    if (live) {
      const found = await steps(liveColdStart(ports.engine, contest, live));
      if ("reason" in found) [live, liveAbsence] = [null, found];
      else cold.live.push(found);
    }
    processes.push(await steps(pairs(ports.engine, { ...contest, live }, attempt * count + index)));
  }
  const noise = noiseOf(
    processes.map(({ calibration }) => calibration),
    stealShare(before, ports.machine.cpuTicks()),
  );
  return { cold, processes, noise, liveAbsence };
}

/** Tells the progress after each step that ends. */
function stepper(progress: Progress, phase: string, total: number): <T>(step: Promise<T>) => Promise<T> {
  let done = 0;
  progress.step(phase, done, total);
  return async (step) => {
    const result = await step;
    done += 1;
    progress.step(phase, done, total);
    return result;
  };
}

async function coldStart(engine: Engine, contest: Contest, model: EngineModel): Promise<ColdStart> {
  const batches = contest.batches.map(({ rows, feeds }) => ({ rows, feeds: feeds.slice(0, 1) }));
  return engine.start(contest.effort.limits).coldStart({ model, batches });
}

/** A live model that does not run is a fact about the comparison; a broken engine stays an error. */
async function liveColdStart(
  engine: Engine,
  contest: Contest,
  model: EngineModel,
): Promise<ColdStart | Absence> {
  try {
    return await coldStart(engine, contest, model);
  } catch (error) {
    if (!isModelFailure(error)) throw error;
    return liveFailed(error.message);
  }
}

/** Whether a model is to blame, and not the tool or its runner. */
export function isModelFailure(error: unknown): error is GateError {
  return error instanceof GateError && error.code.startsWith("MODEL_");
}

async function pairs(engine: Engine, contest: Contest, stream: number): Promise<ProcessTimes> {
  const { candidate, live, batches, effort, seed } = contest;
  const budgetMs = effort.budgetMs / effort.processes;
  const plan = { batches, pairs: effort.pairs, budgetMs, seed, stream };
  return engine.start(effort.limits).timePairs({ candidate, live, plan });
}

type Ticks = ReturnType<Machine["cpuTicks"]>;

function stealShare(before: Ticks, after: Ticks): number | null {
  if (!before || !after || after.total <= before.total) return null;
  return (after.steal - before.steal) / (after.total - before.total);
}
