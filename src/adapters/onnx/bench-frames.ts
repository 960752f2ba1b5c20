import type { EngineFingerprint } from "../../domain/evidence.ts";
import { gateError } from "../../errors.ts";
import {
  type BatchRefusal,
  type BatchTimes,
  type ColdStart,
  isRefusal,
  type ProcessTimes,
} from "../../measure/latency/samples.ts";
import type { ColdStartRequest, PairsRequest } from "../../ports/engine.ts";
import {
  type ColdHeader,
  decodeCold,
  decodeTimes,
  encodeBatches,
  type PairsHeader,
} from "./child/bench-wire.ts";
import type { Frame } from "./child/protocol.ts";
import { printable } from "./printable.ts";
import { encodeModel } from "./replay-frames.ts";
import type { ModelProcess } from "./run-child.ts";

type Level = EngineFingerprint["optimization_level"];

/** Puts a cold start into a frame, and the frame that comes back into numbers. MODEL_CRASHED when it is none. */
export async function askColdStart(
  child: ModelProcess,
  request: ColdStartRequest,
  level: Level,
): Promise<ColdStart> {
  const blobs: Uint8Array[] = [];
  const model = encodeModel(request.model, level, blobs);
  const header: ColdHeader = { kind: "bench-cold", model, batches: encodeBatches(request.batches, blobs) };
  return decoded(await answersOf(child, { header, blobs }), decodeCold);
}

/** The same for interleaved pairs. */
export async function askPairs(
  child: ModelProcess,
  request: PairsRequest,
  level: Level,
): Promise<ProcessTimes> {
  const { pairs, budgetMs, seed, stream } = request.plan;
  const blobs: Uint8Array[] = [];
  const header: PairsHeader = {
    kind: "bench-pairs",
    candidate: encodeModel(request.candidate, level, blobs),
    live: request.live && encodeModel(request.live, level, blobs),
    batches: encodeBatches(request.plan.batches, blobs),
    pairs,
    budgetMs,
    seed,
    stream,
  };
  const frames = await answersOf(child, { header, blobs });
  const times = decoded(frames, (answers) => decodeTimes(answers, request.plan.batches.length));
  return { ...times, batches: times.batches.map(withPrintableText) };
}

/** What the engine says quotes names out of the model. */
function withPrintableText(batch: BatchTimes | BatchRefusal): BatchTimes | BatchRefusal {
  if (isRefusal(batch)) return { failure: printable(batch.failure) };
  return { ...batch, liveFailure: batch.liveFailure === null ? null : printable(batch.liveFailure) };
}

async function answersOf(child: ModelProcess, request: Frame): Promise<Frame[]> {
  const frames: Frame[] = [];
  await child.ask(request, (frame) => void frames.push(frame));
  return frames;
}

/** The child ran foreign code: what it answers is read with the same doubt as a file. */
function decoded<T>(frames: readonly Frame[], decode: (frames: readonly Frame[]) => T): T {
  try {
    return decode(frames);
  } catch (error) {
    throw gateError("MODEL_CRASHED", "The process gave an answer that is none.", { cause: error });
  }
}
