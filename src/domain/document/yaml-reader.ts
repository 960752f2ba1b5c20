import {
  CORE_SCHEMA,
  type Event,
  EVENT_ID,
  getScalarValue,
  type MappingEvent,
  SCALAR_STYLE,
  type ScalarEvent,
  type SequenceEvent,
} from "js-yaml";
import { problem, type Problem } from "../../errors.ts";
import type { ReasonCode } from "../reasons/catalogue.ts";
import { childPointer, isExact, lineAndColumn, MAX_PROBLEMS, type Spot } from "./document.ts";

/** Stands for a key while it is read; no JSON pointer begins so. */
const KEY = "key";
const NOWHERE = -1;
const FORBIDDEN = new Set(["__proto__", "constructor", "prototype", "<<"]);

type NodeEvent = ScalarEvent | SequenceEvent | MappingEvent;

/**
 * Builds the value of one document from js-yaml's events (`parseEvents`), so that every problem has a place and all of
 * them are found in one pass. Depth is bounded by the parser; `spots` holds the offsets of each JSON pointer.
 */
export class YamlReader {
  readonly problems: Problem[] = [];
  readonly spots = new Map<string, Spot>();
  readonly #text: string;
  readonly #file: string;
  readonly #events: readonly Event[];
  #next = 1;
  #lastOffset = 0;

  /** `events` are those of exactly one document. */
  constructor(text: string, file: string, events: readonly Event[]) {
    this.#text = text;
    this.#file = file;
    this.#events = events;
  }

  read(): unknown {
    return this.#value("", null);
  }

  #value(pointer: string, key: number | null): unknown {
    const event = this.#events[this.#next];
    this.#next += 1;
    if (event === undefined || event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) return null;
    if (event.type === EVENT_ID.ALIAS) return this.#alias(event.anchorStart, pointer);
    const offset = this.#offset(event, key);
    this.spots.set(pointer, { value: offset, key });
    this.#checkDecorations(event, pointer);
    if (event.type === EVENT_ID.SEQUENCE) return this.#sequence(pointer);
    if (event.type === EVENT_ID.MAPPING) return this.#mapping(pointer);
    return this.#scalar(event, { pointer, offset });
  }

  #alias(offset: number, pointer: string): null {
    this.spots.set(pointer, { value: offset, key: null });
    this.#note("DOCUMENT_ALIAS", "An alias stands here.", { offset, pointer });
    return null;
  }

  #checkDecorations(event: NodeEvent, pointer: string): void {
    if (event.anchorStart !== NOWHERE) {
      this.#note("DOCUMENT_ALIAS", "An anchor stands here.", { offset: event.anchorStart, pointer });
    }
    if (event.tagStart !== NOWHERE) {
      this.#note("DOCUMENT_TAG", "A tag stands here.", { offset: event.tagStart, pointer });
    }
  }

  #sequence(pointer: string): unknown[] {
    const items: unknown[] = [];
    while (!this.#closes()) items.push(this.#value(childPointer(pointer, items.length), null));
    return items;
  }

  #mapping(pointer: string): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    while (!this.#closes()) {
      const key = this.#key(pointer);
      const child = childPointer(pointer, key.text);
      if (Object.hasOwn(object, key.text)) {
        const message = `The key ${JSON.stringify(key.text)} stands twice in this mapping.`;
        this.#note("DOCUMENT_DUPLICATE_KEY", message, { offset: key.offset, pointer: child });
      }
      const value = this.#value(child, key.offset);
      if (key.text !== "__proto__") object[key.text] = value;
    }
    return object;
  }

  #key(pointer: string): { text: string; offset: number } {
    const event = this.#events[this.#next];
    const before = this.problems.length;
    const value = this.#value(KEY, null);
    const spot = this.spots.get(KEY);
    this.spots.delete(KEY);
    const offset = spot?.value ?? 0;
    const text = typeof value === "string" ? value : "?";
    if (event?.type !== EVENT_ID.SCALAR || typeof value !== "string") {
      if (before === this.problems.length) {
        this.#note("DOCUMENT_KEY_NOT_TEXT", "This key is no text.", { offset, pointer });
      }
    } else if (FORBIDDEN.has(text)) {
      this.#note("DOCUMENT_KEY_FORBIDDEN", `The key ${text} is not allowed.`, { offset, pointer });
    }
    return { text, offset };
  }

  #scalar(event: ScalarEvent, at: { pointer: string; offset: number }): unknown {
    const source = getScalarValue(this.#text, event);
    if (!source.isWellFormed())
      this.#note("DOCUMENT_SURROGATE", "The string holds half of a surrogate pair.", at);
    if (event.style !== SCALAR_STYLE.PLAIN) return source;
    const { value, tag } = CORE_SCHEMA.resolveImplicitScalarTag(source);
    if (typeof value === "number")
      this.#checkNumber(value, { ...at, isInteger: tag.tagName.endsWith(":int"), source });
    return value;
  }

  #checkNumber(
    value: number,
    at: { pointer: string; offset: number; isInteger: boolean; source: string },
  ): void {
    const shown = at.source.slice(0, 40);
    if (!Number.isFinite(value))
      this.#note("DOCUMENT_NUMBER_NOT_FINITE", `${shown} is no finite number.`, at);
    else if (at.isInteger && !isExact(value, at.source)) {
      this.#note("DOCUMENT_NUMBER_UNSAFE", `${shown} would be read as ${value}.`, at);
    }
  }

  #closes(): boolean {
    const event = this.#events[this.#next];
    if (event !== undefined && event.type !== EVENT_ID.POP) return false;
    this.#next += 1;
    return true;
  }

  /** Where a node begins: at its opening quote; an empty value stands where its key does. */
  #offset(event: NodeEvent, key: number | null): number {
    const start = event.type === EVENT_ID.SCALAR ? event.valueStart : event.start;
    if (start === NOWHERE) return key ?? this.#lastOffset;
    const quoted =
      event.type === EVENT_ID.SCALAR &&
      (event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED);
    this.#lastOffset = quoted ? start - 1 : start;
    return this.#lastOffset;
  }

  #note(code: ReasonCode, message: string, at: { offset: number; pointer: string }): void {
    if (this.problems.length >= MAX_PROBLEMS) return;
    const where = { file: this.#file, ...lineAndColumn(this.#text, at.offset), pointer: at.pointer };
    this.problems.push(problem(code, message, { where }));
  }
}
