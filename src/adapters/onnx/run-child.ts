import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { GateError, gateError } from "../../errors.ts";
import type { ReasonCode } from "../../domain/reasons/catalogue.ts";
import type { RunLimits } from "../../ports/engine.ts";
import { encodeFrame, type Frame } from "./child/protocol.ts";
import { FAILURES, type FailureCode } from "./child/failure.ts";
import { FrameReader } from "./frame-reader.ts";
import { printable } from "./printable.ts";
import { residentMiB } from "./resident-memory.ts";

/** What to start: a program, the engine's native binding, and what bounds it. */
export interface ChildOptions {
  readonly entry: string;
  readonly binding: string;
  readonly limits: RunLimits;
  readonly signal: AbortSignal | undefined;
}

const MIB = 2 ** 20;
const STDERR_KEPT = 4096;
const POLL_MS = 25;

/**
 * A child process that runs a model: no environment, no standard output, a process group of its own that is killed as
 * one, and limits on time, memory and output that the parent enforces. It must be asked or stopped.
 */
export class ModelProcess {
  readonly #options: ChildOptions;
  readonly #child: ChildProcess;
  readonly #frames = new FrameReader();
  readonly #settled = Promise.withResolvers<Frame>();
  readonly #cleanup: (() => void)[] = [];
  #onFrame: (frame: Frame) => void = () => undefined;
  readonly #timer: NodeJS.Timeout;
  #isReady = false;
  #answered = 0;
  #stderr = "";

  constructor(options: ChildOptions) {
    this.#options = options;
    this.#child = spawnChild(options);
    this.#settled.promise.catch(() => undefined);
    this.#timer = setTimeout(() => this.#timeOut(), options.limits.timeoutMs);
    this.#listen();
    this.#bound();
  }

  /**
   * Sends the request, hands every frame but the first and the last to `onFrame`, and resolves with the `done` frame.
   * An error that `onFrame` throws ends the process and comes out here.
   */
  async ask(request: Frame, onFrame: (frame: Frame) => void): Promise<Frame> {
    this.#onFrame = onFrame;
    for (const piece of encodeFrame(request)) this.#child.stdin?.write(piece);
    this.#child.stdin?.end();
    return this.#settled.promise;
  }

  /** Lets the limits of time and output begin anew: what comes next is a run of its own. */
  renew(): void {
    if (this.#cleanup.length === 0) return;
    this.#answered = 0;
    this.#timer.refresh();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Kills the process group and lets go of everything; safe to call twice. */
  stop(): void {
    for (const undo of this.#cleanup.splice(0)) undo();
    killGroup(this.#child);
  }

  #listen(): void {
    const child = this.#child;
    // The child may die with the request half read: what became of it is told by its exit.
    child.stdin?.on("error", () => undefined);
    child.stderr?.on(
      "data",
      (chunk: Buffer) => (this.#stderr = (this.#stderr + chunk.toString("utf8")).slice(-STDERR_KEPT)),
    );
    child.stdio[3]?.on("data", (chunk: Buffer) => this.#receive(chunk));
    child.on("error", (error) =>
      this.#fail("ENGINE_BROKEN", `The child process did not start: ${error.message}`),
    );
    child.on("close", (code, signal) => this.#died(signal ?? `exit code ${code}`));
  }

  #bound(): void {
    const { signal } = this.#options;
    const timer = this.#timer;
    const poll = setInterval(() => this.#weigh(), POLL_MS);
    const kill = () => killGroup(this.#child);
    const abort = () => this.#fail("ENGINE_INTERRUPTED", "The run was stopped.");
    // Its own process group does not get the terminal's Ctrl-C: nothing may outlive this process.
    process.once("exit", kill);
    signal?.addEventListener("abort", abort, { once: true });
    this.#cleanup.push(
      () => clearTimeout(timer),
      () => clearInterval(poll),
      () => process.off("exit", kill),
      () => signal?.removeEventListener("abort", abort),
    );
    if (signal?.aborted) abort();
  }

  #timeOut(): void {
    const { timeoutMs } = this.#options.limits;
    if (this.#isReady) this.#fail("MODEL_TIMEOUT", `It was killed after ${timeoutMs} ms.`);
    else this.#fail("ENGINE_BROKEN", `The engine did not start within ${timeoutMs} ms.`);
  }

  #weigh(): void {
    const { memoryMiB } = this.#options.limits;
    const resident = residentMiB(this.#child.pid);
    if (resident > memoryMiB)
      this.#fail("MODEL_MEMORY", `It held ${Math.round(resident)} MiB, over ${memoryMiB}, and was killed.`);
  }

  #receive(chunk: Buffer): void {
    const { outputMiB } = this.#options.limits;
    this.#answered += chunk.length;
    // Headers come on top of the data.
    if (this.#answered > (outputMiB + 1) * 1.25 * MIB) {
      this.#fail("MODEL_OUTPUT_TOO_LARGE", `The outputs are over ${outputMiB} MiB.`);
      return;
    }
    try {
      for (const frame of this.#frames.push(chunk)) this.#take(frame);
    } catch (error) {
      if (error instanceof GateError) this.#settle(error);
      else this.#fail("MODEL_CRASHED", "The process gave an answer that is none.");
    }
  }

  #take(frame: Frame): void {
    const { kind } = frame.header;
    if (kind === "ready") this.#isReady = true;
    else if (kind === "failed") this.#refused(frame);
    else if (kind === "done") this.#finished(frame);
    else this.#onFrame(frame);
  }

  #finished(frame: Frame): void {
    const peakMiB = Number(frame.header["peakKiB"]) / 1024;
    const { memoryMiB } = this.#options.limits;
    if (peakMiB > memoryMiB)
      return this.#fail("MODEL_MEMORY", `It held ${Math.round(peakMiB)} MiB at its peak, over ${memoryMiB}.`);
    this.#settled.resolve(frame);
    this.stop();
  }

  #refused(frame: Frame): void {
    const code = FAILURES.find((known) => known === frame.header["code"]) ?? "MODEL_CRASHED";
    this.#fail(code, printable(String(frame.header["message"])));
  }

  #died(how: string): void {
    const noise = this.#stderr.trim() === "" ? "" : ` It said: ${printable(this.#stderr.trim().slice(-500))}`;
    if (this.#isReady) this.#fail("MODEL_CRASHED", `The process died (${how}).${noise}`);
    else this.#fail("ENGINE_BROKEN", `The engine died while it was starting (${how}).${noise}`);
  }

  #fail(code: FailureCode | ReasonCode, message: string): void {
    this.#settle(gateError(code, message));
  }

  #settle(error: unknown): void {
    this.#settled.reject(error);
    this.stop();
  }
}

function spawnChild(options: ChildOptions): ChildProcess {
  const args = [process.execPath, options.entry, options.binding];
  const [command, ...rest] = existsSync("/bin/sh") ? [...bounded(options.limits), ...args] : args;
  return spawn(command ?? process.execPath, rest, {
    env: environment(),
    stdio: ["pipe", "ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
    windowsHide: true,
  });
}

/** Runs of one child that have the time limit each (`renew`): the first, and two more. */
const MOST_RUNS = 3;

/** No core files; and a limit on CPU time, which ends a child whose parent was killed before it could kill it. */
function bounded(limits: RunLimits): string[] {
  const seconds = Math.ceil(limits.timeoutMs / 1000) * (MOST_RUNS + 1) + 5;
  return ["/bin/sh", "-c", 'ulimit -c 0; ulimit -t "$0"; exec "$@"', String(seconds)];
}

/** Nothing of our environment is for a model to see; Windows cannot start a process without its root. */
function environment(): NodeJS.ProcessEnv {
  const { SystemRoot } = process.env;
  return process.platform === "win32" && SystemRoot !== undefined ? { SystemRoot } : {};
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // It is gone already.
    child.kill("SIGKILL");
  }
}
