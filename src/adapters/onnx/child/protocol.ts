/**
 * What parent and child say to each other. The child is started as `node main <path of onnxruntime_binding.node>`; it
 * loads the engine at once, reads ONE request frame from fd 0, and writes answer frames to fd 3 (fd 1 is closed, fd 2
 * may hold noise of the engine). A frame is
 *
 *     u32le length of the header | header: JSON in UTF-8 | blobs, one after the other
 *
 * and the header's `blobs` holds their lengths in bytes. A tensor in a header names its blob by index; strings stay in
 * the header. Requests: `{kind: "replay", …}` (ReplayHeader), `{kind: "bench", …}`. Answers, in this order:
 *
 *     {kind: "ready"}                      the engine is loaded; whatever dies before is the engine's fault
 *     {kind: "case", outputs: […]} …       one for each case, or what another request defines
 *     {kind: "rerun", rerun}               cases are run again from here on, in this way; first "order", then "session"
 *     {kind: "again", case, outputs} …     one for each case that is
 *     {kind: "done", peakKiB} | {kind: "failed", code, message}     always last
 *
 * To add a request: a file in this folder that exports a `Handler`, and its kind in `HANDLERS` of main.ts.
 */
import {
  elementCount,
  elementSize,
  isNumericDType,
  type Tensor,
  tensorBytes,
  tensorFromBytes,
} from "../../../domain/tensor.ts";

export interface Frame {
  readonly header: FrameHeader;
  readonly blobs: readonly Uint8Array[];
}

export interface FrameHeader {
  readonly kind: string;
  readonly [key: string]: unknown;
}

/** A tensor in a header: numbers in a blob, strings in place. */
export interface TensorHeader {
  readonly name: string;
  readonly dtype: string;
  readonly dims: readonly number[];
  readonly blob?: number;
  readonly strings?: readonly string[];
}

/** How a model is loaded: bytes in blobs, never paths, so that what was hashed is what runs. */
export interface ModelHeader {
  /** Blob of the model file. */
  readonly blob: number;
  readonly externalData: readonly { readonly path: string; readonly blob: number }[];
  readonly optimizationLevel: "disabled" | "basic" | "extended" | "all";
}

export interface ReplayHeader extends FrameHeader {
  readonly kind: "replay";
  readonly model: ModelHeader;
  readonly cases: readonly (readonly TensorHeader[])[];
  /** Bytes that all outputs together may have. */
  readonly maxOutputBytes: number;
}

/** The pieces of a frame, ready to be written one after the other; blobs are not copied. */
export function encodeFrame(frame: Frame): Uint8Array[] {
  const blobs = frame.blobs.map((blob) => blob.byteLength);
  const header = Buffer.from(JSON.stringify({ ...frame.header, blobs }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return [length, header, ...frame.blobs];
}

/** Header and lengths of the blobs out of the JSON text of a header. */
export function parseHeader(text: string): { header: FrameHeader; lengths: readonly number[] } {
  const parsed = JSON.parse(text) as Record<string, unknown>;
  const { kind, blobs } = parsed;
  if (typeof kind !== "string" || !Array.isArray(blobs) || !blobs.every(isLength))
    throw new TypeError("No frame header.");
  return { header: { ...parsed, kind }, lengths: blobs };
}

function isLength(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Cuts the bytes behind a header into its blobs, without a copy. */
export function cutBlobs(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  let offset = 0;
  return lengths.map((length) => bytes.subarray(offset, (offset += length)));
}

/** Describes a tensor for a header, and appends its bytes to the blobs. */
export function encodeTensor(tensor: Tensor, blobs: Uint8Array[]): TensorHeader {
  const { name, dtype, dims } = tensor;
  if (tensor.dtype === "string") return { name, dtype, dims, strings: tensor.data };
  return { name, dtype, dims, blob: blobs.push(tensorBytes(tensor)) - 1 };
}

/** The tensor of a header; throws TypeError when the header is not one of a tensor. */
export function decodeTensor(header: TensorHeader, blobs: readonly Uint8Array[]): Tensor {
  const { name, dtype, dims } = header;
  if (typeof name !== "string" || !Array.isArray(dims) || !dims.every(isLength))
    throw new TypeError("No tensor header.");
  if (dtype === "string") return { name, dtype, dims, data: stringsOf(header) };
  const bytes = header.blob === undefined ? undefined : blobs[header.blob];
  if (!bytes || !isNumericDType(dtype) || bytes.length !== elementCount(dims) * elementSize(dtype)) {
    throw new TypeError("No tensor header.");
  }
  return tensorFromBytes({ name, dtype, dims }, bytes);
}

function stringsOf({ dims, strings }: TensorHeader): readonly string[] {
  const isWhole = Array.isArray(strings) && strings.length === elementCount(dims);
  if (!isWhole || !strings.every((text) => typeof text === "string"))
    throw new TypeError("No string tensor header.");
  return strings;
}
