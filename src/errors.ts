import { reasons, type ReasonCode } from "./domain/reasons/catalogue.ts";

/** A place in a file: 1-based line and column where known, and the JSON pointer of the value. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly pointer?: string;
}

/** One thing that is wrong: what, where, and how to mend it. */
export interface Problem {
  readonly code: ReasonCode;
  readonly message: string;
  readonly where?: Place;
  readonly fix: string;
}

/** `file:line:column`, as far as it is known; editors and terminals make it a link. */
export function formatPlace(place: Place): string {
  if (place.line === undefined) return place.pointer ? `${place.file}#${place.pointer}` : place.file;
  return `${place.file}:${place.line}:${place.column ?? 1}`;
}

/** Builds a problem; the remedy defaults to the one in the catalogue of reason codes. */
export function problem(
  code: ReasonCode,
  message: string,
  more: { where?: Place; fix?: string } = {},
): Problem {
  const fix = more.fix ?? reasons[code].fix;
  return more.where ? { code, message, where: more.where, fix } : { code, message, fix };
}

/**
 * Refusal with every problem found, never only the first.
 * `code` is that of the first problem; `exitCode` the worst of all (1 the gate says no, 2 bad input, 3 broken).
 */
export class GateError extends Error {
  readonly problems: readonly [Problem, ...Problem[]];

  constructor(problems: readonly [Problem, ...Problem[]], options?: ErrorOptions) {
    super(problems.map((p) => `${p.code}: ${p.message}`).join("\n"), options);
    this.name = "GateError";
    this.problems = problems;
  }

  get code(): ReasonCode {
    return this.problems[0].code;
  }

  get exitCode(): 1 | 2 | 3 {
    return this.problems.map((p) => reasons[p.code].exit).reduce((a, b) => (b > a ? b : a));
  }
}

/** The error for a single problem. */
export function gateError(
  code: ReasonCode,
  message: string,
  more: { where?: Place; fix?: string; cause?: unknown } = {},
): GateError {
  return new GateError([problem(code, message, more)], more.cause === undefined ? {} : { cause: more.cause });
}

/** Throws one `GateError` that holds all problems, or returns when there are none. */
export function refuse(problems: readonly Problem[]): void {
  const [first, ...rest] = problems;
  if (first) throw new GateError([first, ...rest]);
}

/** What was read, or the refusal as a value, so that reading goes on elsewhere. Anything else that is thrown goes on. */
export function tried<T>(read: () => Promise<T>): Promise<T | GateError>;
export function tried<T>(read: () => T): T | GateError;
export function tried<T>(read: () => T | Promise<T>): T | GateError | Promise<T | GateError> {
  return attempt(read, (refusal) => refusal);
}

/** What was read, or something else in place of a refusal. Anything else that is thrown goes on. */
export function triedOr<T, E>(otherwise: E, read: () => Promise<T>): Promise<T | E>;
export function triedOr<T, E>(otherwise: E, read: () => T): T | E;
export function triedOr<T, E>(otherwise: E, read: () => T | Promise<T>): T | E | Promise<T | E> {
  return attempt(read, () => otherwise);
}

function attempt<T, E>(
  read: () => T | Promise<T>,
  instead: (refusal: GateError) => E,
): T | E | Promise<T | E> {
  const refused = (error: unknown): E => {
    if (error instanceof GateError) return instead(error);
    throw error;
  };
  try {
    const found = read();
    return found instanceof Promise ? found.catch(refused) : found;
  } catch (error) {
    return refused(error);
  }
}
