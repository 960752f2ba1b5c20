import { refuse } from "../../errors.ts";
import { decodeDocument, documentOf, type Document, type Spot } from "./document.ts";
import { JsonReader } from "./json-reader.ts";

/** 16 MiB: larger than any governed JSON file, small enough to read at once. */
export const JSON_SIZE_LIMIT = 16 * 1024 * 1024;

/**
 * Reads JSON (RFC 8259) more strictly than `JSON.parse`: duplicate keys, integers that would be rounded, numbers that
 * would be infinite, halves of surrogate pairs, a BOM, `__proto__`, depth over 64 and size over `limit` bytes are refused.
 * Throws one GateError with all problems found (DOCUMENT_*), each with file, line and column.
 */
export function parseJson(bytes: Uint8Array, file: string, limit: number = JSON_SIZE_LIMIT): Document {
  const text = decodeDocument(bytes, file, limit);
  const reader = new JsonReader(text, file, null);
  const value = reader.read();
  refuse(reader.problems);
  return documentOf({ file, text, value, spots: () => spotsOf(text, file) });
}

function spotsOf(text: string, file: string): ReadonlyMap<string, Spot> {
  const spots = new Map<string, Spot>();
  new JsonReader(text, file, spots).read();
  return spots;
}
