import { timestampOf } from "../domain/time.ts";

/** What a host settles when it starts, before it knows what the run is about. */
export interface RunStart {
  /** The clock, read once a run. */
  readonly now: Date;
  /** Eight hex digits that tell runs of one second apart. */
  readonly nonce: string;
  readonly seed: number;
}

/** What one run of the tool is: decided once and passed down. */
export interface RunContext {
  /** `{service}_{version}_{phase}_{YYYYMMDDTHHMMSSZ}_{8 hex}`. */
  readonly runId: string;
  /** The clock, read once a run. */
  readonly now: Date;
  readonly phase: string | null;
  readonly seed: number;
}

/** `{YYYYMMDDTHHMMSSZ}_{8 hex}`: what tells a run from every other. */
export function stampOf({ now, nonce }: RunStart): string {
  return `${timestampOf(now).replaceAll(/[-:]/g, "")}_${nonce}`;
}

/** The run of one version: `start` with its id, `{service}_{version}_{phase}_{YYYYMMDDTHHMMSSZ}_{8 hex}`. */
export function runOf(
  start: RunStart,
  about: { model: string; version: string; phase: string | null },
): RunContext {
  const phase = about.phase === null ? "none" : about.phase.replaceAll(/[^0-9a-z.]/gi, "");
  const runId = `${about.model}_${about.version}_${phase}_${stampOf(start)}`;
  return { runId, now: start.now, phase: about.phase, seed: start.seed };
}
