import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync } from "node:fs";
import { GateError } from "../../errors.ts";
import type { ObjectDigest } from "../../ports/git-objects.ts";
import { AnswerStream, type Found, type GitObject, type Question } from "./answer-stream.ts";
import { gitEnvironment } from "./environment.ts";
import { gitFailure, gitNotStarted } from "./failures.ts";
import type { GitPlace } from "./run.ts";

export type { GitObject } from "./answer-stream.ts";

interface Request extends Question {
  readonly resolve: (object: Found) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Reads any number of objects through one `git cat-file --batch`, started with the first question. It never keeps
 * the host alive. Answers are undefined for names that name nothing.
 */
export class ObjectReader {
  readonly #place: GitPlace;
  readonly #waiting: Request[] = [];
  #child: ChildProcessWithoutNullStreams | undefined;
  #answer = this.#newStream();
  #outbox = "";

  constructor(place: GitPlace) {
    this.#place = place;
  }

  /** GIT_TOO_LARGE over 64 MiB, GIT_OBJECT_CORRUPT. */
  read(query: string): Promise<GitObject | undefined> {
    return this.#ask(query, true) as Promise<GitObject | undefined>;
  }

  /** What the bytes of an object of any size come to. GIT_OBJECT_CORRUPT. */
  digest(query: string): Promise<ObjectDigest | undefined> {
    return this.#ask(query, false) as Promise<ObjectDigest | undefined>;
  }

  #ask(query: string, whole: boolean): Promise<Found> {
    if (/[\n\r\0]/.test(query) || query.length > 4096) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ query, whole, resolve, reject });
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

  #newStream(): AnswerStream {
    return new AnswerStream(() => this.#waiting[0]);
  }

  #spawn(): ChildProcessWithoutNullStreams {
    const child = spawn("git", ["cat-file", "--batch"], {
      cwd: this.#place.cwd,
      env: gitEnvironment(this.#place.env),
    });
    let stderr = "";
    this.#answer = this.#newStream();
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
      if (answer instanceof GateError) request?.reject(answer);
      else request?.resolve(answer);
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
