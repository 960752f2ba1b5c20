import { environmentState, type Ledger, modelState, type Move, type Slot } from "../domain/ledger.ts";
import {
  type EnvironmentPhases,
  type SlotName,
  SLOTS,
  type State,
  type TransitionRule,
} from "../domain/lifecycle.ts";
import { reasons } from "../domain/reasons/catalogue.ts";
import { type Problem, problem } from "../errors.ts";
import type { RequestedMove } from "../domain/request-text.ts";
import { commandFor } from "./command.ts";

interface Situation {
  readonly move: Move;
  /** The version's state now; neither RETIRED nor REVOKED unless the event is REVOKE. */
  readonly actual: State;
  readonly rule: TransitionRule;
  readonly environments: readonly EnvironmentPhases[];
}

/** What the states and slots say against a move, event by event. */
export function moveProblems(ledger: Ledger, situation: Situation): Problem[] {
  const { event } = situation.move;
  switch (event) {
    case "PROMOTE_TO_SHADOW":
    case "PROMOTE_TO_CANARY":
    case "PROMOTE_TO_PRODUCTION":
      return promotionProblems(ledger, situation);
    case "ROLLBACK":
      return rollbackProblems(ledger, situation.move);
    case "DISABLE":
    case "ENABLE":
      return switchProblems(ledger, situation);
    case "RETIRE":
      return situation.actual === "REGISTERED" ? [] : [stillDeployed(ledger, situation.move)];
    case "REGISTER":
    case "REVOKE":
      return [];
  }
}

function promotionProblems(ledger: Ledger, situation: Situation): Problem[] {
  const { move, actual, rule } = situation;
  const { slots } = environmentState(ledger, move.model, move.environment ?? "");
  const own = isSlot(actual) ? slots[actual] : undefined;
  if (actual === rule.to && actual !== "CANARY") {
    return [problem("LEDGER_SLOT_HELD", `${place(move)} is already ${actual}.`)];
  }
  if (!rule.from.includes(actual)) return [wrongStart(situation)];
  if (own?.serving === false) {
    const fix = `Turn it on again first: ${commandFor({ ...move, event: "ENABLE", phase: null })}`;
    return [problem("LEDGER_SLOT_DISABLED", `${place(move)} is disabled in its slot ${actual}.`, { fix })];
  }
  if (move.event !== "PROMOTE_TO_CANARY") return [];
  return own && actual === "CANARY" ? phaseOrder(situation, own) : canaryLock(move, slots.CANARY);
}

/** The version is locked for the whole canary; a canary that was given up (disabled) may be displaced. */
function canaryLock(move: Move, holder: Slot | undefined): Problem[] {
  if (!holder?.serving) return [];
  const phase = holder.phase === undefined ? "" : ` at ${holder.phase}`;
  const off = { ...move, event: "DISABLE", version: holder.version, phase: null } as const;
  return [
    problem(
      "LEDGER_CANARY_LOCKED",
      `${move.model} ${holder.version} is the canary in ${move.environment}${phase}.`,
      { fix: `Promote that version, or give its canary up: ${commandFor(off)}` },
    ),
  ];
}

function phaseOrder(situation: Situation, slot: Slot): Problem[] {
  const { move, environments } = situation;
  const phases = environments.find(({ name }) => name === move.environment)?.canaryPhases ?? [];
  const [now, next] = [phases.indexOf(slot.phase ?? ""), phases.indexOf(move.phase ?? "")];
  if (next > now) return [];
  if (next === now)
    return [problem("LEDGER_SLOT_HELD", `${place(move)} is already CANARY at ${slot.phase}.`)];
  return [
    problem(
      "LEDGER_PHASE_ORDER",
      `${place(move)} is at ${slot.phase}; ${move.phase} comes earlier in ${phases.join(", ")}.`,
    ),
  ];
}

const RANK: Readonly<Record<State, number>> = {
  REGISTERED: 0,
  SHADOW: 1,
  CANARY: 2,
  PRODUCTION: 3,
  RETIRED: 4,
  REVOKED: 4,
};

function wrongStart(situation: Situation): Problem {
  const { move, actual, rule } = situation;
  const first = rule.from[0] ?? "REGISTERED";
  const text = `${place(move)} is ${actual}; ${move.event} starts from ${rule.from.join(" or ")}.`;
  if (RANK[actual] >= RANK[first]) return problem("LEDGER_STATE_WRONG", text);
  const fix = `${reasons.LEDGER_STAGE_SKIPPED.fix} Next is: ${commandFor(nextStep(situation))}`;
  return problem("LEDGER_STAGE_SKIPPED", text, { fix });
}

/** The promotion that a version takes first from where it is. */
function nextStep({ move, actual, environments }: Situation): RequestedMove {
  const { model, version, environment } = move;
  if (actual === "REGISTERED") {
    return { event: "PROMOTE_TO_SHADOW", model, version, environment, phase: null };
  }
  const phases = environments.find(({ name }) => name === environment)?.canaryPhases ?? [];
  return { event: "PROMOTE_TO_CANARY", model, version, environment, phase: phases[0] ?? null };
}

function rollbackProblems(ledger: Ledger, move: Move): Problem[] {
  const state = environmentState(ledger, move.model, move.environment ?? "");
  const live = state.slots.PRODUCTION;
  const targets = state.rollback_targets.map(({ version }) => version);
  const here = `${move.model} in ${move.environment}`;
  if (!live)
    return [
      problem("LEDGER_NOTHING_LIVE", `No version of ${move.model} is in production in ${move.environment}.`),
    ];
  if (targets.length === 0) return [noTarget(move, live)];
  if (targets.includes(move.version)) return [];
  return [
    problem(
      "LEDGER_NOT_A_TARGET",
      `${move.version} is no rollback target of ${here}; there are: ${targets.join(", ")}.`,
    ),
  ];
}

/** Nothing to roll back to: the live version can be turned off, and that is said in full. */
export function noTarget(
  { model, environment }: { readonly model: string; readonly environment: string | null },
  live: Pick<Slot, "version">,
): Problem {
  const off = { event: "DISABLE", model, version: live.version, environment, phase: null } as const;
  const text = `There is no earlier version of ${model} in ${environment ?? "any environment"} to roll back to.`;
  const fix = `Turn the live version off with: ${commandFor(off)}; then promote a mended one.`;
  return problem("LEDGER_NO_TARGET", text, { fix });
}

function switchProblems(ledger: Ledger, { move, actual }: Situation): Problem[] {
  const { slots } = environmentState(ledger, move.model, move.environment ?? "");
  const slot = isSlot(actual) ? slots[actual] : undefined;
  if (!slot) return [problem("LEDGER_NO_SLOT", `${place(move)} holds no slot.`)];
  if (slot.serving === (move.event === "DISABLE")) return [];
  return slot.serving
    ? [problem("LEDGER_ALREADY_SERVING", `${place(move)} serves already.`)]
    : [problem("LEDGER_ALREADY_DISABLED", `${place(move)} is disabled already.`)];
}

function stillDeployed(ledger: Ledger, move: Move): Problem {
  const held = Object.entries(modelState(ledger, move.model).environments).flatMap(([environment, state]) =>
    SLOTS.filter((slot) => state.slots[slot]?.version === move.version).map(
      (slot) => `${slot} in ${environment}`,
    ),
  );
  return problem("LEDGER_STILL_DEPLOYED", `${move.model} ${move.version} is ${held.join(" and ")}.`);
}

function isSlot(state: State): state is SlotName {
  return (SLOTS as readonly string[]).includes(state);
}

function place(move: Move): string {
  return `${move.model} ${move.version} in ${move.environment}`;
}
