import { readSync, writeSync } from "node:fs";
import { cutBlobs, encodeFrame, type Frame, type FrameHeader, parseHeader } from "./protocol.ts";

const REQUESTS = 0;
const ANSWERS = 3;

/** Blocks until the request is there; the process has nothing else to do. */
export function readRequest(): Frame {
  const length = readExactly(4).readUInt32LE();
  const { header, lengths } = parseHeader(readExactly(length).toString("utf8"));
  const bytes = readExactly(lengths.reduce((sum, blob) => sum + blob, 0));
  return { header, blobs: cutBlobs(bytes, lengths) };
}

export function answer(header: FrameHeader, blobs: readonly Uint8Array[] = []): void {
  for (const piece of encodeFrame({ header, blobs })) writeAll(piece);
}

function readExactly(count: number): Buffer {
  const buffer = Buffer.allocUnsafeSlow(count);
  for (let at = 0; at < count;) {
    const read = readSync(REQUESTS, buffer, at, Math.min(count - at, 2 ** 30), null);
    if (read === 0) throw new Error("The request ended early.");
    at += read;
  }
  return buffer;
}

function writeAll(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;)
    at += writeSync(ANSWERS, bytes, at, Math.min(bytes.length - at, 2 ** 30));
}
