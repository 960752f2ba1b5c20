import type { Digest } from "./digest.ts";
import { type LifecycleEvent, type SlotName, SLOTS, type State } from "./lifecycle.ts";
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

/** The part of a transition that decides whether it is legal; the rest is the record of who, when and why. */
export type Move = Pick<
  Transition,
  "event" | "model" | "version" | "manifest_digest" | "environment" | "from" | "to" | "phase"
>;

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

/** Where the ledger lies in a repository. */
export const LEDGER_FILE = "deployed.json";

/** The version that holds production in an environment, or undefined when there is none. */
export function liveVersion(ledger: Ledger, model: string, environment: string): Slot | undefined {
  return environmentState(ledger, model, environment).slots.PRODUCTION;
}

const NO_MODEL: ModelState = { environments: {}, retired: {}, revoked: {} };
const NO_ENVIRONMENT: EnvironmentState = { slots: {}, rollback_targets: [] };

/** What the ledger holds about a model; empty when it has never heard of it. */
export function modelState(ledger: Ledger, model: string): ModelState {
  return ownEntry(ledger.models, model) ?? NO_MODEL;
}

/** What the ledger holds about a model in an environment; empty when it has never heard of it. */
export function environmentState(ledger: Ledger, model: string, environment: string): EnvironmentState {
  return ownEntry(modelState(ledger, model).environments, environment) ?? NO_ENVIRONMENT;
}

/** The slot that a version holds in an environment; it holds at most one. */
export function slotOf(state: EnvironmentState, version: string): SlotName | undefined {
  return SLOTS.find((name) => state.slots[name]?.version === version);
}

/**
 * The state of a version in an environment, or everywhere when that is null: then it is the slot nearest to users.
 * A version that the ledger does not know is REGISTERED; whether its folder exists is for others to check.
 */
export function stateOf(
  ledger: Ledger,
  model: string,
  of: { version: string; environment: string | null },
): State {
  const state = modelState(ledger, model);
  if (Object.hasOwn(state.revoked, of.version)) return "REVOKED";
  if (Object.hasOwn(state.retired, of.version)) return "RETIRED";
  const environments =
    of.environment === null
      ? Object.values(state.environments)
      : [environmentState(ledger, model, of.environment)];
  const held = environments.map((each) => slotOf(each, of.version));
  return SLOTS.findLast((slot) => held.includes(slot)) ?? "REGISTERED";
}

/** A record's own entry: names such as "constructor" are legal ids and must not find what objects inherit. */
export function ownEntry<V>(record: Readonly<Record<string, V>>, key: string): V | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
