import type { EngineFingerprint } from "../../src/domain/evidence.ts";
import type { Tensor } from "../../src/domain/tensor.ts";
import { gateError, type GateError } from "../../src/errors.ts";
import { RERUNS, rerunOrder, RerunTally } from "../../src/measure/parity/repeat.ts";
import type { Engine, EngineModel, EngineProcess } from "../../src/ports/engine.ts";

export const MEMORY_FINGERPRINT: EngineFingerprint = {
  name: "onnxruntime-node",
  version: "0.0.0-memory",
  digest: `sha256:${"0".repeat(64)}`,
  threads: 1,
  optimization_level: "basic",
  execution_provider: "cpu",
};

/** What the twin answers for the inputs of one case of a model; it may throw what a model throws. */
export type Behaviour = (inputs: readonly Tensor[], index: number, model: EngineModel) => readonly Tensor[];

/** An engine without a process, for tests of everything around it. `error` is thrown by every process that is asked. */
export function memoryEngine(
  behaviour: Behaviour,
  error?: GateError,
): Engine & { readonly started: number; readonly disposed: number } {
  const counts = { started: 0, disposed: 0 };
  const start = (): EngineProcess => {
    counts.started++;
    return {
      replay: async ({ model, cases }, onCase) => {
        if (error) throw error;
        const answers = cases.map((inputs, index) => {
          const outputs = behaviour(inputs, index, model);
          onCase?.(index + 1);
          return outputs;
        });
        const reruns = RERUNS.map((kind) => {
          const tally = new RerunTally(kind);
          for (const index of rerunOrder(kind, cases.length))
            tally.add(index, answers[index] ?? [], behaviour(cases[index] ?? [], index, model));
          return tally.rerun;
        });
        return { cases: answers, reruns, peakMiB: 1 };
      },
      coldStart: async () => notTimed(),
      timePairs: async () => notTimed(),
      [Symbol.asyncDispose]: async () => void counts.disposed++,
    };
  };
  return {
    fingerprint: async () => MEMORY_FINGERPRINT,
    start,
    get started() {
      return counts.started;
    },
    get disposed() {
      return counts.disposed;
    },
  };
}

function notTimed(): never {
  throw gateError("ENGINE_BROKEN", "The engine in memory cannot be timed.");
}
