import { randomBytes } from "node:crypto";
import { formatRunId, type RunContext } from "../usecases/run-context.ts";

/** What a run is about, before it has a time and an id. */
export interface RunSubject {
  readonly id: string;
  readonly version: string;
  readonly phase: string | null;
  readonly seed: number;
}

/** Reads the clock, once for the whole run, and gives the run its id. */
export function startRun(subject: RunSubject): RunContext {
  const now = new Date();
  const { phase, seed } = subject;
  return { runId: formatRunId({ ...subject, now, nonce: randomBytes(4).toString("hex") }), now, phase, seed };
}
