import { type Ledger, modelState, type Move, ownEntry, stateOf, type Transition } from "../domain/ledger.ts";
import {
  type EnvironmentPhases,
  isRecordedEvent,
  isWayOut,
  type State,
  TRANSITION_RULES,
  type TransitionRule,
} from "../domain/lifecycle.ts";
import { mayMerge } from "../domain/outcome.ts";
import { type Problem, problem } from "../errors.ts";
import { moveProblems } from "./moves.ts";

/** Everything that forbids a transition on a ledger; empty when it is legal. `environments` are those of the base commit. */
export function illegalities(
  ledger: Ledger,
  transition: Transition,
  environments: readonly EnvironmentPhases[],
): Problem[] {
  return [...recordProblems(transition), ...illegalMoves(ledger, transition, environments)];
}

/** The same without the record, for a plan that nobody has judged yet. */
export function illegalMoves(
  ledger: Ledger,
  move: Move,
  environments: readonly EnvironmentPhases[],
): Problem[] {
  if (!isRecordedEvent(move.event)) {
    return [problem("LEDGER_EVENT_NOT_RECORDED", `${move.event} is not a transition of the ledger.`)];
  }
  const rule = TRANSITION_RULES[move.event];
  const known = [...environments.map(({ name }) => name), ...environmentsOfWayOut(ledger, move)];
  const scope = [...scopeProblems(rule, move, known), ...phaseProblems(move, environments)];
  return scope.length > 0 ? scope : stateProblems(ledger, move, { rule, environments });
}

function recordProblems(transition: Transition): Problem[] {
  const rule = isRecordedEvent(transition.event) ? TRANSITION_RULES[transition.event] : undefined;
  const silent = rule?.reasoned === true && transition.reason.trim() === "";
  const refused = !mayMerge(transition.verdict);
  return [
    ...(silent ? [problem("LEDGER_REASON_MISSING", `${transition.event} needs a reason.`)] : []),
    ...(refused ? [problem("LEDGER_VERDICT_REFUSED", `The verdict is ${transition.verdict}.`)] : []),
  ];
}

/** Where a version is, it can be taken away: an environment that was renamed or removed holds nobody there. */
function environmentsOfWayOut(ledger: Ledger, { event, model }: Move): readonly string[] {
  return isWayOut(event) ? Object.keys(modelState(ledger, model).environments) : [];
}

function scopeProblems(rule: TransitionRule, move: Move, environments: readonly string[]): Problem[] {
  const { environment, event } = move;
  if (rule.scope === "everywhere") {
    if (environment === null) return [];
    return [
      problem("LEDGER_ENVIRONMENT_NOT_ALLOWED", `${event} holds everywhere, not only in ${environment}.`),
    ];
  }
  if (environment === null) return [problem("LEDGER_ENVIRONMENT_NEEDED", `${event} needs an environment.`)];
  if (environments.includes(environment)) return [];
  const known = environments.join(", ") || "none";
  return [
    problem(
      "LEDGER_ENVIRONMENT_UNKNOWN",
      `There is no environment ${JSON.stringify(environment.slice(0, 80))}; there are: ${known}.`,
    ),
  ];
}

function phaseProblems(move: Move, environments: readonly EnvironmentPhases[]): Problem[] {
  if (move.event !== "PROMOTE_TO_CANARY") {
    if (move.phase === undefined) return [];
    return [problem("LEDGER_PHASE_NOT_ALLOWED", `${move.event} has no phase, but ${move.phase} was given.`)];
  }
  const phases = environments.find(({ name }) => name === move.environment)?.canaryPhases ?? [];
  if (move.phase !== undefined && phases.includes(move.phase)) return [];
  const given = move.phase === undefined ? "No phase was given" : `There is no phase ${move.phase}`;
  return [
    problem(
      "LEDGER_PHASE_UNKNOWN",
      `${given}; phases in ${move.environment}: ${phases.join(", ") || "none"}.`,
    ),
  ];
}

function stateProblems(
  ledger: Ledger,
  move: Move,
  by: { rule: TransitionRule; environments: readonly EnvironmentPhases[] },
): Problem[] {
  const actual = stateOf(ledger, move.model, move);
  const terminal = terminalProblems(ledger, move, actual);
  if (terminal.length > 0) return terminal;
  const problems = [...moveProblems(ledger, { move, actual, ...by }), ...manifestProblems(ledger, move)];
  return problems.length > 0 ? problems : claimProblems(move, actual, by.rule);
}

/** RETIRED and REVOKED hold for ever; only REVOKE still moves a retired version. */
function terminalProblems(ledger: Ledger, move: Move, actual: State): Problem[] {
  const { retired, revoked } = modelState(ledger, move.model);
  const name = `${move.model} ${move.version}`;
  if (actual === "REVOKED") {
    return [problem("LEDGER_REVOKED", `${name} is revoked: ${ownEntry(revoked, move.version) ?? ""}`)];
  }
  if (actual !== "RETIRED" || move.event === "REVOKE") return [];
  return [problem("LEDGER_RETIRED", `${name} is retired: ${ownEntry(retired, move.version) ?? ""}`)];
}

/** A version is immutable: wherever the ledger names it, its manifest is the same. */
function manifestProblems(ledger: Ledger, move: Move): Problem[] {
  const environments = Object.values(modelState(ledger, move.model).environments);
  const named = environments.flatMap((each) => [...Object.values(each.slots), ...each.rollback_targets]);
  const other = named.find(
    (each) => each.version === move.version && each.manifest_digest !== move.manifest_digest,
  );
  if (!other) return [];
  const text = `The ledger knows ${move.model} ${move.version} as ${other.manifest_digest}, not ${move.manifest_digest}.`;
  return [problem("LEDGER_MANIFEST_CHANGED", text)];
}

/** `from` and `to` repeat what follows from the ledger, so that a reader of one revision sees it; they must be true. */
function claimProblems(move: Move, actual: State, rule: TransitionRule): Problem[] {
  const from = move.event === "ROLLBACK" ? "PRODUCTION" : actual;
  const to = rule.to ?? from;
  const claim = `${move.event} of ${move.model} ${move.version}`;
  return [
    ...(move.from === from
      ? []
      : [problem("LEDGER_FROM_WRONG", `${claim} comes from ${from}, not from ${move.from}.`)]),
    ...(move.to === to ? [] : [problem("LEDGER_TO_WRONG", `${claim} leads to ${to}, not to ${move.to}.`)]),
  ];
}
