import type { EngineFingerprint, RunnerFingerprint } from "../domain/evidence.ts";

export interface Clock {
  now(): Date;
}

export interface Machine {
  fingerprint(engine: EngineFingerprint | null): RunnerFingerprint;
  /** CPU time since boot over all cores; null where the system does not tell. Two readings give the share of steal. */
  cpuTicks(): { readonly steal: number; readonly total: number } | null;
}

/** What a long measurement tells its host; a bar on a terminal, plain lines elsewhere. */
export interface Progress {
  /** `done` of `total` steps of a named phase. */
  step(phase: string, done: number, total: number): void;
  end(): void;
}
