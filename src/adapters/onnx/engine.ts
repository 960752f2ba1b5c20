import type { EngineFingerprint } from "../../domain/evidence.ts";
import { GateError, gateError } from "../../errors.ts";
import type { Engine, EngineProcess, ReplayAnswer, ReplayRequest, RunLimits } from "../../ports/engine.ts";
import { askColdStart, askPairs } from "./bench-frames.ts";
import { childEntry } from "./child-entry.ts";
import { type NativeLibraries, readNativeLibraries } from "./native-libraries.ts";
import { askReplay } from "./replay-frames.ts";
import { type EngineSources, type FoundEngine, resolveEngine } from "./resolve-engine.ts";
import { ModelProcess } from "./run-child.ts";

export interface EngineOptions extends EngineSources {
  readonly optimizationLevel: EngineFingerprint["optimization_level"];
  /** Ctrl-C: kills what runs. */
  readonly signal: AbortSignal | undefined;
  /** Folder of a release's assets to fetch the engine from when it is nowhere; nothing is fetched without it. */
  readonly assetsUrl?: string | undefined;
}

/** Where the environment says that ONNX Runtime is; a directory that the caller was given by hand goes first. */
export function engineSources(
  env: NodeJS.ProcessEnv,
  given: { directory?: string | undefined; repository?: string | undefined },
): EngineSources {
  const fromEnv = env["MODELGATE_ORT_DIR"] === "" ? undefined : env["MODELGATE_ORT_DIR"];
  return {
    directory: given.directory ?? fromEnv,
    repository: given.repository,
    toolCache: env["RUNNER_TOOL_CACHE"],
  };
}

/** ONNX Runtime in child processes. Nothing is looked for before it is used. */
export function onnxEngine(options: EngineOptions): Engine {
  let found: Promise<FoundEngine> | undefined;
  let libraries: Promise<NativeLibraries> | undefined;
  const resolve = () => (found ??= findEngine(options));
  const read = async () => (libraries ??= readNativeLibraries((await resolve()).binding));
  return {
    fingerprint: async () => fingerprintOf(await read(), options.optimizationLevel),
    start: (limits) => startProcess({ options, limits, resolve, read }),
  };
}

/** Where it is, else from the release's assets: only on a runner, and never when a folder was named. */
async function findEngine(options: EngineOptions): Promise<FoundEngine> {
  try {
    return resolveEngine(options);
  } catch (error) {
    const { assetsUrl: url, directory, toolCache, signal } = options;
    if (!(error instanceof GateError) || url === undefined) throw error;
    if (directory !== undefined || toolCache === undefined) throw error;
    const { fetchEngine } = await import("./fetch-engine.ts");
    return { binding: await fetchEngine({ url, toolCache, signal }), isGoverned: false };
  }
}

function fingerprintOf(
  libraries: NativeLibraries,
  level: EngineFingerprint["optimization_level"],
): EngineFingerprint {
  const { digest, version } = libraries;
  return {
    name: "onnxruntime-node",
    version,
    digest,
    threads: 1,
    optimization_level: level,
    execution_provider: "cpu",
  };
}

interface Start {
  readonly options: EngineOptions;
  readonly limits: RunLimits;
  readonly resolve: () => Promise<FoundEngine>;
  readonly read: () => Promise<NativeLibraries>;
}

function startProcess(start: Start): EngineProcess {
  const running = launch(start);
  running.catch(() => undefined);
  return {
    replay: async (request: ReplayRequest, onCase?: (done: number) => void): Promise<ReplayAnswer> => {
      const limits = {
        maxOutputBytes: start.limits.outputMiB * 2 ** 20,
        level: start.options.optimizationLevel,
      };
      return askReplay(await running, request, limits, onCase);
    },
    coldStart: async (request) => askColdStart(await running, request, start.options.optimizationLevel),
    timePairs: async (request) => askPairs(await running, request, start.options.optimizationLevel),
    [Symbol.asyncDispose]: async () => {
      const child = await running.catch(() => undefined);
      child?.stop();
    },
  };
}

/** An engine of the repository under judgement is verified first; any other starts at once. */
async function launch(start: Start): Promise<ModelProcess> {
  const engine = await start.resolve();
  return engine.isGoverned ? startVerified(start, engine) : startChild(start, engine);
}

async function startVerified(start: Start, engine: FoundEngine): Promise<ModelProcess> {
  const { isPublished, digest } = await start.read();
  if (!isPublished) {
    const message = `The ONNX Runtime in the repository's node_modules (${digest}) is no published build of it.`;
    throw gateError("ENGINE_UNTRUSTED", message);
  }
  return startChild(start, engine);
}

function startChild({ options, limits }: Start, { binding }: FoundEngine): ModelProcess {
  return new ModelProcess({
    entry: childEntry(),
    binding,
    limits,
    signal: options.signal,
  });
}
