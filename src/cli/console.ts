import { styleText } from "node:util";
import { formatPlace, gateError, GateError, type Problem } from "../errors.ts";
import { reasons } from "../domain/reasons/catalogue.ts";
import { isInterrupt, resultOfError } from "../host/exit-code.ts";
import { plainText } from "../report/escape.ts";
import { fitted } from "../report/layout.ts";

/** Where a command writes: text for people on stdout, or one JSON document; trouble always on stderr. */
export interface Console {
  readonly json: boolean;
  readonly color: boolean;
  readonly width: number;
  /** For people: lines that are wider than the terminal are broken. */
  text(text: string): void;
  /** Text of a format of its own, such as Markdown or SARIF: as it is. */
  document(text: string): void;
  data(value: unknown): void;
  note(text: string): void;
}

export interface ConsoleOptions {
  readonly json: boolean;
  readonly color: boolean;
}

/** The console of this process; colours only on a terminal that wants them. */
export function openConsole(options: ConsoleOptions): Console {
  const width = columnsOf(process.stdout, process.env);
  const document = (text: string): void =>
    void (options.json || process.stdout.write(text.endsWith("\n") ? text : `${text}\n`));
  return {
    json: options.json,
    color: options.color && process.stdout.isTTY && !process.env["NO_COLOR"],
    width,
    text: (text) => document(fitted(text, width)),
    document,
    data: (value) => void (options.json && process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)),
    note: writeError,
  };
}

const USUAL = 80;
/** Tables are not readable in less. */
const FEWEST = 60;

/** Columns to lay text out in: those of the terminal; where there is none COLUMNS; else 80. */
export function columnsOf(
  { columns }: { readonly columns?: number | undefined },
  { COLUMNS = "" }: Readonly<Record<string, string | undefined>>,
): number {
  const said = /^\d{1,4}$/.test(COLUMNS) ? Number(COLUMNS) : 0;
  return Math.max(FEWEST, columns || said || USUAL);
}

function writeError(text: string): void {
  process.stderr.write(`${fitted(text, columnsOf(process.stderr, process.env))}\n`);
}

/** One problem as people read it: place, code, what; then the remedy, indented. */
export function formatProblem(problem: Problem, color: boolean): string {
  const place = problem.where ? `${plainText(formatPlace(problem.where))}  ` : "";
  const code = color ? styleText("red", problem.code) : problem.code;
  return `${place}${code}  ${plainText(problem.message)}\n  ${plainText(problem.fix)}`;
}

/** Prints a refusal or a crash and returns the exit code: 1 no, 2 bad input, 3 broken, 130 interrupted. */
export function reportError(error: unknown, options: ConsoleOptions): number {
  if (isInterrupt(error)) {
    process.stderr.write("Interrupted: nothing was written.\n");
    return 130;
  }
  if (!(error instanceof GateError)) return reportCrash(error, options);
  if (options.json) process.stdout.write(`${JSON.stringify(errorDocument(error), null, 2)}\n`);
  const color = options.color && process.stderr.isTTY && !process.env["NO_COLOR"];
  for (const problem of error.problems) writeError(formatProblem(problem, color));
  writeError(`\nMore about a code: modelgate explain ${error.code}`);
  return error.exitCode;
}

/** A command line that cannot be read: told on stderr already, and here for whoever reads JSON. Returns 2. */
export function reportUsage(message: string, json: boolean): 2 {
  const error = gateError("HOST_ARGUMENT_INVALID", message.replace(/^error: /, ""));
  if (json) process.stdout.write(`${JSON.stringify(errorDocument(error), null, 2)}\n`);
  return 2;
}

function errorDocument(error: GateError): unknown {
  return { result: resultOfError(error), exit: error.exitCode, problems: error.problems };
}

function reportCrash(error: unknown, options: ConsoleOptions): number {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (options.json)
    process.stdout.write(`${JSON.stringify({ result: "error", exit: 3, crash: message }, null, 2)}\n`);
  process.stderr.write(`HOST_CRASHED  ${message}\n  ${reasons.HOST_CRASHED.fix}\n`);
  return 3;
}
