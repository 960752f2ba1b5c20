import { createHash, hash, type Hash } from "node:crypto";
import { type GateError, gateError } from "../../errors.ts";
import type { ObjectDigest } from "../../ports/git-objects.ts";
import { printable } from "./failures.ts";

export interface GitObject {
  readonly id: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** What was asked for: the object, or what its bytes come to. Undefined where there is none. */
export type Found = GitObject | ObjectDigest | undefined;

/** A question to `git cat-file --batch` that waits for its answer. */
export interface Question {
  readonly query: string;
  /** Whether the bytes are wanted, or what they come to. */
  readonly whole: boolean;
}

/** Larger objects are never held in memory. */
export const OBJECT_LIMIT = 64 * 1024 * 1024;
const HEAD = 4096;

/** The header of an answer. */
interface Header {
  readonly id: string;
  readonly type: string;
  readonly size: number;
}

/** Takes the bytes of one object as they come. */
interface Sink {
  take(bytes: Buffer): void;
  end(): Found | GateError;
}

/** Cuts the byte stream of `cat-file --batch` into answers: a header line, and for objects the bytes and one LF. */
export class AnswerStream {
  readonly #question: () => Question | undefined;
  #header = "";
  /** The object whose header was read; `left` counts its bytes and the LF behind them. */
  #open: { left: number; readonly sink: Sink } | undefined;

  /** `question` tells the one that the next answer belongs to. */
  constructor(question: () => Question | undefined) {
    this.#question = question;
  }

  *push(bytes: Buffer): Generator<Found | GateError> {
    let rest = bytes;
    while (rest.length > 0) {
      if (this.#open) {
        rest = this.#body(this.#open, rest);
        if (this.#open.left > 0) return;
        const { sink } = this.#open;
        this.#open = undefined;
        yield sink.end();
      } else {
        const end = rest.indexOf(10);
        this.#header += rest.toString("latin1", 0, end < 0 ? rest.length : end);
        if (end < 0) return;
        rest = rest.subarray(end + 1);
        this.#open = this.#begin();
        if (!this.#open) yield undefined;
      }
    }
  }

  /** Undefined when the header says that there is no object. */
  #begin(): { left: number; readonly sink: Sink } | undefined {
    const [, id = "", type = "", length] = /^([0-9a-f]{40,64}) ([a-z]+) (\d+)$/.exec(this.#header) ?? [];
    this.#header = "";
    if (length === undefined) return undefined;
    const object = { id, type, size: Number(length) };
    const { query = "", whole = true } = this.#question() ?? {};
    return { left: object.size + 1, sink: whole ? wholeSink(object, query) : new DigestSink(object) };
  }

  /** Takes what belongs to the object, and returns what comes behind it. */
  #body(open: { left: number; readonly sink: Sink }, bytes: Buffer): Buffer {
    const own = bytes.subarray(0, Math.min(bytes.length, open.left - 1));
    if (own.length > 0) open.sink.take(own);
    const taken = Math.min(bytes.length, open.left);
    open.left -= taken;
    return bytes.subarray(taken);
  }
}

function wholeSink(object: Header, query: string): Sink {
  if (object.size <= OBJECT_LIMIT) return new WholeSink(object);
  const message = `${printable(query)} has ${object.size} bytes; the limit is ${OBJECT_LIMIT}.`;
  return { take: () => undefined, end: () => gateError("GIT_TOO_LARGE", message) };
}

/** git does not compare the bytes that it hands out with their id, so we do. */
function corrupt({ id }: Header, real: string): GateError | undefined {
  return real === id
    ? undefined
    : gateError("GIT_OBJECT_CORRUPT", `The bytes of object ${id} have the id ${real}.`);
}

function algorithmOf({ id }: Header): "sha1" | "sha256" {
  return id.length === 40 ? "sha1" : "sha256";
}

/** The object as its id is computed over it: `<type> <size>NUL` and its bytes. */
class WholeSink implements Sink {
  readonly #object: Header;
  readonly #whole: Buffer;
  #at: number;

  constructor(object: Header) {
    const start = `${object.type} ${object.size}\0`;
    this.#object = object;
    // A buffer of its own: what was read is shared with other objects, and would stay as long as this one.
    this.#whole = Buffer.allocUnsafe(start.length + object.size);
    this.#at = this.#whole.write(start, "latin1");
  }

  take(bytes: Buffer): void {
    this.#at += bytes.copy(this.#whole, this.#at);
  }

  end(): Found | GateError {
    const { id, type, size } = this.#object;
    const wrong = corrupt(this.#object, hash(algorithmOf(this.#object), this.#whole));
    return wrong ?? { id, type, bytes: this.#whole.subarray(this.#whole.length - size) };
  }
}

/** Hashes what goes by, and keeps its first bytes. */
class DigestSink implements Sink {
  readonly #object: Header;
  readonly #id: Hash;
  readonly #content = createHash("sha256");
  readonly #head: Buffer;
  #kept = 0;

  constructor(object: Header) {
    this.#object = object;
    this.#id = createHash(algorithmOf(object)).update(`${object.type} ${object.size}\0`);
    this.#head = Buffer.alloc(Math.min(HEAD, object.size));
  }

  take(bytes: Buffer): void {
    this.#id.update(bytes);
    this.#content.update(bytes);
    if (this.#kept < this.#head.length) this.#kept += bytes.copy(this.#head, this.#kept);
  }

  end(): Found | GateError {
    const wrong = corrupt(this.#object, this.#id.digest("hex"));
    return wrong ?? { ...this.#object, digest: `sha256:${this.#content.digest("hex")}`, head: this.#head };
  }
}
