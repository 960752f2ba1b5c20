import { problem, type Problem } from "../../errors.ts";
import { type ReasonCode, reasons } from "../reasons/catalogue.ts";
import { childPointer, type Document } from "./document.ts";

/**
 * A value of a document with its place. Types are the schema's business: a value of the wrong type reads as absent, so
 * that the meaning of everything else is still checked and all problems are found in one pass.
 */
export interface Reader {
  readonly document: Document;
  readonly pointer: string;
  readonly value: unknown;
  /** Shared by all readers of a document. */
  readonly problems: Problem[];
}

export function readerOf(document: Document, problems: Problem[]): Reader {
  return { document, pointer: "", value: document.value, problems };
}

/** The member of an object; its value is undefined when it is not there. */
export function at(reader: Reader, key: string): Reader {
  const { value } = reader;
  const has =
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.hasOwn(value, key);
  const child = has ? (value as Record<string, unknown>)[key] : undefined;
  return { ...reader, pointer: childPointer(reader.pointer, key), value: child };
}

/** The members of an object by their keys; none for anything else. */
export function members(reader: Reader): readonly (readonly [key: string, member: Reader])[] {
  const { value } = reader;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.keys(value).map((key) => [key, at(reader, key)] as const);
}

/** The elements of a list; none for anything else. */
export function elements(reader: Reader): readonly Reader[] {
  if (!Array.isArray(reader.value)) return [];
  return reader.value.map((value: unknown, index) => ({
    ...reader,
    pointer: childPointer(reader.pointer, index),
    value,
  }));
}

export function isPresent(reader: Reader): boolean {
  return reader.value !== undefined;
}

export function textOr<T>(reader: Reader, otherwise: T): string | T {
  return typeof reader.value === "string" ? reader.value : otherwise;
}

export function numberOr<T>(reader: Reader, otherwise: T): number | T {
  return typeof reader.value === "number" && Number.isFinite(reader.value) ? reader.value : otherwise;
}

/** The texts of a list of texts. */
export function texts(reader: Reader): readonly string[] {
  return elements(reader)
    .map((element) => element.value)
    .filter((value) => typeof value === "string");
}

export function lineOf(reader: Reader): number {
  return reader.document.place(reader.pointer).line ?? 1;
}

/** `hint` comes before the remedy of the reason code. */
export function report(reader: Reader, code: ReasonCode, message: string, hint = ""): void {
  const where = reader.document.place(reader.pointer);
  const fix = [hint, reasons[code].fix].filter(Boolean).join(" ");
  reader.problems.push(problem(code, message, { where, fix }));
}

/** Reports every value but the first of those that are equal. */
export function reportDuplicates(readers: readonly Reader[], code: ReasonCode, noun: string): void {
  const seen = new Set<string>();
  for (const reader of readers) {
    const name = textOr(reader, undefined);
    if (name !== undefined && seen.has(name)) report(reader, code, `There are two ${noun} "${name}".`);
    if (name !== undefined) seen.add(name);
  }
}
