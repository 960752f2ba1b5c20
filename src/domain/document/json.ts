import { refuse } from "../../errors.ts";
import { decodeDocument, documentOf, type Document, type Spot } from "./document.ts";
import { JsonReader, MAX_DEPTH } from "./json-reader.ts";

/** 16 MiB: larger than any governed JSON file, small enough to read at once. */
export const JSON_SIZE_LIMIT = 16 * 1024 * 1024;

/**
 * Reads JSON (RFC 8259) more strictly than `JSON.parse`: duplicate keys, integers that would be rounded, numbers that
 * would be infinite, halves of surrogate pairs, a BOM, `__proto__`, depth over 64 and size over `limit` bytes are refused.
 * Throws one GateError with all problems found (DOCUMENT_*), each with file, line and column.
 */
export function parseJson(bytes: Uint8Array, file: string, limit: number = JSON_SIZE_LIMIT): Document {
  const text = decodeDocument(bytes, file, limit);
  const spots = (): ReadonlyMap<string, Spot> => spotsOf(text, file);
  const plain = parsePlain(text);
  if (plain !== undefined) return documentOf({ file, text, value: plain, spots });
  const reader = new JsonReader(text, file, null);
  const value = reader.read();
  refuse(reader.problems);
  return documentOf({ file, text, value, spots });
}

/** What takes a closer look even in a text that is spelled our way; halves of surrogate pairs are escaped there. */
const SUSPICIOUS = ["__proto__", String.raw`\ud`, `\n${" ".repeat(2 * MAX_DEPTH)}`];

/**
 * The value of a text that is spelled as we write JSON, which is how nearly all of ours are: it is what it is written
 * back to, so no key stands twice and no number was rounded. Undefined for any other text.
 */
function parsePlain(text: string): unknown {
  if (SUSPICIOUS.some((part) => text.includes(part))) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return `${JSON.stringify(value, null, 2)}\n` === text ? value : undefined;
  } catch {
    return undefined;
  }
}

function spotsOf(text: string, file: string): ReadonlyMap<string, Spot> {
  const spots = new Map<string, Spot>();
  new JsonReader(text, file, spots).read();
  return spots;
}
