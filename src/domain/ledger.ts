import type { Digest } from "./digest.ts";
import type { LifecycleEvent, SlotName, State } from "./lifecycle.ts";
import type { Outcome } from "./outcome.ts";

/** A version that holds a slot. `phase` is the traffic share of a canary, for example "5%". */
export interface Slot {
  readonly version: string;
  readonly manifest_digest: Digest;
  readonly serving: boolean;
  readonly phase?: string;
}

export interface EnvironmentState {
  readonly slots: Readonly<Partial<Record<SlotName, Slot>>>;
  /** Versions that passed in production here, the most recent first. */
  readonly rollback_targets: readonly RollbackTarget[];
}

export interface RollbackTarget {
  readonly version: string;
  readonly manifest_digest: Digest;
}

export interface ModelState {
  readonly environments: Readonly<Record<string, EnvironmentState>>;
  /** version -> why. */
  readonly retired: Readonly<Record<string, string>>;
  readonly revoked: Readonly<Record<string, string>>;
}

/** What made a revision. `environment` is null for events that hold everywhere (RETIRE, REVOKE). */
export interface Transition {
  readonly event: LifecycleEvent;
  readonly model: string;
  readonly version: string;
  readonly manifest_digest: Digest;
  readonly environment: string | null;
  readonly from: State;
  readonly to: State;
  readonly phase?: string;
  readonly reason: string;
  readonly requested_by: string;
  readonly run_id: string;
  /** ISO-8601 UTC with seconds. */
  readonly decided_at: string;
  readonly policy_digest: Digest;
  readonly evidence_digest: Digest;
  readonly verdict: Outcome;
}

/** `deployed.json`: which version is where, and the transition that made it so. */
export interface Ledger {
  readonly schema_version: "modelgate/deployed/v1";
  /** +1 per transition; 0 has no transition and no previous. */
  readonly revision: number;
  /** SHA-256 of the bytes of the revision before. */
  readonly previous: Digest | null;
  readonly models: Readonly<Record<string, ModelState>>;
  readonly transition: Transition | null;
}

/** The version that serves production in an environment, or undefined when there is none. */
export function liveVersion(ledger: Ledger, model: string, environment: string): Slot | undefined {
  const states = Object.hasOwn(ledger.models, model) ? ledger.models[model] : undefined;
  if (!states || !Object.hasOwn(states.environments, environment)) return undefined;
  return states.environments[environment]?.slots.PRODUCTION;
}
