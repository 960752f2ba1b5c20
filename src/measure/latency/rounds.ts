import { type Calibration, type Noise, noiseOf } from "../noise.ts";
import type { ColdStart, ProcessTimes } from "./samples.ts";

/** What one turn of fresh processes measured: each model alone, then both together. */
export interface Round {
  readonly cold: { readonly candidate: ColdStart; readonly live: ColdStart | null };
  readonly times: ProcessTimes;
  readonly stealShare: number | null;
}

export interface Selection {
  readonly kept: readonly Round[];
  /** Rounds that ran, kept or not. */
  readonly ran: number;
  /** Of the kept rounds. */
  readonly noise: Noise;
}

/** Fewer quiet rounds than this do not speak for a model. */
const MIN_QUIET = 3;

export function enoughQuiet(rounds: readonly Round[], wanted: number): boolean {
  return rounds.filter(isQuiet).length >= wanted;
}

/**
 * The quiet rounds if there are at least three (or as many as were wanted), else all of them, and then the run is noisy.
 * The calibration loop alone decides: no round is ever dropped for its latencies.
 */
export function selectRounds(rounds: readonly Round[], wanted: number): Selection {
  const quiet = rounds.filter(isQuiet);
  const kept = quiet.length >= Math.min(MIN_QUIET, wanted) ? quiet : rounds;
  return { kept, ran: rounds.length, noise: noiseOf(kept.map(calibrationOf)) };
}

function isQuiet(round: Round): boolean {
  return !noiseOf([calibrationOf(round)]).noisy;
}

function calibrationOf({ times, stealShare }: Round): Calibration {
  return { times: times.calibration, stealShare };
}
