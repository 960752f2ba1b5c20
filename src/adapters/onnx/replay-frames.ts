import type { EngineFingerprint } from "../../domain/evidence.ts";
import type { Tensor } from "../../domain/tensor.ts";
import { gateError } from "../../errors.ts";
import type { EngineModel, ReplayAnswer, ReplayRequest } from "../../ports/engine.ts";
import {
  decodeTensor,
  encodeTensor,
  type Frame,
  type ModelHeader,
  type ReplayHeader,
  type TensorHeader,
} from "./child/protocol.ts";
import type { ModelProcess } from "./run-child.ts";

export interface ReplaySettings {
  readonly maxOutputBytes: number;
  readonly level: EngineFingerprint["optimization_level"];
}

/** Puts a replay request into a frame, and the case frames that come back into tensors. */
export async function askReplay(
  child: ModelProcess,
  request: ReplayRequest,
  settings: ReplaySettings,
  onCase: (done: number) => void = () => undefined,
): Promise<ReplayAnswer> {
  const cases: Tensor[][] = [];
  const done = await child.ask(replayFrame(request, settings), (frame) => {
    if (cases.length === request.cases.length)
      throw gateError("MODEL_CRASHED", "The process answered more cases than it was asked.");
    cases.push(decodeOutputs(frame));
    onCase(cases.length);
  });
  if (cases.length !== request.cases.length) {
    throw gateError(
      "MODEL_CRASHED",
      `The process answered ${cases.length} of ${request.cases.length} cases.`,
    );
  }
  return { cases, peakMiB: Number(done.header["peakKiB"]) / 1024 };
}

function replayFrame(request: ReplayRequest, settings: ReplaySettings): Frame {
  const blobs: Uint8Array[] = [];
  const model = encodeModel(request.model, settings.level, blobs);
  const cases = request.cases.map((inputs) => inputs.map((input) => encodeTensor(input, blobs)));
  const header: ReplayHeader = { kind: "replay", model, cases, maxOutputBytes: settings.maxOutputBytes };
  return { header, blobs };
}

/** Describes a model for a header, and appends its bytes to the blobs. */
export function encodeModel(
  model: EngineModel,
  level: EngineFingerprint["optimization_level"],
  blobs: Uint8Array[],
): ModelHeader {
  const add = (bytes: Uint8Array) => blobs.push(bytes) - 1;
  const blob = add(model.bytes);
  const externalData = model.externalData.map(({ path, bytes }) => ({ path, blob: add(bytes) }));
  return { blob, externalData, optimizationLevel: level };
}

/** The child ran foreign code: what it answers is read with the same doubt as a file. */
function decodeOutputs(frame: Frame): Tensor[] {
  const outputs = frame.header["outputs"];
  if (frame.header.kind !== "case" || !Array.isArray(outputs))
    throw gateError("MODEL_CRASHED", "The process gave an answer that is none.");
  try {
    return outputs.map((output) => decodeTensor(output as TensorHeader, frame.blobs));
  } catch (error) {
    throw gateError("MODEL_CRASHED", "The process gave an output that is no tensor.", { cause: error });
  }
}
