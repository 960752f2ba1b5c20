import { styleText } from "node:util";
import { createLogUpdate } from "log-update";
import type { Progress } from "../ports/machine.ts";

export type ProgressStyle = "bar" | "lines" | "silent";

/** Where progress is shown: a stream for people, never the one that carries the answer. */
interface ProgressStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProgressOptions {
  readonly style: ProgressStyle;
  readonly stream: ProgressStream;
  readonly color: boolean;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
  /** Milliseconds of a measurement before plain lines begin. */
  readonly quietMs?: number;
}

/** A bar on a terminal, lines in CI and in files, nothing beside JSON. */
export function progressStyle(of: { json: boolean; isTTY: boolean; ci: boolean }): ProgressStyle {
  if (of.json) return "silent";
  return of.isTTY && !of.ci ? "bar" : "lines";
}

/** Progress of this process on stderr; `color: false` or NO_COLOR leaves colours out. */
export function openProgress(of: { json: boolean; color: boolean }): Progress {
  const stream: ProgressStream = process.stderr;
  const isTTY = stream.isTTY === true;
  const style = progressStyle({ json: of.json, isTTY, ci: Boolean(process.env["CI"]) });
  const color = of.color && isTTY && !process.env["NO_COLOR"];
  // A workflow that is run again "with debug logging" wants every line.
  const quietMs = process.env["RUNNER_DEBUG"] === "1" ? 0 : QUIET_MS;
  return createProgress({ style, stream, color, now: () => performance.now(), quietMs });
}

export function createProgress(options: ProgressOptions): Progress {
  switch (options.style) {
    case "bar":
      return barProgress(options);
    case "lines":
      return lineProgress(options);
    case "silent":
      return { step: () => {}, end: () => {} };
  }
}

function barProgress({ stream, color, now }: ProgressOptions): Progress {
  const update = createLogUpdate(stream);
  const timer = phaseTimer(now);
  return {
    step: (phase, done, total) => {
      const step = { phase, done, total, msLeft: timer(phase, done, total) };
      update(formatBar(step, { color, columns: stream.columns }));
    },
    end: () => update.clear(),
  };
}

const LINE_EVERY_PERCENT = 25;
/** Measurements shorter than this say nothing: their report is there before anybody wonders. */
const QUIET_MS = 2000;

function lineProgress({ stream, now, quietMs = QUIET_MS }: ProgressOptions): Progress {
  const timer = phaseTimer(now);
  let current: { phase: string; start: number; quarter: number } | undefined;
  const step = (phase: string, done: number, total: number): void => {
    const msLeft = timer(phase, done, total);
    if (phase !== current?.phase) current = { phase, start: now(), quarter: 0 };
    const quarter = Math.floor(percentOf(done, total) / LINE_EVERY_PERCENT);
    if (quarter <= current.quarter || now() - current.start < quietMs) return;
    current.quarter = quarter;
    stream.write(`${formatLine({ phase, done, total, msLeft })}\n`);
  };
  return { step, end: () => void (current = undefined) };
}

interface Step {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  /** Undefined while nothing is done yet. */
  readonly msLeft: number | undefined;
}

const BAR_WIDTH = 24;
const SHORTEST_BAR = 8;
/** The longest that follows a bar: `  100 of 100  100 %  59 min 59 s left`. */
const AFTER_BAR = 37;

interface BarLook {
  readonly color: boolean;
  /** Of the terminal. */
  readonly columns?: number | undefined;
}

/** `benchmark  ██████░░░░░░  12 of 24   50 %  8 s left`; of one length through a phase, shorter where it would not fit on a line. */
export function formatBar(step: Step, { color, columns = Infinity }: BarLook): string {
  const room = columns - step.phase.length - "  ".length - AFTER_BAR;
  const width = Math.min(BAR_WIDTH, Math.max(SHORTEST_BAR, room));
  const filled = Math.round((percentOf(step.done, step.total) / 100) * width);
  const bar = "█".repeat(filled);
  const rest = "░".repeat(width - filled);
  const shown = color
    ? styleText("cyan", bar, { validateStream: false }) + styleText("dim", rest, { validateStream: false })
    : bar + rest;
  return `${step.phase}  ${shown}  ${formatCount(step)}`;
}

/** `benchmark: 12 of 24   50 %  8 s left`. */
function formatLine(step: Step): string {
  return `${step.phase}: ${formatCount(step)}`;
}

function formatCount({ done, total, msLeft }: Step): string {
  const percent = String(Math.floor(percentOf(done, total))).padStart(3);
  const left = msLeft === undefined || done >= total ? "" : `  ${formatDuration(msLeft)} left`;
  return `${done} of ${total}  ${percent} %${left}`;
}

/** `8 s`, `2 min 5 s`, `1 h 4 min`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

function percentOf(done: number, total: number): number {
  return total > 0 ? Math.min(100, (100 * done) / total) : 100;
}

/** Time left of a phase, as long as what was done took; a new phase starts a new clock. */
function phaseTimer(now: () => number): (phase: string, done: number, total: number) => number | undefined {
  let current: { phase: string; start: number; from: number } | undefined;
  return (phase, done, total) => {
    if (current?.phase !== phase) current = { phase, start: now(), from: done };
    const progressed = done - current.from;
    return progressed > 0 ? ((now() - current.start) / progressed) * (total - done) : undefined;
  };
}
