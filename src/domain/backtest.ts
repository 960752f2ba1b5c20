import type { LifecycleEvent } from "./lifecycle.ts";
import type { Outcome } from "./outcome.ts";

/** A decision of the past: a promotion that was merged, or an attempt that was refused and kept. */
export interface PastDecision {
  readonly kind: "promotion" | "refusal";
  readonly event: LifecycleEvent;
  readonly model: string;
  readonly version: string;
  readonly environment: string | null;
  readonly run_id: string;
  /** ISO-8601 UTC. */
  readonly decided_at: string;
  /** What was decided then. */
  readonly decided: Outcome;
}

/** One rule that decides a flip. */
export interface FlipCause {
  readonly policy: string;
  /** Objective, requirement or refusal. */
  readonly id: string;
  /** In the metric's unit; null for what is no metric. */
  readonly value: number | null;
  /** The limit under the policies of the base and under those of the head; null where there is none. */
  readonly old: string | null;
  readonly new: string | null;
  /** One sentence that says why, with the numbers. */
  readonly says: string;
}

/** A past decision that comes out otherwise under the changed policies. */
export interface Flip extends PastDecision {
  /** Under the policies of the base, and under those of the head. */
  readonly before: Outcome;
  readonly after: Outcome;
  /** The slot that the version still holds by this decision; null when it does not. */
  readonly live: string | null;
  readonly because: readonly FlipCause[];
}

/** A past decision that stored evidence does not judge. */
export interface NotRejudged extends PastDecision {
  readonly code: string;
  readonly says: string;
  /** As of a flip: nobody may learn that a live version was not looked at by chance. */
  readonly live: string | null;
}

/** What changed policies make of the past. Approvals and streaks are not in the evidence and are left as they were. */
export interface Backtest {
  readonly base: string;
  readonly head: string;
  /** Decisions that were judged again. */
  readonly promotions: number;
  readonly refusals: number;
  readonly flips: readonly Flip[];
  readonly not_rejudged: readonly NotRejudged[];
  /** Older decisions that were not looked at, because there are too many. */
  readonly left_out: number;
  /** Records of refusals that could not be read or fetched, one sentence each. */
  readonly problems: readonly string[];
}
