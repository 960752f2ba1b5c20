import type { EngineFingerprint } from "../domain/evidence.ts";
import type { Tensor } from "../domain/tensor.ts";
import type { Rerun } from "../measure/parity/repeat.ts";
import type { BatchPlan, ColdStart, PairsPlan, ProcessTimes } from "../measure/latency/samples.ts";

/** Limits of a child process that runs a model. */
export interface RunLimits {
  readonly timeoutMs: number;
  readonly memoryMiB: number;
  readonly outputMiB: number;
}

/** A model as bytes that were verified: nothing is read from a path after it was hashed. */
export interface EngineModel {
  readonly bytes: Uint8Array;
  /** Files that the model's weights are in, by the location that the model names. */
  readonly externalData: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  /** Outputs that the engine answers under the name of another: the name -> that of the engine. */
  readonly aliases?: ReadonlyMap<string, string>;
  /** Names of the engine's outputs that are known by their alias alone. */
  readonly hidden?: ReadonlySet<string>;
}

export interface ReplayRequest {
  readonly model: EngineModel;
  /** Named inputs of each case. */
  readonly cases: readonly (readonly Tensor[])[];
}

export interface ReplayAnswer {
  /** Tensor outputs of each case, in the model's order; outputs that are no tensors are left out. */
  readonly cases: readonly (readonly Tensor[])[];
  /** What the same cases gave once more, one entry for each way of `RERUNS`, in that order. */
  readonly reruns: readonly Rerun[];
  /** Peak resident memory of the process. */
  readonly peakMiB: number;
}

export interface ColdStartRequest {
  readonly model: EngineModel;
  /** The first is what the cold start is about; the others count for peak memory alone. */
  readonly batches: readonly BatchPlan[];
}

export interface PairsRequest {
  readonly candidate: EngineModel;
  readonly live: EngineModel | null;
  readonly plan: PairsPlan;
}

/**
 * One fresh child process, which serves one request and dies. It starts at once, so that loading the engine overlaps
 * with reading the model; dispose it when it is not needed after all. Errors that are the model's fault: MODEL_TIMEOUT,
 * MODEL_MEMORY, MODEL_OUTPUT_TOO_LARGE, MODEL_CRASHED, MODEL_LOAD_FAILED, MODEL_RUN_FAILED; the tool's: ENGINE_*.
 */
export interface EngineProcess extends AsyncDisposable {
  /**
   * Runs every case, then some of them again (`rerunOrder`) as long as `rerunBudgetMs` allows. The time and output limits hold
   * for each of these runs by itself.
   */
  replay(request: ReplayRequest, onCase?: (done: number) => void): Promise<ReplayAnswer>;
  /** Times a model that is alone in the process, from loading it to its first answer. */
  coldStart(request: ColdStartRequest): Promise<ColdStart>;
  /** Times warm calls: interleaved pairs of candidate and live model, or the candidate alone. */
  timePairs(request: PairsRequest): Promise<ProcessTimes>;
}

/** Runs models, one thread, CPU, at a fixed optimisation level. */
export interface Engine {
  /** Which engine runs the models. ENGINE_MISSING. */
  fingerprint(): Promise<EngineFingerprint>;
  /** Errors, ENGINE_MISSING among them, come when the process is asked. */
  start(limits: RunLimits): EngineProcess;
}
