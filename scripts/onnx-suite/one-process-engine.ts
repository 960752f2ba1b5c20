import { ftruncateSync, readFileSync } from "node:fs";
import { loadBinding, type NativeBinding } from "../../src/adapters/onnx/child/binding.ts";
import { Failure } from "../../src/adapters/onnx/child/failure.ts";
import type { Frame } from "../../src/adapters/onnx/child/protocol.ts";
import { replay } from "../../src/adapters/onnx/child/replay.ts";
import { engineSources, onnxEngine } from "../../src/adapters/onnx/engine.ts";
import { FrameReader } from "../../src/adapters/onnx/frame-reader.ts";
import { askReplay } from "../../src/adapters/onnx/replay-frames.ts";
import { resolveEngine } from "../../src/adapters/onnx/resolve-engine.ts";
import type { ModelProcess } from "../../src/adapters/onnx/run-child.ts";
import { gateError } from "../../src/errors.ts";
import type { Engine, EngineProcess } from "../../src/ports/engine.ts";

/** Where a child answers (child/pipe.ts); here it is a file that this process reads as well, opened for appending. */
const ANSWERS = 3;
const SETTINGS = { maxOutputBytes: 256 * 2 ** 20, level: "basic" } as const;

/**
 * The pinned engine in this very process, where the product starts a fresh child for each model: thousands of cases take
 * two minutes instead of ten. Requests, sessions, answers and failures are the product's own; what a fresh process adds
 * (limits, a crash that stays outside) is for the caller of this script.
 */
export function oneProcessEngine(): Engine {
  const sources = engineSources({}, {});
  const binding = loadBinding(resolveEngine(sources).binding);
  const real = onnxEngine({ ...sources, optimizationLevel: SETTINGS.level, signal: undefined });
  let found: ReturnType<Engine["fingerprint"]> | undefined;
  return { fingerprint: async () => (found ??= real.fingerprint()), start: () => processOf(binding) };
}

function processOf(binding: NativeBinding): EngineProcess {
  const child = {
    renew: () => undefined,
    ask: async (request: Frame, onFrame: (frame: Frame) => void) => ask(binding, request, onFrame),
  };
  return {
    replay: async (request, onCase) => askReplay(child as unknown as ModelProcess, request, SETTINGS, onCase),
    coldStart: notTimed,
    timePairs: notTimed,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function ask(binding: NativeBinding, request: Frame, onFrame: (frame: Frame) => void): Frame {
  ftruncateSync(ANSWERS, 0);
  try {
    replay(binding, request);
  } catch (error) {
    if (error instanceof Failure) throw gateError(error.code, error.message);
    throw error;
  }
  for (const frame of new FrameReader().push(readFileSync(`/dev/fd/${ANSWERS}`))) onFrame(frame);
  return { header: { kind: "done", peakKiB: 0 }, blobs: [] };
}

async function notTimed(): Promise<never> {
  throw gateError("ENGINE_BROKEN", "This engine times nothing.");
}
