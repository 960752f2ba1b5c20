import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { hash } from "node:crypto";
import { existsSync } from "node:fs";
import { gateError } from "../../errors.ts";
import { gitEnvironment } from "./environment.ts";
import { gitFailure, gitNotStarted, printable } from "./failures.ts";
import type { GitPlace } from "./run.ts";

export interface GitObject {
  readonly id: string;
  readonly type: string;
  readonly bytes: Buffer;
}

interface Request {
  readonly query: string;
  readonly resolve: (object: GitObject | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** Larger objects are drained and refused, never held in memory. */
const OBJECT_LIMIT = 64 * 1024 * 1024;

/**
 * Reads any number of objects through one `git cat-file --batch`, started with the first question. It never keeps
 * the host alive. Answers are undefined for names that name nothing.
 */
export class ObjectReader {
  readonly #place: GitPlace;
  readonly #waiting: Request[] = [];
  #child: ChildProcessWithoutNullStreams | undefined;
  #answer = new AnswerStream();
  #outbox = "";

  constructor(place: GitPlace) {
    this.#place = place;
  }

  read(query: string): Promise<GitObject | undefined> {
    if (/[\n\r\0]/.test(query) || query.length > 4096) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ query, resolve, reject });
      this.#send((this.#child ??= this.#spawn()), `${query}\n`);
    });
  }

  /** What is asked within one turn of the event loop goes out in one piece. */
  #send(child: ChildProcessWithoutNullStreams, line: string): void {
    if (this.#waiting.length === 1) hold(child, true);
    if (this.#outbox === "") {
      setImmediate(() => {
        const lines = this.#outbox;
        this.#outbox = "";
        child.stdin.write(lines);
      });
    }
    this.#outbox += line;
  }

  /** Starts git before the first question, so that its start overlaps with other work. */
  start(): void {
    hold((this.#child ??= this.#spawn()), this.#waiting.length > 0);
  }

  /** Ends git when nothing will be asked. */
  stop(): void {
    this.#child?.kill();
  }

  #spawn(): ChildProcessWithoutNullStreams {
    const child = spawn("git", ["cat-file", "--batch"], {
      cwd: this.#place.cwd,
      env: gitEnvironment(this.#place.env),
    });
    let stderr = "";
    this.#answer = new AnswerStream();
    child.stdin.on("error", () => {});
    child.stderr.on(
      "data",
      (bytes: Buffer) => (stderr = `${stderr}${bytes.toString("utf8")}`.slice(0, 4096)),
    );
    child.stdout.on("data", (bytes: Buffer) => this.#take(bytes));
    child.on("error", (cause) =>
      this.#fail(gitNotStarted(cause, existsSync(this.#place.cwd), this.#place.cwd)),
    );
    child.on("close", (exit, signal) => this.#fail(gitFailure({ args: ["cat-file"], exit, signal, stderr })));
    return child;
  }

  #take(bytes: Buffer): void {
    for (const answer of this.#answer.push(bytes)) {
      const request = this.#waiting.shift();
      if (!request) continue;
      try {
        request.resolve(checked(request.query, answer));
      } catch (error) {
        request.reject(error as Error);
      }
    }
    if (this.#child && this.#waiting.length === 0) hold(this.#child, false);
  }

  #fail(error: Error): void {
    this.#child = undefined;
    this.#outbox = "";
    for (const request of this.#waiting.splice(0)) request.reject(error);
  }
}

/** An idle reader must not keep the process alive, a busy one must. */
function hold(child: ChildProcessWithoutNullStreams, busy: boolean): void {
  for (const part of [child, child.stdin, child.stdout, child.stderr] as {
    ref?: () => void;
    unref?: () => void;
  }[]) {
    if (busy) part.ref?.();
    else part.unref?.();
  }
}

interface Answer {
  readonly header: string;
  readonly size: number;
  /** The object as its id is computed over it: `<type> <size>NUL` and its bytes. Undefined where there is none, or too much. */
  readonly whole: Buffer | undefined;
}

/** Cuts the byte stream of `cat-file --batch` into answers: a header line, and for objects the bytes and one LF. */
class AnswerStream {
  #pending: Buffer[] = [];
  #length = 0;
  #open: { header: string; size: number; left: number } | undefined;

  *push(bytes: Buffer): Generator<Answer> {
    this.#pending.push(bytes);
    this.#length += bytes.length;
    for (;;) {
      const answer = this.#open ? this.#body(this.#open) : this.#header();
      if (answer === "more") return;
      if (answer) yield answer;
    }
  }

  #header(): Answer | "more" | undefined {
    const all = this.#all();
    const end = all.indexOf(10);
    if (end < 0) return "more";
    const header = all.subarray(0, end).toString("utf8");
    this.#keep(all.subarray(end + 1));
    const size = /^[0-9a-f]{40,64} [a-z]+ (\d+)$/.exec(header)?.[1];
    if (size === undefined) return { header, size: 0, whole: undefined };
    this.#open = { header, size: Number(size), left: Number(size) + 1 };
    return undefined;
  }

  #body(open: { header: string; size: number; left: number }): Answer | "more" {
    if (open.size > OBJECT_LIMIT && this.#length < open.left) {
      open.left -= this.#length;
      this.#keep(Buffer.alloc(0));
      return "more";
    }
    if (this.#length < open.left) return "more";
    const all = this.#all();
    this.#keep(all.subarray(open.left));
    this.#open = undefined;
    const whole = open.size > OBJECT_LIMIT ? undefined : wholeObject(open, all);
    return { header: open.header, size: open.size, whole };
  }

  #all(): Buffer {
    const all = this.#pending.length === 1 ? (this.#pending[0] as Buffer) : Buffer.concat(this.#pending);
    this.#pending = [all];
    return all;
  }

  #keep(rest: Buffer): void {
    this.#pending = [rest];
    this.#length = rest.length;
  }
}

/** A copy: what was read is shared with other objects, and would stay as long as this one. */
function wholeObject({ header, size }: { header: string; size: number }, bytes: Buffer): Buffer {
  const start = header.slice(header.indexOf(" ") + 1);
  const whole = Buffer.allocUnsafe(start.length + 1 + size);
  whole.write(start, "latin1");
  whole[start.length] = 0;
  bytes.copy(whole, start.length + 1, 0, size);
  return whole;
}

/** git does not compare the bytes that it hands out with their id, so we do. */
function checked(query: string, answer: Answer): GitObject | undefined {
  const [id = "", type = ""] = answer.header.split(" ");
  if (answer.size > OBJECT_LIMIT) {
    throw gateError(
      "GIT_TOO_LARGE",
      `${printable(query)} has ${answer.size} bytes; the limit is ${OBJECT_LIMIT}.`,
    );
  }
  if (answer.whole === undefined) return undefined;
  const algorithm = id.length === 40 ? "sha1" : "sha256";
  const real = hash(algorithm, answer.whole);
  if (real !== id) throw gateError("GIT_OBJECT_CORRUPT", `The bytes of object ${id} have the id ${real}.`);
  return { id, type, bytes: answer.whole.subarray(answer.whole.length - answer.size) };
}
