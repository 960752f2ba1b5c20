import type { Digest } from "../domain/digest.ts";
import {
  environmentState,
  type Ledger,
  modelState,
  stateOf,
  type Move,
  type Transition,
} from "../domain/ledger.ts";
import {
  type EnvironmentPhases,
  isRecordedEvent,
  type LifecycleEvent,
  SLOTS,
  TRANSITION_RULES,
} from "../domain/lifecycle.ts";
import { didYouMean } from "../domain/nearest-name.ts";
import { isModelId, isVersion, versionComplaint } from "../domain/model-ref.ts";
import { type Problem, problem, refuse } from "../errors.ts";
import { illegalMoves } from "./legality.ts";
import { noTarget } from "./moves.ts";

/** What somebody asks for; what they leave out (null) is found in the ledger where it can be told. */
export interface PlanRequest {
  readonly event: LifecycleEvent;
  readonly model: string;
  readonly version: string | null;
  readonly environment: string | null;
  readonly phase: string | null;
  readonly reason: string;
}

/** A transition before anybody judged it: what it would do, without digests of evidence and verdict. */
export interface PlannedTransition {
  readonly event: LifecycleEvent;
  readonly model: string;
  /** The version that the gate judges; for ROLLBACK the one that goes live again. */
  readonly version: string;
  readonly environment: string | null;
  readonly from: Transition["from"];
  readonly to: Transition["to"];
  readonly phase: string | null;
  readonly reason: string;
  /** The version that would lose its slot to this one. */
  readonly displaces: string | null;
  /** What the ledger knows the version's manifest as; null when it has never held a slot. */
  readonly knownManifest: Digest | null;
}

/**
 * Plans a transition on a ledger, before anything is measured.
 * Throws one GateError with every LEDGER_* reason that forbids it; that a REGISTERED version exists is not checked.
 */
export function planTransition(
  ledger: Ledger,
  request: PlanRequest,
  environments: readonly EnvironmentPhases[],
): PlannedTransition {
  refuse(requestProblems(ledger, request));
  const version = request.version ?? impliedVersion(ledger, request);
  refuse(version === undefined ? [missingVersion(ledger, request)] : []);
  const planned = plan(ledger, { ...request, version: version ?? "" });
  const { phase, knownManifest, ...rest } = planned;
  const move: Move = {
    ...rest,
    manifest_digest: knownManifest ?? UNKNOWN,
    ...(phase === null ? {} : { phase }),
  };
  refuse(illegalMoves(ledger, move, environments));
  return planned;
}

/** Stands for a manifest that the ledger does not know yet, so that nothing can differ from it. */
const UNKNOWN: Digest = `sha256:${"0".repeat(64)}`;

/** Events that can only follow others need a model that the ledger knows. */
const FIRST_EVENTS: readonly LifecycleEvent[] = ["REGISTER", "PROMOTE_TO_SHADOW", "RETIRE", "REVOKE"];

function requestProblems(ledger: Ledger, request: PlanRequest): Problem[] {
  const { event, model, version, reason } = request;
  const problems: Problem[] = [];
  if (!isModelId(model)) problems.push(problem("LEDGER_NAME_INVALID", `${show(model)} cannot be a model.`));
  if (version !== null && !isVersion(version)) {
    const complaint = versionComplaint(version);
    const message = `${show(version)} cannot be a version.${complaint ? ` ${complaint}` : ""}`;
    problems.push(problem("LEDGER_NAME_INVALID", message));
  }
  if (!Object.hasOwn(ledger.models, model) && !FIRST_EVENTS.includes(event)) {
    problems.push(unknownModel(ledger, request));
  }
  if (isRecordedEvent(event) && TRANSITION_RULES[event].reasoned && reason.trim() === "") {
    problems.push(problem("LEDGER_REASON_MISSING", `${event} needs a reason.`));
  }
  return problems;
}

/** A model that was never promoted, or a misspelt one: the ledger cannot tell which, so the remedy names both. */
function unknownModel(ledger: Ledger, { event, model, version, environment }: PlanRequest): Problem {
  const text = `No version of ${show(model)} was ever promoted, so there is nothing for ${event} to start from.`;
  const near = didYouMean(model, Object.keys(ledger.models));
  if (near !== "" || !isModelId(model))
    return problem("LEDGER_MODEL_UNKNOWN", text, near ? { fix: near } : {});
  const ref = `${model}@${version !== null && isVersion(version) ? version : "VERSION"}`;
  const fix = `A version enters with: modelgate promote ${ref} --to SHADOW --env ${named(environment)}. The names are in: modelgate status`;
  return problem("LEDGER_MODEL_UNKNOWN", text, { fix });
}

/** An environment as a command may name it: what is no such name is not put into a line that people copy. */
function named(environment: string | null): string {
  return environment !== null && /^[a-z0-9-]{1,32}$/.test(environment) ? environment : "ENV";
}

function show(name: string): string {
  return JSON.stringify(name.slice(0, 80));
}

/** ROLLBACK goes to the newest target; the kill switch is that of production. */
function impliedVersion(ledger: Ledger, request: PlanRequest): string | undefined {
  const { slots, rollback_targets } = environmentState(ledger, request.model, request.environment ?? "");
  if (request.event === "ROLLBACK") return rollback_targets[0]?.version;
  return request.event === "DISABLE" || request.event === "ENABLE" ? slots.PRODUCTION?.version : undefined;
}

function missingVersion(ledger: Ledger, { event, model, environment }: PlanRequest): Problem {
  const { slots } = environmentState(ledger, model, environment ?? "");
  if (event === "ROLLBACK" && slots.PRODUCTION) return noTarget({ model, environment }, slots.PRODUCTION);
  if (event === "ROLLBACK" || event === "DISABLE" || event === "ENABLE") {
    return problem(
      "LEDGER_NOTHING_LIVE",
      `No version of ${model} is in production in ${environment ?? "any environment"}.`,
    );
  }
  return problem("LEDGER_VERSION_NEEDED", `${event} needs a version of ${model}.`);
}

function plan(ledger: Ledger, request: PlanRequest & { version: string }): PlannedTransition {
  const { event, model, version, environment, phase, reason } = request;
  const rule = isRecordedEvent(event) ? TRANSITION_RULES[event] : undefined;
  const from = event === "ROLLBACK" ? "PRODUCTION" : stateOf(ledger, model, { version, environment });
  return {
    event,
    model,
    version,
    environment,
    from,
    phase,
    reason,
    to: rule?.to ?? from,
    displaces: displacedBy(ledger, request),
    knownManifest: knownManifest(ledger, model, version),
  };
}

function displacedBy(ledger: Ledger, { event, model, version, environment }: PlanRequest): string | null {
  const { slots } = environmentState(ledger, model, environment ?? "");
  const entered = SLOTS.find(
    (slot) => event === `PROMOTE_TO_${slot}` || (event === "ROLLBACK" && slot === "PRODUCTION"),
  );
  const holder = entered && slots[entered]?.version;
  return holder === undefined || holder === version ? null : holder;
}

/** What the ledger knows a version's manifest as; null when it has never held a slot. */
export function knownManifest(ledger: Ledger, model: string, version: string): Digest | null {
  const environments = Object.values(modelState(ledger, model).environments);
  const named = environments.flatMap((each) => [...Object.values(each.slots), ...each.rollback_targets]);
  return named.find((each) => each.version === version)?.manifest_digest ?? null;
}
