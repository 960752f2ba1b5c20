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

/** One model: its state, and the chain of transitions that made it. Nothing here depends on another model. */
export interface ModelState {
  readonly environments: Readonly<Record<string, EnvironmentState>>;
  /** SHA-256 of the canonical JSON of the model's state before the last transition; null only before the first one. */
  readonly previous: Digest | null;
  /** version -> why. */
  readonly retired: Readonly<Record<string, string>>;
  /** Number of transitions of this model; deployed.json lists no model that had none. */
  readonly revision: number;
  readonly revoked: Readonly<Record<string, string>>;
  /** The last transition; null only before the first one. */
  readonly transition: Transition | null;
}

/** What made a revision of a model. `environment` is null for events that hold everywhere (RETIRE, REVOKE). */
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

/** `deployed.json`: which version is where, and the transition of each model that made it so. */
export interface Ledger {
  readonly schema_version: "modelgate/deployed/v1";
  readonly models: Readonly<Record<string, ModelState>>;
}

/** Where the ledger lies in a repository. */
export const LEDGER_FILE = "deployed.json";

/** The version that holds production in an environment, or undefined when there is none. */
export function liveVersion(ledger: Ledger, model: string, environment: string): Slot | undefined {
  return environmentState(ledger, model, environment).slots.PRODUCTION;
}

const NO_MODEL: ModelState = {
  environments: {},
  previous: null,
  retired: {},
  revision: 0,
  revoked: {},
  transition: null,
};
const NO_ENVIRONMENT: EnvironmentState = { slots: {}, rollback_targets: [] };

/** What the ledger holds about a model; revision 0 when it had no transition yet. */
export function modelState(ledger: Ledger, model: string): ModelState {
  return ownEntry(ledger.models, model) ?? NO_MODEL;
}

/** What the ledger holds about a model in an environment; empty when it was never there. */
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

/** Number of transitions that made a ledger, of all its models. */
export function transitionCount({ models }: Ledger): number {
  return Object.values(models).reduce((sum, { revision }) => sum + revision, 0);
}

/** A record's own entry: names such as "constructor" are legal ids and must not find what objects inherit. */
export function ownEntry<V>(record: Readonly<Record<string, V>>, key: string): V | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
