import { gateError, type GateError } from "../errors.ts";

/** Who a commit says made it, and when. Claims of its maker: never identity, never time. */
export interface CommitPerson {
  /** `Name <email>`. */
  readonly who: string;
  /** Seconds since 1970 by the clock of its maker. */
  readonly seconds: number;
  /** `+hhmm` or `-hhmm`. */
  readonly zone: string;
}

/** The signature header of a commit: where it stands, and its text without the spaces that continue it. */
export interface SignatureHeader {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const PERSON = /^([^<>\0]* <[^<>\0]*>) (0|[1-9]\d{0,11}) ([+-]\d{4})$/;
const HEADER = /^[!-~]+/;

/** Reads the headers of a commit object in the one order in which git writes them; text and offsets are bytes (latin1). */
export class CommitHeaders {
  readonly #id: string;
  readonly #text: string;
  #at = 0;

  /** `text`: everything before the blank line, with the LF of the last header. */
  constructor(id: string, text: string) {
    this.#id = id;
    this.#text = text;
  }

  /** The value of the next header, when it is of this name. */
  optional(name: string): string | undefined {
    if (!this.#text.startsWith(`${name} `, this.#at)) return undefined;
    const end = this.#text.indexOf("\n", this.#at);
    const value = this.#text.slice(this.#at + name.length + 1, end);
    this.#at = end + 1;
    return value;
  }

  objectId(name: string): string {
    const value = this.optional(name);
    if (value === undefined) throw this.malformed(`there is no ${name} where git writes it`);
    return this.#checkedId(value);
  }

  parents(): string[] {
    const parents = [];
    for (let id = this.optional("parent"); id !== undefined; id = this.optional("parent")) {
      parents.push(this.#checkedId(id));
    }
    return parents;
  }

  person(role: "author" | "committer"): CommitPerson {
    const [, who, seconds, zone] = PERSON.exec(this.optional(role) ?? "") ?? [];
    if (who === undefined || zone === undefined) throw this.malformed(`there is no readable ${role}`);
    return { who, seconds: Number(seconds), zone };
  }

  /** A header that goes on in lines with a space before them. */
  signature(name: string): SignatureHeader | undefined {
    const start = this.#at;
    const first = this.optional(name);
    if (first === undefined) return undefined;
    const body = this.#at;
    while (this.#text[this.#at] === " ") this.#at = this.#text.indexOf("\n", this.#at) + 1;
    const more = this.#text.slice(body, this.#at).replaceAll("\n ", "\n").slice(1);
    return { text: more === "" ? `${first}\n` : `${first}\n${more}`, start, end: this.#at };
  }

  end(): void {
    if (this.#at === this.#text.length) return;
    const name = HEADER.exec(this.#text.slice(this.#at, this.#at + 64))?.[0] ?? "";
    if (KNOWN.has(name)) throw this.malformed(`the header ${name} is out of order`);
    throw gateError(
      "COMMIT_SIGNATURE_MALLEABLE",
      `The commit ${this.#id} has a header that is not accepted: ${JSON.stringify(name)}.`,
    );
  }

  malformed(how: string): GateError {
    return gateError("COMMIT_MALFORMED", `The commit ${this.#id} is malformed: ${how}.`);
  }

  #checkedId(value: string): string {
    if (value.length === this.#id.length && /^[0-9a-f]+$/.test(value)) return value;
    throw this.malformed("it names an object by something that is no id");
  }
}

const KNOWN: ReadonlySet<string> = new Set(["tree", "parent", "author", "committer", "encoding"]);
