import type { LifecycleEvent, State } from "./lifecycle.ts";
import type { ObjectiveOutcome } from "./outcome.ts";

/** What each event does, in one sentence; docs/lifecycle.md has the whole table. */
export const EVENT_MEANINGS: Readonly<Record<LifecycleEvent, string>> = {
  REGISTER: "A version folder is merged: the version exists, and its bytes never change again.",
  PROMOTE_TO_SHADOW:
    "The version takes the shadow slot: it may be asked beside the live one, and serves nobody.",
  PROMOTE_TO_CANARY:
    "The version takes the canary slot in a phase, a traffic share of the environment, or moves to a later phase.",
  PROMOTE_TO_PRODUCTION: "The version goes live; the one before becomes the newest rollback target.",
  ROLLBACK:
    "A version that was live here before goes live again; the one that leaves was taken out for cause and is no target.",
  DISABLE: "Kill switch: the version keeps its slot and stops serving.",
  ENABLE: "The end of the kill switch, gated: the version serves again from the slot that it kept.",
  RETIRE: "A version that holds no slot ends for good and leaves the rollback targets.",
  REVOKE:
    "A version that must never serve leaves every slot and target at once; production falls back to the newest target.",
};

export const STATE_MEANINGS: Readonly<Record<State, string>> = {
  REGISTERED: "The version folder is merged; the version holds no slot.",
  SHADOW: "A slot of an environment: the version may be asked beside the live one, and serves nobody.",
  CANARY: "A slot of an environment: the version serves a share of the traffic, its phase.",
  PRODUCTION: "A slot of an environment: the version is live.",
  RETIRED: "Ended in every environment, for good; it can only be revoked.",
  REVOKED: "Must never serve again, anywhere.",
};

export const OUTCOME_MEANINGS: Readonly<Record<ObjectiveOutcome, string>> = {
  PASS: "Everything that was asked for is shown. May merge.",
  WARN: "A soft limit is missed, a failure does not block yet, or one is waived. May merge; the shortfall stays on record.",
  FAIL: "A hard limit is missed, or what would show that it is met is missing or broken. Must not merge.",
  INCONCLUSIVE:
    "It could not be told: too noisy, too few samples, a stopped run. Must not merge yet; measure again.",
  NOT_APPLICABLE:
    "The objective compares with a live version, and there is none; or the model has nothing to measure.",
  WAIVED:
    "An objective did not pass, and a waiver in policies/waivers.yaml accepts it; it weighs like a warning.",
};
