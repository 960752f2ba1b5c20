import { gateError } from "../../errors.ts";
import type { ReasonCode } from "../../domain/reasons/catalogue.ts";

/** Codes and place of a document's errors: a model and a test tensor fail under their own names. */
export interface WireErrors {
  readonly file: string;
  readonly malformed: ReasonCode;
  readonly truncated: ReasonCode;
}

/** Fields that are left to read; shared by all readers of one file, so that its total work is bounded. */
export interface FieldBudget {
  left: number;
}

export interface WireField {
  readonly number: number;
  readonly type: 0 | 1 | 2 | 5;
}

const MAX_DEPTH = 64;

/**
 * Reads protobuf's wire format (protobuf.dev/programming-guides/encoding) over bytes that nobody vouches for.
 * It allocates nothing: messages and byte strings are views. Lengths beyond the end, varints over 64 bits, groups,
 * field number 0, values of another wire type, nesting over 64 and more fields than the budget are refused with the
 * byte offset.
 */
export class WireReader {
  private readonly bytes: Uint8Array;
  private readonly base: number;
  private position = 0;
  private readonly depth: number;
  readonly errors: WireErrors;
  private readonly budget: FieldBudget;
  /** Wire type of the field that was announced last; null before a tag, and in packed values, which have none. */
  private announced: WireField["type"] | null = null;

  constructor(bytes: Uint8Array, errors: WireErrors, budget: FieldBudget, at = { base: 0, depth: 0 }) {
    this.bytes = bytes;
    this.errors = errors;
    this.budget = budget;
    this.base = at.base;
    this.depth = at.depth;
  }

  /** A reader over the same message, from its beginning. */
  again(): WireReader {
    return new WireReader(this.bytes, this.errors, this.budget, { base: this.base, depth: this.depth });
  }

  get done(): boolean {
    return this.position >= this.bytes.length;
  }

  /** The next field's tag, or undefined at the end of the message. */
  next(): WireField | undefined {
    if (this.done) return undefined;
    if (--this.budget.left < 0)
      throw this.refuse("MODEL_TOO_COMPLEX", "The file has more fields than the limit.");
    const tag = this.small();
    const type = tag % 8;
    const number = (tag - type) / 8;
    if (number === 0 || number > 0x1fffffff) throw this.malformed(`There is no field number ${number}.`);
    if (type !== 0 && type !== 1 && type !== 2 && type !== 5)
      throw this.malformed(`Wire type ${type} is not used by ONNX.`);
    this.announced = type;
    return { number, type };
  }

  /** An unsigned varint of at most 64 bits. */
  varint(): bigint {
    this.expect(0);
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80 && value < 2n ** 64n) return value;
    }
    throw this.malformed("A varint is longer than 64 bits.");
  }

  /** A varint as two's complement int64. */
  int64(): bigint {
    return BigInt.asIntN(64, this.varint());
  }

  /** An unsigned varint for tags and lengths, which end far below 2^49; without BigInt, since there are so many. */
  private small(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 49; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw this.malformed("A tag or length is longer than 49 bits.");
  }

  /** An int64 that must be exact as a number. */
  integer(): number {
    const value = Number(this.int64());
    if (!Number.isSafeInteger(value)) throw this.malformed("An integer is beyond 2^53.");
    return value;
  }

  /** A length-delimited field as a view. */
  lengthDelimited(): Uint8Array {
    this.expect(2);
    const length = this.small();
    const start = this.advance(length);
    return this.bytes.subarray(start, start + length);
  }

  /** A length-delimited field as UTF-8 text. */
  text(): string {
    const bytes = this.lengthDelimited();
    try {
      return UTF8.decode(bytes);
    } catch {
      throw this.malformed("A text is not UTF-8.");
    }
  }

  /** A reader over a length-delimited field; it shares the budget and counts one level more. */
  message(): WireReader {
    if (this.depth + 1 > MAX_DEPTH)
      throw this.refuse("MODEL_TOO_DEEP", `Messages are nested over ${MAX_DEPTH} deep.`);
    const bytes = this.lengthDelimited();
    const base = this.base + this.position - bytes.length;
    return new WireReader(bytes, this.errors, this.budget, { base, depth: this.depth + 1 });
  }

  /** The encoded value of a field as a view, without its tag and length. */
  value(field: WireField): Uint8Array {
    if (field.type === 2) return this.lengthDelimited();
    const start = this.position;
    this.skip(field);
    return this.bytes.subarray(start, this.position);
  }

  /** Moves past a field that is of no interest. */
  skip(field: WireField): void {
    if (field.type === 0) this.skipVarint();
    else if (field.type === 1) this.advance(8);
    else if (field.type === 5) this.advance(4);
    else this.lengthDelimited();
  }

  /** Protobuf skips a field of another wire type than its definition's: read as if, the engine would see another model. */
  private expect(type: WireField["type"]): void {
    if (this.announced !== null && this.announced !== type)
      throw this.malformed(`A field has wire type ${this.announced}, not ${type}.`);
  }

  malformed(message: string): Error {
    return this.refuse(this.errors.malformed, message);
  }

  private skipVarint(): void {
    for (let count = 0; count < 10; count++) if (this.byte() < 0x80) return;
    throw this.malformed("A varint is longer than 64 bits.");
  }

  private byte(): number {
    const byte = this.bytes[this.position];
    if (byte === undefined) throw this.refuse(this.errors.truncated, "The file ends inside a number.");
    this.position++;
    return byte;
  }

  private advance(count: number): number {
    const start = this.position;
    if (count > this.bytes.length - start) {
      throw this.refuse(
        this.errors.truncated,
        `${count} bytes are announced, ${this.bytes.length - start} are left.`,
      );
    }
    this.position = start + count;
    return start;
  }

  /** The error for a refusal at the place that was read last. */
  refuse(code: ReasonCode, message: string): Error {
    return gateError(code, `${message} (byte ${this.base + this.position})`, {
      where: { file: this.errors.file },
    });
  }
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
