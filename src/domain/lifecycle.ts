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

export function isLifecycleEvent(text: string): text is LifecycleEvent {
  return (EVENTS as readonly string[]).includes(text);
}
