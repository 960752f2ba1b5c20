import type { Tensor } from "../../../domain/tensor.ts";
import {
  EngineTensor,
  LOG_ERRORS_ONLY,
  type NativeBinding,
  type NativeSession,
  type NativeTensor,
} from "./binding.ts";
import { Failure, runFailure } from "./failure.ts";
import type { ModelHeader } from "./protocol.ts";

/** A loaded model that answers cases. Non-tensor outputs are never fetched: the binding cannot hand them over. */
export interface Session {
  readonly native: NativeSession;
  run(feeds: readonly Tensor[]): Tensor[];
}

/** Loads a model from bytes: one thread, sequential, CPU, a fixed optimisation level. MODEL_LOAD_FAILED. */
export function openSession(
  binding: NativeBinding,
  model: ModelHeader,
  blobs: readonly Uint8Array[],
): Session {
  const native = new binding.InferenceSession();
  const bytes = blobs[model.blob] ?? new Uint8Array();
  try {
    native.loadModel(bytes.buffer, bytes.byteOffset, bytes.byteLength, {
      graphOptimizationLevel: model.optimizationLevel,
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: "sequential",
      enableProfiling: false,
      logSeverityLevel: LOG_ERRORS_ONLY,
      externalData: model.externalData.map(({ path, blob }) => ({
        path,
        data: blobs[blob] ?? new Uint8Array(),
      })),
    });
  } catch (error) {
    throw runFailure("MODEL_LOAD_FAILED", error);
  }
  const names = tensorOutputs(native);
  return { native, run: (feeds) => runSession(native, names, feeds) };
}

/** Names of the outputs that are tensors, in the model's order. */
export function tensorOutputs(native: Pick<NativeSession, "outputMetadata">): string[] {
  return native.outputMetadata.filter((output) => output.isTensor).map((output) => output.name);
}

/** Tensors as the binding wants them, by name; without a copy. */
export function nativeFeeds(feeds: readonly Tensor[]): Record<string, NativeTensor> {
  return byName(feeds.map((feed) => [feed.name, new EngineTensor(feed.dtype, feed.data, feed.dims)]));
}

/** What to fetch, as the binding wants it. */
export function nativeFetches(names: readonly string[]): Record<string, null> {
  return byName(names.map((name) => [name, null]));
}

/** The binding asks an object whether it has a name: one without a prototype has no `constructor` of its own accord. */
function byName<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  const record = Object.create(null) as Record<string, T>;
  for (const [name, value] of entries) record[name] = value;
  return record;
}

function runSession(native: NativeSession, names: readonly string[], feeds: readonly Tensor[]): Tensor[] {
  if (names.length === 0) return [];
  try {
    const outputs = native.run(nativeFeeds(feeds), nativeFetches(names), {});
    return names.map((name) => toTensor(name, outputs[name]));
  } catch (error) {
    throw runFailure("MODEL_RUN_FAILED", error);
  }
}

function toTensor(name: string, output: NativeTensor | undefined): Tensor {
  if (!output) throw new Failure("MODEL_RUN_FAILED", `The engine gave no output ${name}.`);
  return { name, dtype: output.type, dims: output.dims, data: output.data } as unknown as Tensor;
}
