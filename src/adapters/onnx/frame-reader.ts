import { cutBlobs, type Frame, parseHeader } from "./child/protocol.ts";

/** Cuts a stream of chunks into frames; throws TypeError or SyntaxError on anything else. Memory is the caller's limit. */
export class FrameReader {
  readonly #chunks: Uint8Array[] = [];
  #buffered = 0;
  #needed = 4;
  #headerLength: number | null = null;

  /** The frames that a chunk completes. */
  push(chunk: Uint8Array): Frame[] {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    const frames: Frame[] = [];
    while (this.#buffered >= this.#needed) {
      const frame = this.#advance();
      if (frame) frames.push(frame);
    }
    return frames;
  }

  /** Looks at the bytes so far: a whole frame, or undefined after it learned how many bytes it needs. */
  #advance(): Frame | undefined {
    const bytes = Buffer.concat(this.#chunks);
    this.#chunks.splice(0, this.#chunks.length, bytes);
    if (this.#headerLength === null) {
      this.#headerLength = bytes.readUInt32LE(0);
      this.#needed = 4 + this.#headerLength;
      return undefined;
    }
    const start = 4 + this.#headerLength;
    const { header, lengths } = parseHeader(bytes.toString("utf8", 4, start));
    const end = lengths.reduce((sum, length) => sum + length, start);
    if (bytes.length < end) {
      this.#needed = end;
      return undefined;
    }
    this.#reset(bytes.subarray(end));
    return { header, blobs: cutBlobs(bytes.subarray(start, end), lengths) };
  }

  #reset(rest: Uint8Array): void {
    this.#chunks.splice(0, this.#chunks.length, rest);
    this.#buffered = rest.length;
    this.#needed = 4;
    this.#headerLength = null;
  }
}
