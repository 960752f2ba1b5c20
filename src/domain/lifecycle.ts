/** States of a model version. SHADOW, CANARY and PRODUCTION are slots of an environment; the others hold everywhere. */
export const STATES = ["REGISTERED", "SHADOW", "CANARY", "PRODUCTION", "RETIRED", "REVOKED"] as const;
export type State = (typeof STATES)[number];

export const SLOTS = ["SHADOW", "CANARY", "PRODUCTION"] as const;
export type SlotName = (typeof SLOTS)[number];

export const EVENTS = [
  "REGISTER",
  "PROMOTE_TO_SHADOW",
  "PROMOTE_TO_CANARY",
  "PROMOTE_TO_PRODUCTION",
  "ROLLBACK",
  "DISABLE",
  "ENABLE",
  "RETIRE",
  "REVOKE",
] as const;
export type LifecycleEvent = (typeof EVENTS)[number];

/** What the lifecycle machine needs to know of an environment: its name and its canary phases, rising. */
export interface EnvironmentPhases {
  readonly name: string;
  readonly canaryPhases: readonly string[];
}

/**
 * Which way an event goes. forward: a version gets a new slot. on: it serves again. back: an earlier version serves again.
 * out: a version stops serving, or can serve no more. `back` and `out` are the way out: it works when all else is broken.
 */
export type Direction = "forward" | "on" | "back" | "out";

/**
 * One row of the table of legal transitions (docs/lifecycle.md). `to` is null when the state stays as it is.
 * `scope`: in one environment, or everywhere. `reasoned`: a reason must be given.
 */
export interface TransitionRule {
  readonly from: readonly State[];
  readonly to: State | null;
  readonly scope: "environment" | "everywhere";
  readonly reasoned: boolean;
  readonly direction: Direction;
}

export type RecordedEvent = Exclude<LifecycleEvent, "REGISTER">;

/** Legal transitions. REGISTER is no transition of the ledger: it is the merge of a version folder. */
export const TRANSITION_RULES: Readonly<Record<RecordedEvent, TransitionRule>> = {
  PROMOTE_TO_SHADOW: {
    from: ["REGISTERED"],
    to: "SHADOW",
    scope: "environment",
    reasoned: false,
    direction: "forward",
  },
  PROMOTE_TO_CANARY: {
    from: ["SHADOW", "CANARY"],
    to: "CANARY",
    scope: "environment",
    reasoned: false,
    direction: "forward",
  },
  PROMOTE_TO_PRODUCTION: {
    from: ["CANARY"],
    to: "PRODUCTION",
    scope: "environment",
    reasoned: false,
    direction: "forward",
  },
  ROLLBACK: {
    from: ["PRODUCTION"],
    to: "REGISTERED",
    scope: "environment",
    reasoned: true,
    direction: "back",
  },
  DISABLE: { from: SLOTS, to: null, scope: "environment", reasoned: true, direction: "out" },
  ENABLE: { from: SLOTS, to: null, scope: "environment", reasoned: true, direction: "on" },
  RETIRE: { from: ["REGISTERED"], to: "RETIRED", scope: "everywhere", reasoned: true, direction: "out" },
  REVOKE: {
    from: ["REGISTERED", ...SLOTS, "RETIRED"],
    to: "REVOKED",
    scope: "everywhere",
    reasoned: true,
    direction: "out",
  },
};

export function isRecordedEvent(event: LifecycleEvent): event is RecordedEvent {
  return event !== "REGISTER";
}

/** The way an event goes; REGISTER goes forward. */
export function directionOf(event: LifecycleEvent): Direction {
  return isRecordedEvent(event) ? TRANSITION_RULES[event].direction : "forward";
}

/** DISABLE, RETIRE, REVOKE: a version stops serving, or can serve no more. They need none of its bytes. */
export function takesAway(event: LifecycleEvent): boolean {
  return directionOf(event) === "out";
}

/** The same and ROLLBACK: what works when something governed is broken. */
export function isWayOut(event: LifecycleEvent): boolean {
  return takesAway(event) || directionOf(event) === "back";
}

/** The event that brings a version into a slot. */
export const SLOT_EVENT = {
  SHADOW: "PROMOTE_TO_SHADOW",
  CANARY: "PROMOTE_TO_CANARY",
  PRODUCTION: "PROMOTE_TO_PRODUCTION",
} as const satisfies Readonly<Record<SlotName, LifecycleEvent>>;
