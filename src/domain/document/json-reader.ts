import { problem, type Problem } from "../../errors.ts";
import type { ReasonCode } from "../reasons/catalogue.ts";
import { childPointer, isExact, lineAndColumn, MAX_PROBLEMS, type Spot } from "./document.ts";

export const MAX_DEPTH = 64;
// A string may hold any character but these: RFC 8259 section 7 wants control characters escaped.
// oxlint-disable-next-line no-control-regex
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const HEX4 = /[0-9a-fA-F]{4}/y;
const LITERALS = { true: true, false: false, null: null } as const;
const SHORT: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** Thrown where the text allows no going on; the problem is already noted. */
class Stop extends Error {}

/**
 * A recursive-descent JSON reader, bounded by depth, that goes on after problems which leave the structure clear.
 * It fills `spots` (JSON pointer -> offsets) when it is given one; `problems` holds at most MAX_PROBLEMS.
 */
export class JsonReader {
  readonly problems: Problem[] = [];
  readonly #text: string;
  readonly #file: string;
  readonly #spots: Map<string, Spot> | null;
  readonly #path: (string | number)[] = [];
  #at = 0;

  constructor(text: string, file: string, spots: Map<string, Spot> | null) {
    this.#text = text;
    this.#file = file;
    this.#spots = spots;
  }

  /** The value of the whole text; undefined when the text is broken (see `problems`). */
  read(): unknown {
    try {
      const value = this.#value(null);
      this.#space();
      if (this.#at < this.#text.length) this.#stop("Nothing may follow the value");
      return value;
    } catch (error) {
      if (error instanceof Stop) return undefined;
      throw error;
    }
  }

  #value(key: number | null): unknown {
    this.#space();
    this.#spots?.set(this.#pointer(), { value: this.#at, key });
    switch (this.#text.charAt(this.#at)) {
      case "{":
        this.#enter();
        return this.#object();
      case "[":
        this.#enter();
        return this.#array();
      case '"':
        return this.#string();
      default:
        return this.#numberOrLiteral();
    }
  }

  #enter(): void {
    if (this.#path.length >= MAX_DEPTH) {
      this.#note("DOCUMENT_TOO_DEEP", `Nested deeper than ${MAX_DEPTH} levels.`, this.#at);
      throw new Stop();
    }
    this.#at += 1;
  }

  #object(): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    if (this.#closes("}")) return object;
    do this.#member(object);
    while (this.#goesOn("}"));
    return object;
  }

  #member(object: Record<string, unknown>): void {
    this.#space();
    const start = this.#at;
    if (this.#text[start] !== '"') this.#stop("Expected a key in double quotes");
    const key = this.#string();
    this.#path.push(key);
    this.#checkKey(object, key, start);
    this.#space();
    this.#expect(":");
    const value = this.#value(start);
    this.#path.pop();
    if (key !== "__proto__") object[key] = value;
  }

  #checkKey(object: Record<string, unknown>, key: string, start: number): void {
    if (key === "__proto__") this.#note("DOCUMENT_KEY_FORBIDDEN", "The key __proto__ is not allowed.", start);
    else if (Object.hasOwn(object, key)) {
      this.#note("DOCUMENT_DUPLICATE_KEY", `The key ${quote(key)} stands twice in this object.`, start);
    }
  }

  #array(): unknown[] {
    const array: unknown[] = [];
    if (this.#closes("]")) return array;
    do {
      this.#path.push(array.length);
      array.push(this.#value(null));
      this.#path.pop();
    } while (this.#goesOn("]"));
    return array;
  }

  #closes(bracket: "}" | "]"): boolean {
    this.#space();
    if (this.#text[this.#at] !== bracket) return false;
    this.#at += 1;
    return true;
  }

  #goesOn(bracket: "}" | "]"): boolean {
    if (this.#closes(bracket)) return false;
    if (this.#text[this.#at] !== ",") this.#stop(`Expected a comma or ${bracket}`);
    this.#at += 1;
    return true;
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) this.#stop(`Expected ${character}`);
    this.#at += 1;
  }

  #string(): string {
    const start = this.#at;
    this.#at += 1;
    let text = this.#run(PLAIN);
    let escaped = false;
    while (this.#text[this.#at] === "\\") {
      escaped = true;
      text += this.#escape() + this.#run(PLAIN);
    }
    if (this.#text[this.#at] !== '"')
      this.#stop("Expected the end of the string; control characters must be escaped");
    this.#at += 1;
    if (escaped && !text.isWellFormed()) {
      this.#note("DOCUMENT_SURROGATE", "The string holds half of a surrogate pair.", start);
    }
    return text;
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? "";
    const short = Object.hasOwn(SHORT, letter) ? SHORT[letter] : undefined;
    this.#at += 2;
    if (short !== undefined) return short;
    const digits = letter === "u" ? this.#run(HEX4) : "";
    if (digits === "") {
      this.#at = Math.min(this.#at, this.#text.length);
      this.#stop('Expected an escape: \\" \\\\ \\/ \\b \\f \\n \\r \\t or \\u and four hex digits');
    }
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #numberOrLiteral(): number | boolean | null {
    const start = this.#at;
    NUMBER.lastIndex = start;
    const found = NUMBER.exec(this.#text);
    if (!found) return this.#literal();
    this.#at = NUMBER.lastIndex;
    const value = Number(found[0]);
    if (!Number.isFinite(value)) {
      this.#note("DOCUMENT_NUMBER_NOT_FINITE", `${clip(found[0])} is beyond the largest number.`, start);
    } else if (found[1] === undefined && found[2] === undefined && !isExact(value, found[0])) {
      this.#note("DOCUMENT_NUMBER_UNSAFE", `${clip(found[0])} would be read as ${value}.`, start);
    }
    return value;
  }

  #literal(): boolean | null {
    for (const [word, value] of Object.entries(LITERALS)) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#stop("Expected a value");
  }

  #run(pattern: RegExp): string {
    const start = this.#at;
    pattern.lastIndex = start;
    if (pattern.test(this.#text)) this.#at = pattern.lastIndex;
    return this.#text.slice(start, this.#at);
  }

  #space(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at += 1;
  }

  #stop(what: string): never {
    if (this.#at >= this.#text.length)
      this.#note("DOCUMENT_TRUNCATED", `${what}, but the text ends here.`, this.#at);
    else this.#note("DOCUMENT_SYNTAX", `${what}, found ${show(this.#text.codePointAt(this.#at))}.`, this.#at);
    throw new Stop();
  }

  #note(code: ReasonCode, message: string, offset: number): void {
    const where = { file: this.#file, ...lineAndColumn(this.#text, offset), pointer: this.#pointer() };
    this.problems.push(problem(code, message, { where }));
    if (this.problems.length >= MAX_PROBLEMS) throw new Stop();
  }

  #pointer(): string {
    let pointer = "";
    for (const key of this.#path) pointer = childPointer(pointer, key);
    return pointer;
  }
}

/** Space, tab, line feed, carriage return: RFC 8259 section 2. */
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function quote(text: string): string {
  return JSON.stringify(clip(text));
}

/** Printable ASCII as it is, anything else by its code point, so that no control character reaches a terminal. */
function show(point: number | undefined): string {
  if (point === undefined) return "the end";
  if (point > 0x20 && point < 0x7f) return `"${String.fromCodePoint(point)}"`;
  return `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
}
