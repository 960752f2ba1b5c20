import { createRequire } from "node:module";
import { isMainThread } from "node:worker_threads";
import type { DType } from "../../../domain/tensor.ts";

/** A tensor as the native binding takes and makes it. */
export interface NativeTensor {
  readonly type: DType;
  readonly data: NativeData;
  readonly dims: readonly number[];
  readonly location: "cpu";
}

export type NativeData = ArrayBufferView | readonly string[];

/** What the binding says about an input or output; `type` is TensorProto.DataType, a dim of -1 is symbolic. */
interface NativeValueInfo {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type: number;
  readonly shape: readonly number[];
  readonly symbolicDimensions: readonly string[];
}

/** The native session (onnxruntime-node 1.30.0, lib/binding.ts): everything is synchronous. */
export interface NativeSession {
  loadModel(buffer: ArrayBufferLike, byteOffset: number, byteLength: number, options: NativeOptions): void;
  readonly inputMetadata: readonly NativeValueInfo[];
  readonly outputMetadata: readonly NativeValueInfo[];
  run(
    feeds: Readonly<Record<string, NativeTensor>>,
    fetches: Readonly<Record<string, null>>,
    options: object,
  ): Record<string, NativeTensor>;
  dispose(): void;
}

interface NativeOptions {
  readonly graphOptimizationLevel: string;
  readonly intraOpNumThreads: number;
  readonly interOpNumThreads: number;
  readonly executionMode: "sequential";
  readonly enableProfiling: false;
  readonly logSeverityLevel: number;
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array }[];
}

export interface NativeBinding {
  readonly InferenceSession: new () => NativeSession;
  initOrtOnce(logLevel: number, tensor: unknown, isMainThread: boolean): void;
}

/** The class that the binding makes outputs of. */
export class EngineTensor implements NativeTensor {
  readonly type: DType;
  readonly data: NativeData;
  readonly dims: readonly number[];
  readonly location = "cpu";

  constructor(type: DType, data: NativeData, dims: readonly number[]) {
    this.type = type;
    this.data = data;
    this.dims = dims;
  }
}

export const LOG_ERRORS_ONLY = 3;

/**
 * Loads ONNX Runtime's native binding itself, without the JavaScript around it: a folder with the binding and its
 * library is an engine, and start-up costs only what runs. Throws what `require` throws.
 */
export function loadBinding(path: string): NativeBinding {
  const binding = createRequire(import.meta.url)(path) as NativeBinding;
  binding.initOrtOnce(LOG_ERRORS_ONLY, EngineTensor, isMainThread);
  return binding;
}
