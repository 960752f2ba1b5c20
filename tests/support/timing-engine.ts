import type {
  BatchRefusal,
  BatchTimes,
  ColdStart,
  PairsPlan,
  ProcessTimes,
} from "../../src/measure/latency/samples.ts";
import { seededRandom } from "../../src/measure/random.ts";
import type { ColdStartRequest, Engine, EngineModel, PairsRequest } from "../../src/ports/engine.ts";
import type { Machine } from "../../src/ports/machine.ts";
import { MEMORY_FINGERPRINT } from "./memory-engine.ts";

/** How the models of a scripted benchmark behave; times are in ms and get a little seeded jitter. */
export interface Script {
  /** Time of a call by its rows; a text is what the engine says when it refuses. */
  readonly call?: (model: EngineModel, rows: number) => number | string;
  readonly coldStart?: (model: EngineModel) => ColdStart;
  /** Times of the calibration loop of a process, by its number. */
  readonly calibration?: (stream: number) => readonly number[];
  /** A factor on the candidate's times, by the number of the process. */
  readonly layout?: (stream: number) => number;
}

export interface TimingEngine extends Engine {
  readonly coldStarts: ColdStartRequest[];
  readonly pairs: PairsRequest[];
}

/** An engine without a process that answers benchmarks as a script says, the same every time. */
export function timingEngine(script: Script = {}): TimingEngine {
  const { coldStart = () => ({ coldStartMs: 5, peakMemoryMiB: 100 }) } = script;
  const coldStarts: ColdStartRequest[] = [];
  const pairs: PairsRequest[] = [];
  return {
    coldStarts,
    pairs,
    fingerprint: async () => MEMORY_FINGERPRINT,
    start: () => ({
      replay: async () => {
        throw new Error("This engine only tells times.");
      },
      coldStart: async (request) => {
        coldStarts.push(request);
        return coldStart(request.model);
      },
      timePairs: async (request) => {
        pairs.push(request);
        return timesOf(script, request);
      },
      [Symbol.asyncDispose]: async () => {},
    }),
  };
}

function timesOf(script: Script, { candidate, live, plan }: PairsRequest): ProcessTimes {
  const { calibration = () => Array.from({ length: 40 }, () => 5), call = () => 1 } = script;
  const batches = plan.batches.map(({ rows }): BatchTimes | BatchRefusal => {
    const time = call(candidate, rows);
    if (typeof time === "string") return { failure: time };
    const liveTime = live && call(live, rows);
    const times = jittered(time * (script.layout?.(plan.stream) ?? 1), plan, 1);
    if (typeof liveTime === "string") return { candidate: times, live: null, liveFailure: liveTime };
    return {
      candidate: times,
      live: liveTime === null ? null : jittered(liveTime, plan, 2),
      liveFailure: null,
    };
  });
  return { batches, calibration: Float64Array.from(calibration(plan.stream)) };
}

function jittered(time: number, plan: PairsPlan, salt: number): Float64Array {
  const random = seededRandom(plan.stream, salt);
  return Float64Array.from({ length: plan.pairs }, () => time * (1 + 0.02 * random.unit()));
}

/** A machine with a fixed name; `steal` is the share that others take of every tick. */
export function scriptedMachine(steal = 0): Machine {
  let total = 0;
  return {
    fingerprint: (engine) => ({
      cpu_model: "Test CPU 7000",
      cores: 2,
      os: "test-1",
      arch: "x64",
      node: "24.0.0",
      engine,
    }),
    cpuTicks: () => {
      total += 1000;
      return { steal: total * steal, total };
    },
  };
}
