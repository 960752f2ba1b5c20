import { gateError, type Place } from "../../errors.ts";

/**
 * A parsed JSON or YAML text that still knows where each value stood.
 * `value` holds only own properties of plain objects, arrays, strings, finite numbers, booleans and null.
 */
export interface Document {
  readonly file: string;
  readonly value: unknown;
  /** Where the value of a JSON pointer (RFC 6901) begins; of its nearest ancestor when it is not there. */
  place(pointer: string): Place;
  /** The same for the key of an object's member; of the value for anything else. */
  keyPlace(pointer: string): Place;
}

/** Offsets of one value in the text; `key` is that of the member's name. */
export interface Spot {
  readonly value: number;
  readonly key: number | null;
}

export const MAX_PROBLEMS = 100;

const SPECIAL = /[~/]/;
const ESCAPES: Readonly<Record<string, string>> = { "~": "~0", "/": "~1" };

/** One step deeper in a JSON pointer. */
export function childPointer(pointer: string, key: string | number): string {
  const text = String(key);
  return `${pointer}/${SPECIAL.test(text) ? text.replaceAll(/[~/]/g, (found) => ESCAPES[found] ?? found) : text}`;
}

/** The keys of a JSON pointer, unescaped. */
export function pointerKeys(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/**
 * Whether an integer is read as it is written: a safe one, or a large one in the very spelling that it is written back
 * in (RFC 8785), as the whole numbers among measured values are.
 */
export function isExact(value: number, spelling: string): boolean {
  return Number.isSafeInteger(value) || String(value) === spelling;
}

/** The text of a document, or DOCUMENT_TOO_LARGE, DOCUMENT_NOT_UTF8, DOCUMENT_BOM, DOCUMENT_EMPTY. `limit` in bytes. */
export function decodeDocument(bytes: Uint8Array, file: string, limit: number): string {
  if (bytes.length > limit) {
    throw gateError("DOCUMENT_TOO_LARGE", `${bytes.length} bytes; at most ${limit} are read.`, {
      where: { file },
    });
  }
  const text = decodeUtf8(bytes, file);
  if (text.startsWith("\uFEFF")) {
    throw gateError("DOCUMENT_BOM", "The file begins with a byte order mark.", {
      where: { file, line: 1, column: 1 },
    });
  }
  if (text.trim() === "") throw gateError("DOCUMENT_EMPTY", "The file is empty.", { where: { file } });
  return text;
}

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array, file: string): string {
  try {
    return STRICT.decode(bytes);
  } catch (cause) {
    const good = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, validPrefix(bytes)));
    const where = { file, ...lineAndColumn(good, good.length) };
    throw gateError("DOCUMENT_NOT_UTF8", "Here stands a byte that is not UTF-8.", { where, cause });
  }
}

/** Length of the longest valid prefix, by bisection with a streaming decoder. */
function validPrefix(bytes: Uint8Array): number {
  let [good, bad] = [0, bytes.length + 1];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isPrefix(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function isPrefix(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** 1-based line and column (in UTF-16 code units, as editors count) of an offset. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf("\n") + 1;
  let line = 1;
  for (let at = before.indexOf("\n"); at !== -1; at = before.indexOf("\n", at + 1)) line += 1;
  return { line, column: offset - start + 1 };
}

/** A document whose places are computed only when somebody asks. */
export function documentOf(of: {
  file: string;
  text: string;
  value: unknown;
  spots: () => ReadonlyMap<string, Spot>;
}): Document {
  let spots: ReadonlyMap<string, Spot> | undefined;
  const locate = (pointer: string, offsetOf: (spot: Spot) => number): Place => {
    spots ??= of.spots();
    const spot = nearestSpot(spots, pointer);
    return { file: of.file, ...lineAndColumn(of.text, offsetOf(spot)), pointer };
  };
  return {
    file: of.file,
    value: of.value,
    place: (pointer) => locate(pointer, (spot) => spot.value),
    keyPlace: (pointer) => locate(pointer, (spot) => spot.key ?? spot.value),
  };
}

/** The same document at another path: places name that. */
export function documentAt(file: string, document: Document): Document {
  if (file === document.file) return document;
  return {
    file,
    value: document.value,
    place: (pointer) => ({ ...document.place(pointer), file }),
    keyPlace: (pointer) => ({ ...document.keyPlace(pointer), file }),
  };
}

function nearestSpot(spots: ReadonlyMap<string, Spot>, pointer: string): Spot {
  for (let at = pointer; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
    const spot = spots.get(at);
    if (spot) return at === pointer ? spot : { value: spot.value, key: null };
  }
  return spots.get("") ?? { value: 0, key: null };
}
