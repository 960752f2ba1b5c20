import type { Outcome } from "./outcome.ts";
import type { Verdict } from "./verdict.ts";

/** An attempt on the same model that was refused before, as people are told of it. */
export interface EarlierAttempt {
  readonly version: string;
  readonly outcome: Outcome;
  /** What stood in the way. */
  readonly objectives: readonly string[];
  /** ISO-8601 UTC; empty where the record cannot be read. */
  readonly decided_at: string;
  /** The commit that brought the record. */
  readonly commit: string;
}

/** A limit that asks for less than it did when an attempt was refused. */
export interface LoosenedSince {
  readonly policy: string;
  /** The objective and what of it, for example `onnx-parity hard`. */
  readonly what: string;
  readonly from: string;
  /** Null: it is not asked for any more. */
  readonly to: string | null;
  /** The commit of the base's line that did it; null where that could not be found. */
  readonly commit: string | null;
}

/**
 * What a report tells about earlier attempts, besides the verdict's `refused_before`. It is read from records outside of the
 * base, so that nothing is judged by it and no verdict depends on it (docs/adr/0013-refusals-on-a-ref.md).
 */
export interface Attempts {
  /** Which attempt on this transition of the model this is, as far as is known; 1 is the first. */
  readonly number: number;
  /** Attempts on the same transition, newest first. */
  readonly earlier: readonly EarlierAttempt[];
  readonly loosened: readonly LoosenedSince[];
  /** Refusals of the model that a merged verdict remembers and that no record here tells. */
  readonly gone: Verdict["refused_before"];
  /** Records that were too many to read. */
  readonly unread: number;
  /** Why records could not be read or fetched, sentences; empty when all is well. */
  readonly problems: readonly string[];
}
