import type { Broken } from "./broken.ts";
import type { Digest } from "./digest.ts";
import type { Interval, RunnerFingerprint, Subject } from "./evidence.ts";
import type { LifecycleEvent } from "./lifecycle.ts";
import type { ObjectiveOutcome, Outcome } from "./outcome.ts";

/** One objective: what was seen, what was wanted, and why it came out so. */
export interface ObjectiveVerdict {
  readonly id: string;
  /** Heading that objectives share, for people. */
  readonly group: string | null;
  /** 1-based line of the objective in the policy file. */
  readonly line: number;
  readonly metric: string;
  /** Short name and unit for the table, from the metric catalogue. */
  readonly title: string;
  readonly unit: string;
  readonly outcome: ObjectiveOutcome;
  /** Reason code; null when it simply passed. */
  readonly reason: string | null;
  /** One sentence that says why, with the numbers. */
  readonly says: string;
  readonly value: number | null;
  readonly interval: Interval | null;
  readonly baseline: number | null;
  readonly samples: number;
  readonly hard: string | null;
  readonly soft: string | null;
  readonly judge: "point" | "interval";
  readonly weight: number;
  readonly why: string;
  readonly fix: string;
  readonly waiver: WaiverUse | null;
}

export interface WaiverUse {
  readonly id: string;
  readonly reason: string;
  readonly owner: string;
  readonly expires: string;
  /** What the outcome would have been without it. */
  readonly instead_of: Outcome;
}

/** A requirement that is no metric: soak, streak, approvals, freshness. */
export interface RequirementVerdict {
  readonly id: string;
  readonly outcome: ObjectiveOutcome;
  /** Reason code; null when it simply passed. */
  readonly reason: string | null;
  readonly says: string;
  readonly fix: string;
}

export interface PolicyVerdict {
  readonly policy: string;
  readonly version: number;
  /** File of the policy, relative to the repository's root. */
  readonly path: string;
  /** SHA-256 of that file's bytes. */
  readonly digest: Digest;
  readonly outcome: Outcome;
  readonly requirements: readonly RequirementVerdict[];
  readonly objectives: readonly ObjectiveVerdict[];
  /** Weighted share of passed objectives, 0 to 1, when the policy asks for a score. */
  readonly score: { readonly value: number; readonly limit: string; readonly outcome: Outcome } | null;
}

/** The verdict tree. A pure function of policies, evidence, ledger and time: the same inputs give the same bytes. */
export interface Verdict {
  readonly schema_version: "modelgate/verdict/v1";
  readonly run_id: string;
  readonly event: LifecycleEvent;
  readonly environment: string | null;
  readonly canary_phase: string | null;
  readonly subject: Subject;
  readonly baseline: Subject | null;
  /** What the base commit holds and could not be used, of a way out; left out when there is nothing. */
  readonly broken?: readonly Broken[];
  readonly decided_at: string;
  readonly outcome: Outcome;
  readonly policy_digest: Digest;
  readonly base_commit: string;
  readonly runner: RunnerFingerprint | null;
  readonly policies: readonly PolicyVerdict[];
  /** Things that forbid the transition outright (illegal state, no policy matched …). */
  readonly refusals: readonly RequirementVerdict[];
  /** Findings of the evidence (a claim that does not hold …). */
  readonly findings: readonly {
    readonly code: string;
    readonly message: string;
    readonly file: string | null;
  }[];
  /** Earlier attempts that were refused, newest first. */
  readonly refused_before: readonly { readonly version: string; readonly objectives: readonly string[] }[];
}
