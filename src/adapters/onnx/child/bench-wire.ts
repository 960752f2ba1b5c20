import type {
  BatchPlan,
  BatchRefusal,
  BatchTimes,
  ColdStart,
  FirstLook,
  PairsPlan,
  ProcessTimes,
} from "../../../measure/latency/samples.ts";
import {
  decodeTensor,
  encodeTensor,
  type Frame,
  type FrameHeader,
  type ModelHeader,
  type TensorHeader,
} from "./protocol.ts";

interface BatchHeader {
  readonly rows: number;
  readonly feeds: readonly (readonly TensorHeader[])[];
  readonly giveUpAboveMs: number | null;
}

/** One model, alone in a fresh process. Answered by one `cold` frame: a `ColdStart`. */
export interface ColdHeader extends FrameHeader {
  readonly kind: "bench-cold";
  readonly model: ModelHeader;
  readonly batches: readonly BatchHeader[];
}

/** Interleaved pairs in a fresh process. Answered by a `batch` frame for each batch size, then one `calibration` frame. */
export interface PairsHeader extends FrameHeader, Omit<PairsPlan, "batches"> {
  readonly kind: "bench-pairs";
  readonly candidate: ModelHeader;
  readonly live: ModelHeader | null;
  readonly batches: readonly BatchHeader[];
}

export function encodeBatches(batches: readonly BatchPlan[], blobs: Uint8Array[]): BatchHeader[] {
  return batches.map(({ rows, feeds, giveUpAboveMs = null }) => ({
    rows,
    giveUpAboveMs,
    feeds: feeds.map((tensors) => tensors.map((tensor) => encodeTensor(tensor, blobs))),
  }));
}

export function decodeBatches(batches: readonly BatchHeader[], blobs: readonly Uint8Array[]): BatchPlan[] {
  return batches.map(({ rows, feeds, giveUpAboveMs }) => ({
    rows,
    ...(giveUpAboveMs === null ? {} : { giveUpAboveMs }),
    feeds: feeds.map((tensors) => tensors.map((tensor) => decodeTensor(tensor, blobs))),
  }));
}

export function encodeCold(cold: ColdStart): Frame {
  return { header: { kind: "cold", ...cold }, blobs: [] };
}

/** One frame a batch size, then the calibration. */
export function encodeTimes(times: ProcessTimes): Frame[] {
  return [
    ...times.batches.map(encodeBatch),
    { header: { kind: "calibration" }, blobs: [bytesOf(times.calibration)] },
  ];
}

function encodeBatch(batch: BatchTimes | BatchRefusal): Frame {
  if ("failure" in batch) return { header: { kind: "batch", failure: batch.failure }, blobs: [] };
  const blobs = batch.live === null ? [batch.candidate] : [batch.candidate, batch.live];
  return { header: { kind: "batch", liveFailure: batch.liveFailure }, blobs: blobs.map(bytesOf) };
}

/** The answer to a `bench-cold` request; throws TypeError on anything else. */
export function decodeCold(frames: readonly Frame[]): ColdStart {
  const { kind, coldStartMs, peakMemoryMiB, looks = [] } = frames[0]?.header ?? { kind: "nothing" };
  if (kind !== "cold" || !isTime(coldStartMs) || !isTime(peakMemoryMiB) || !Array.isArray(looks))
    throw new TypeError("No cold start.");
  return { coldStartMs, peakMemoryMiB, ...(looks.length > 0 ? { looks: looks.map(decodeLook) } : {}) };
}

function decodeLook(look: unknown): FirstLook | null {
  if (look === null) return null;
  const { cpuMs, calibrationCpuMs } = look as Partial<FirstLook>;
  const [calls, loops]: readonly unknown[] = [cpuMs, calibrationCpuMs];
  if (!Array.isArray(calls) || !Array.isArray(loops) || ![...calls, ...loops].every(isTime))
    throw new TypeError("No first look.");
  return { cpuMs: calls as number[], calibrationCpuMs: loops as number[] };
}

/** The answer to a `bench-pairs` request with so many batch sizes; throws TypeError on anything else. */
export function decodeTimes(frames: readonly Frame[], batches: number): ProcessTimes {
  const last = frames.at(-1);
  if (frames.length !== batches + 1 || last?.header.kind !== "calibration") throw new TypeError("No times.");
  return { batches: frames.slice(0, -1).map(decodeBatch), calibration: timesOf(last.blobs[0]) };
}

function decodeBatch({ header, blobs }: Frame): BatchTimes | BatchRefusal {
  if (header.kind !== "batch") throw new TypeError("No batch.");
  const { failure, liveFailure = null } = header;
  if (typeof failure === "string") return { failure };
  if (liveFailure !== null && typeof liveFailure !== "string") throw new TypeError("No batch.");
  const candidate = timesOf(blobs[0]);
  const live = blobs.length > 1 ? timesOf(blobs[1]) : null;
  if (candidate.length === 0 || (live && live.length !== candidate.length)) throw new TypeError("No pairs.");
  return { candidate, live, liveFailure };
}

function bytesOf(times: Float64Array): Uint8Array {
  return new Uint8Array(times.buffer, times.byteOffset, times.byteLength);
}

function timesOf(bytes: Uint8Array = new Uint8Array()): Float64Array {
  if (bytes.byteLength % Float64Array.BYTES_PER_ELEMENT !== 0) throw new TypeError("No doubles.");
  const times = new Float64Array(new Uint8Array(bytes).buffer);
  if (!times.every(isTime)) throw new TypeError("A time is no time.");
  return times;
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
