import { mayMerge, type Outcome } from "../domain/outcome.ts";
import { GateError } from "../errors.ts";

/** 0 pass or warn, 1 the gate says no, 2 bad usage or bad input, 3 the tool or the runner broke, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 130;

/** What a later step of a workflow can branch on. `error`: nothing was judged, because input or tool were broken. */
export type Result = "pass" | "warn" | "fail" | "inconclusive" | "error";

export function exitCodeOfOutcome(outcome: Outcome): 0 | 1 {
  return mayMerge(outcome) ? 0 : 1;
}

/** A refusal knows its own code; an abort is an interrupt; anything else is a defect of the tool. */
export function exitCodeOfError(error: unknown): 1 | 2 | 3 | 130 {
  if (isInterrupt(error)) return 130;
  return error instanceof GateError ? error.exitCode : 3;
}

export function resultOfOutcome(outcome: Outcome): Result {
  switch (outcome) {
    case "PASS":
      return "pass";
    case "WARN":
      return "warn";
    case "FAIL":
      return "fail";
    case "INCONCLUSIVE":
      return "inconclusive";
  }
}

/** A refusal of the gate is an answer, `fail`; everything else means that no answer was found. */
export function resultOfError(error: unknown): Result {
  return exitCodeOfError(error) === 1 ? "fail" : "error";
}

const INTERRUPTED: ReadonlySet<string> = new Set(["ENGINE_INTERRUPTED", "GIT_INTERRUPTED"]);

/** Whether an error says that somebody stopped the run, or that it stopped a child of the run. */
export function isInterrupt(error: unknown): boolean {
  if (error instanceof GateError) return INTERRUPTED.has(error.code);
  return error instanceof Error && error.name === "AbortError";
}
