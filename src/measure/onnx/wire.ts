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
 * field number 0, nesting over 64 and more fields than the budget are refused with the byte offset.
 */
export class WireReader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly base: number;
  private position = 0;
  private readonly depth: number;
  readonly errors: WireErrors;
  private readonly budget: FieldBudget;

  constructor(bytes: Uint8Array, errors: WireErrors, budget: FieldBudget, at = { base: 0, depth: 0 }) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.errors = errors;
    this.budget = budget;
    this.base = at.base;
    this.depth = at.depth;
  }

  get done(): boolean {
    return this.position >= this.bytes.length;
  }

  /** The next field's tag, or undefined at the end of the message. */
  next(): WireField | undefined {
    if (this.done) return undefined;
    if (--this.budget.left < 0)
      throw this.fail("MODEL_TOO_COMPLEX", "The file has more fields than the limit.");
    const tag = this.varint();
    const type = Number(tag & 7n);
    const number = Number(tag >> 3n);
    if (number === 0 || number > 0x1fffffff) throw this.malformed(`There is no field number ${number}.`);
    if (type !== 0 && type !== 1 && type !== 2 && type !== 5)
      throw this.malformed(`Wire type ${type} is not used by ONNX.`);
    return { number, type };
  }

  /** An unsigned varint of at most 64 bits. */
  varint(): bigint {
    let low = 0;
    for (let index = 0; index < 4; index++) {
      const byte = this.byte();
      low += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return BigInt(low);
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
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

  /** An int64 that must be exact as a number. */
  integer(): number {
    const value = Number(this.int64());
    if (!Number.isSafeInteger(value)) throw this.malformed("An integer is beyond 2^53.");
    return value;
  }

  float32(): number {
    return this.view.getFloat32(this.advance(4), true);
  }

  float64(): number {
    return this.view.getFloat64(this.advance(8), true);
  }

  /** A length-delimited field as a view. */
  lengthDelimited(): Uint8Array {
    const length = Number(this.varint());
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
      throw this.fail("MODEL_TOO_DEEP", `Messages are nested over ${MAX_DEPTH} deep.`);
    const bytes = this.lengthDelimited();
    const base = this.base + this.position - bytes.length;
    return new WireReader(bytes, this.errors, this.budget, { base, depth: this.depth + 1 });
  }

  /** Moves past a field that is of no interest. */
  skip(field: WireField): void {
    if (field.type === 0) this.varint();
    else if (field.type === 1) this.advance(8);
    else if (field.type === 5) this.advance(4);
    else this.lengthDelimited();
  }

  /** Refuses a field whose wire type is not the one that its definition says. */
  expect(field: WireField, type: WireField["type"]): void {
    if (field.type !== type)
      throw this.malformed(`Field ${field.number} has wire type ${field.type}, not ${type}.`);
  }

  malformed(message: string): Error {
    return this.fail(this.errors.malformed, message);
  }

  private byte(): number {
    return this.view.getUint8(this.advance(1));
  }

  private advance(count: number): number {
    const start = this.position;
    if (count > this.bytes.length - start) {
      throw this.fail(
        this.errors.truncated,
        `${count} bytes are announced, ${this.bytes.length - start} are left.`,
      );
    }
    this.position = start + count;
    return start;
  }

  private fail(code: ReasonCode, message: string): Error {
    return gateError(code, `${message} (byte ${this.base + this.position})`, {
      where: { file: this.errors.file },
    });
  }
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
