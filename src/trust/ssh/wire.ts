import { gateError, type GateError } from "../../errors.ts";

/** What the bytes are of, for messages, and the code with which everything malformed is refused. */
export interface WireSubject {
  readonly what: string;
  readonly code: "SIGNATURE_MALFORMED" | "TRUST_KEY_MALFORMED";
}

/** Longest string that is read: an RSA key of 16384 bits fits many times. */
const STRING_LIMIT = 16 * 1024;

/** Reads the data types of RFC 4251 section 5 from front to back. What it returns are views, never copies. */
export class WireReader {
  readonly #bytes: Buffer;
  readonly #subject: WireSubject;
  #at = 0;

  constructor(bytes: Uint8Array, subject: WireSubject) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#subject = subject;
  }

  /** Bytes without a length before them. */
  take(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw this.malformed("it ends too early");
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  uint32(): number {
    return this.take(4).readUInt32BE(0);
  }

  string(): Buffer {
    const length = this.uint32();
    if (length > STRING_LIMIT) throw this.malformed(`a part claims to have ${length} bytes`);
    return this.take(length);
  }

  /** A string of printable ASCII, as names of algorithms and namespaces are. */
  name(): string {
    const text = this.string().toString("latin1");
    if (!/^[!-~]{0,255}$/.test(text)) throw this.malformed("a name in it is not plain ASCII");
    return text;
  }

  /** The magnitude of a positive integer, spelt in the fewest bytes: no sign, no superfluous zero. */
  mpint(): Buffer {
    const bytes = this.string();
    const [first, second] = bytes;
    if (first === undefined || (first === 0 && second === undefined))
      throw this.malformed("a number in it is zero");
    if (first >= 0x80) throw this.malformed("a number in it is negative");
    if (first !== 0) return bytes;
    if (second !== undefined && second < 0x80) throw this.malformed("a number in it has superfluous zeros");
    return bytes.subarray(1);
  }

  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) throw this.malformed(`${left} bytes follow its end`);
  }

  malformed(how: string): GateError {
    return gateError(this.#subject.code, `${this.#subject.what} is malformed: ${how}.`);
  }
}

/** `string` of RFC 4251: the length in four bytes, then the bytes. */
export function wireString(content: Uint8Array | string): Buffer {
  const bytes = typeof content === "string" ? Buffer.from(content, "latin1") : content;
  const out = Buffer.allocUnsafe(4 + bytes.length);
  out.writeUInt32BE(bytes.length, 0);
  out.set(bytes, 4);
  return out;
}

/** `mpint` of RFC 4251 of a big-endian magnitude, which may have leading zeros. */
export function wireMpint(magnitude: Uint8Array): Buffer {
  const start = magnitude.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? new Uint8Array() : magnitude.subarray(start);
  return wireString((digits[0] ?? 0) < 0x80 ? digits : Buffer.concat([Buffer.of(0), digits]));
}
