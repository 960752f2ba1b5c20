import { liveFailed } from "../../../measure/latency/benchmark-run.ts";
import type { Absence } from "../../../domain/measurement.ts";
import { type FarAbove, farAbove, LOOK_CALLS } from "../../../measure/latency/far-above.ts";
import { enoughQuiet, type Round, selectRounds, type Selection } from "../../../measure/latency/rounds.ts";
import type { BatchPlan, ColdStart, ProcessTimes } from "../../../measure/latency/samples.ts";
import { GateError, gateError } from "../../../errors.ts";
import type { Engine, EngineModel } from "../../../ports/engine.ts";
import type { Machine, Progress } from "../../../ports/machine.ts";
import type { BenchmarkEffort } from "./options.ts";

export interface BenchmarkPorts {
  readonly engine: Engine;
  readonly machine: Machine;
  readonly progress: Progress;
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

/** The rounds that count; `liveAbsence` is set when the live model could not be run. */
export interface Measured extends Selection {
  readonly liveAbsence: Absence | null;
}

/** What the first look at the candidate found; then nothing else was measured. */
export interface Hopeless {
  readonly farAbove: FarAbove;
}

/**
 * Runs rounds of fresh processes until enough of them were quiet, or as many as the effort allows; none when a first look
 * at the candidate settles it.
 */
export async function measureRounds(ports: BenchmarkPorts, contest: Contest): Promise<Measured | Hopeless> {
  const { processes: wanted, spareProcesses: spare } = contest.effort;
  const rounds: Round[] = [];
  let live = contest.live;
  let liveAbsence: Absence | null = null;
  while (rounds.length < wanted + spare && !enoughQuiet(rounds, wanted)) {
    if (contest.signal?.aborted) throw gateError("ENGINE_INTERRUPTED", "The run was stopped.");
    const step = stepper(ports.progress, {
      round: rounds.length,
      wanted,
      spare,
      steps: contest.live ? 3 : 2,
    });
    const alone = live && (await step(() => liveColdStart(ports.engine, contest, live as EngineModel)));
    if (alone && "reason" in alone) [live, liveAbsence] = [null, alone];
    const cold = alone && !("reason" in alone) ? alone : null;
    const round = await measureRound(ports, { ...contest, live }, { index: rounds.length, live: cold, step });
    if ("farAbove" in round) return round;
    rounds.push(round);
  }
  return { ...selectRounds(rounds, wanted), liveAbsence };
}

type Step = <T>(work: () => Promise<T>) => Promise<T>;

async function measureRound(
  ports: BenchmarkPorts,
  contest: Contest,
  of: { index: number; live: ColdStart | null; step: Step },
): Promise<Round | Hopeless> {
  const before = ports.machine.cpuTicks();
  const giveUpAbove = of.index === 0 ? contest.effort.giveUpAbove : undefined;
  const candidate = await of.step(() => coldStart(ports.engine, contest, contest.candidate, giveUpAbove));
  const hopeless = farAboveIn(candidate, contest, stealShare(before, ports.machine.cpuTicks()));
  if (hopeless) return { farAbove: hopeless };
  const times = await of.step(() => timePairs(ports.engine, contest, of.index));
  return {
    cold: { candidate, live: of.live },
    times,
    stealShare: stealShare(before, ports.machine.cpuTicks()),
  };
}

/** Tells the progress after each step that ends; rounds beyond the wanted ones are a phase of their own. */
function stepper(
  progress: Progress,
  of: { round: number; wanted: number; spare: number; steps: number },
): Step {
  const again = of.round >= of.wanted;
  const phase = again ? "benchmark, again on a noisy runner" : "benchmark";
  const total = (again ? of.spare : of.wanted) * of.steps;
  let done = (again ? of.round - of.wanted : of.round) * of.steps;
  progress.step(phase, done, total);
  return async (work) => {
    const result = await work();
    done += 1;
    progress.step(phase, done, total);
    return result;
  };
}

function farAboveIn({ looks }: ColdStart, contest: Contest, steal: number | null): FarAbove | undefined {
  for (const [index, { rows }] of contest.batches.entries()) {
    const [look, threshold] = [looks?.[index], contest.effort.giveUpAbove.get(rows)];
    const found = look && threshold !== undefined && farAbove(look, { rows, threshold, stealShare: steal });
    if (found) return found;
  }
  return undefined;
}

async function coldStart(
  engine: Engine,
  contest: Contest,
  model: EngineModel,
  giveUpAbove: ReadonlyMap<number, number> = new Map(),
): Promise<ColdStart> {
  const batches = contest.batches.map(({ rows, feeds }) => {
    const giveUpAboveMs = giveUpAbove.get(rows);
    if (giveUpAboveMs === undefined) return { rows, feeds: feeds.slice(0, 1) };
    return { rows, feeds: feeds.slice(0, LOOK_CALLS), giveUpAboveMs };
  });
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
    return liveFailed(error.problems[0].message);
  }
}

/** Whether a model is to blame, and not the tool or its runner. */
export function isModelFailure(error: unknown): error is GateError {
  return error instanceof GateError && error.code.startsWith("MODEL_");
}

async function timePairs(engine: Engine, contest: Contest, stream: number): Promise<ProcessTimes> {
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
