import type { Broken } from "../../domain/broken.ts";
import type { ApprovalFacts } from "../../domain/approvals.ts";
import type { Evidence, Subject } from "../../domain/evidence.ts";
import type { Ledger } from "../../domain/ledger.ts";
import type { LifecycleEvent, State } from "../../domain/lifecycle.ts";
import type { RevokedDependency } from "../../domain/revoked-dependency.ts";
import type { Verdict } from "../../domain/verdict.ts";
import type { PolicySet } from "../policy.ts";

/** What somebody asks the gate to allow. */
export interface GateRequest {
  readonly event: LifecycleEvent;
  readonly model: string;
  readonly version: string;
  /** Null for events that hold everywhere (REGISTER, RETIRE, REVOKE). */
  readonly environment: string | null;
  /** Traffic share of a canary, for example "5%". */
  readonly phase: string | null;
  readonly reason: string;
}

/** What the ledger's history says about the version in this environment. */
export interface History {
  /** Since when it holds each state that it holds now (ISO-8601 UTC); null when the history could not be read. */
  readonly since: Readonly<Partial<Record<State, string>>> | null;
  /** Earlier attempts for the same slot that were refused, newest first. */
  readonly refusedBefore: Verdict["refused_before"];
}

/** Requirements that another check of the same transition enforces, so that this one need not see them. */
export type EnforcedElsewhere = readonly ("approvals" | "streak")[];

/** Everything that a verdict depends on. The same input gives the same bytes. */
export interface EvaluateInput {
  readonly policies: PolicySet;
  readonly evidence: readonly Evidence[];
  readonly ledger: Ledger;
  readonly request: GateRequest;
  readonly subject: Subject;
  /** The version that serves production in the environment now; null when there is none. */
  readonly baseline: Subject | null;
  readonly history: History;
  readonly enforcedElsewhere: EnforcedElsewhere;
  /** What the forge knows about reviews of the change; without it approvals cannot be judged here. */
  readonly approvals?: ApprovalFacts;
  /** What the base commit holds and could not be used: the rules are those of earlier commits then. */
  readonly broken: readonly Broken[];
  /** What the request would bring to serve depends on these, and the base revokes them. */
  readonly revoked: readonly RevokedDependency[];
  readonly now: Date;
  readonly runId: string;
  readonly baseCommit: string;
}
