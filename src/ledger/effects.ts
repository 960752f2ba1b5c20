import {
  environmentState,
  type EnvironmentState,
  type Ledger,
  type ModelState,
  modelState,
  type RollbackTarget,
  type Slot,
  slotOf,
  type Transition,
} from "../domain/ledger.ts";
import type { SlotName } from "../domain/lifecycle.ts";

/** As many rollback targets as the schema of the ledger holds; the oldest fall off. */
const MOST_TARGETS = 256;

/** The part of a transition that changes where versions are. */
export type Effective = Pick<
  Transition,
  "event" | "model" | "version" | "manifest_digest" | "environment" | "phase" | "reason"
>;

/**
 * Where the versions of a model are after a legal transition; its chain is as it was. The rules of docs/lifecycle.md, one
 * function an event.
 */
export function effectOn(ledger: Ledger, transition: Effective): ModelState {
  return modelAfter(ledger, modelState(ledger, transition.model), transition);
}

function modelAfter(ledger: Ledger, before: ModelState, transition: Effective): ModelState {
  const { event, model, version, environment, reason } = transition;
  if (event === "RETIRE") {
    return {
      ...everywhere(before, (state) => withoutTarget(state, version)),
      retired: { ...before.retired, [version]: reason },
    };
  }
  if (event === "REVOKE") {
    const { [version]: _retired, ...retired } = before.retired;
    return {
      ...everywhere(before, (state) => withoutVersion(state, version)),
      retired,
      revoked: { ...before.revoked, [version]: reason },
    };
  }
  const name = environment ?? "";
  const after = environmentAfter(environmentState(ledger, model, name), transition);
  return { ...before, environments: { ...before.environments, [name]: after } };
}

function environmentAfter(state: EnvironmentState, transition: Effective): EnvironmentState {
  switch (transition.event) {
    case "PROMOTE_TO_SHADOW":
      return enter(state, "SHADOW", transition);
    case "PROMOTE_TO_CANARY":
      return enter(state, "CANARY", transition);
    case "PROMOTE_TO_PRODUCTION":
      return displace(enter(state, "PRODUCTION", transition), state.slots.PRODUCTION);
    case "ROLLBACK":
      return enter(state, "PRODUCTION", transition);
    case "DISABLE":
      return serve(state, transition.version, false);
    case "ENABLE":
      return serve(state, transition.version, true);
    case "REGISTER":
    case "RETIRE":
    case "REVOKE":
      return state;
  }
}

/** The version leaves the slot that it held and takes the new one, serving; who was there becomes REGISTERED. */
function enter(
  state: EnvironmentState,
  name: SlotName,
  { version, manifest_digest, phase }: Pick<Effective, "version" | "manifest_digest" | "phase">,
): EnvironmentState {
  const slot: Slot = { version, manifest_digest, serving: true, ...(phase === undefined ? {} : { phase }) };
  const { slots } = withoutSlot(state, version);
  const entered = { ...state, slots: { ...slots, [name]: slot } };
  // What is live is nothing to roll back to; a target that goes through SHADOW again stays one.
  return name === "PRODUCTION" ? withoutTarget(entered, version) : entered;
}

/** A version that production passes on from is the first one to roll back to. */
function displace(state: EnvironmentState, displaced: Slot | undefined): EnvironmentState {
  if (!displaced) return state;
  const target: RollbackTarget = { version: displaced.version, manifest_digest: displaced.manifest_digest };
  const others = withoutTarget(state, displaced.version).rollback_targets;
  return { ...state, rollback_targets: [target, ...others].slice(0, MOST_TARGETS) };
}

function serve(state: EnvironmentState, version: string, serving: boolean): EnvironmentState {
  const name = slotOf(state, version);
  const slot = name && state.slots[name];
  return slot ? { ...state, slots: { ...state.slots, [name]: { ...slot, serving } } } : state;
}

/** A revoked version leaves slot and targets; production falls back to the newest target, with the switch as it was. */
function withoutVersion(state: EnvironmentState, version: string): EnvironmentState {
  const production = state.slots.PRODUCTION;
  const rest = withoutTarget(withoutSlot(state, version), version);
  const fallback = rest.rollback_targets[0];
  if (production?.version !== version || !fallback) return rest;
  const fallen = enter(rest, "PRODUCTION", fallback);
  return production.serving ? fallen : serve(fallen, fallback.version, false);
}

function withoutSlot(state: EnvironmentState, version: string): EnvironmentState {
  const kept = Object.entries(state.slots).filter(([, slot]) => slot.version !== version);
  return { ...state, slots: Object.fromEntries(kept) };
}

function withoutTarget(state: EnvironmentState, version: string): EnvironmentState {
  return {
    ...state,
    rollback_targets: state.rollback_targets.filter((target) => target.version !== version),
  };
}

function everywhere(model: ModelState, change: (state: EnvironmentState) => EnvironmentState): ModelState {
  const changed = Object.entries(model.environments).map(([name, state]) => [name, change(state)] as const);
  return { ...model, environments: Object.fromEntries(changed) };
}
