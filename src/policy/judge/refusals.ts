import type { Evidence } from "../../domain/evidence.ts";
import { directionOf } from "../../domain/lifecycle.ts";
import type { Ledger } from "../../domain/ledger.ts";
import type { RequirementVerdict } from "../../domain/verdict.ts";
import { holdsEverywhere, matchesModel } from "../match.ts";
import type { Environment, GatePolicy } from "../policy.ts";
import { isSameSubject } from "./measurements.ts";
import type { EvaluateInput, GateRequest } from "./request.ts";
import { blocked } from "./requirements.ts";

/** What forbids the transition whatever the objectives say. */
export function findRefusals(
  input: EvaluateInput,
  matching: readonly GatePolicy[],
): readonly RequirementVerdict[] {
  return [
    ...(matching.length === 0 ? [noPolicy(input.request)] : []),
    ...refuseSubject(input),
    ...input.evidence
      .filter((item) => !isSameSubject(item.subject, input.subject))
      .map((item) => foreign(item, input)),
    ...refuseEnvironment(input),
    ...input.revoked.map(({ id, reason, says }) => blocked(id, reason, says)),
  ].sort((a, b) => (`${a.id} ${a.says}` < `${b.id} ${b.says}` ? -1 : 1));
}

function noPolicy({ event, environment, model }: GateRequest): RequirementVerdict {
  const where = environment === null ? "" : ` in ${environment}`;
  return blocked("policy", "POLICY_NONE_MATCHES", `No policy covers ${event}${where} for ${model}.`);
}

function refuseSubject({ request, subject }: EvaluateInput): readonly RequirementVerdict[] {
  if (request.model === subject.model_id && request.version === subject.version) return [];
  const says = `${request.model} ${request.version} is asked for, but ${subject.model_id} ${subject.version} is judged.`;
  return [blocked("subject", "EVIDENCE_SUBJECT_MISMATCH", says)];
}

function foreign({ kind, subject }: Evidence, { subject: wanted }: EvaluateInput): RequirementVerdict {
  const of = `${subject.model_id} ${subject.version} (${subject.manifest_digest.slice(0, 15)}…)`;
  const want = `${wanted.model_id} ${wanted.version} (${wanted.manifest_digest.slice(0, 15)}…)`;
  return blocked(
    `evidence-${kind}`,
    "EVIDENCE_SUBJECT_MISMATCH",
    `The ${kind} evidence is about ${of}, not about ${want}.`,
  );
}

function refuseEnvironment({ request, policies, ledger }: EvaluateInput): readonly RequirementVerdict[] {
  if (holdsEverywhere(request.event)) return [];
  const environment = policies.environments.find(({ name }) => name === request.environment);
  if (!environment) {
    const says =
      request.environment === null
        ? `${request.event} needs an environment.`
        : `There is no environment ${request.environment}.`;
    return [blocked("environment", "ENVIRONMENT_UNKNOWN", says)];
  }
  // The ways back must work even where these rules would forbid to come forward.
  if (directionOf(request.event) !== "forward") return [];
  return [
    ...refuseModel(environment, request),
    ...refusePhase(environment, request),
    ...refuseOrder(environment, request, ledger),
  ];
}

function refuseModel(environment: Environment, { model }: GateRequest): readonly RequirementVerdict[] {
  if (matchesModel(environment.models, model)) return [];
  return [
    blocked("environment", "ENVIRONMENT_MODEL_NOT_ALLOWED", `${environment.name} does not allow ${model}.`),
  ];
}

function refusePhase(environment: Environment, { event, phase }: GateRequest): readonly RequirementVerdict[] {
  const { name, canaryPhases } = environment;
  if (event !== "PROMOTE_TO_CANARY") {
    return phase === null
      ? []
      : [blocked("phase", "ENVIRONMENT_PHASE_UNKNOWN", `${event} takes no phase, but ${phase} was given.`)];
  }
  if (phase !== null && canaryPhases.includes(phase)) return [];
  const known =
    canaryPhases.length === 0 ? `${name} has no canary` : `${name} has ${canaryPhases.join(", ")}`;
  return [blocked("phase", "ENVIRONMENT_PHASE_UNKNOWN", `The phase is ${phase ?? "missing"}; ${known}.`)];
}

function refuseOrder(
  { name, after }: Environment,
  request: GateRequest,
  ledger: Ledger,
): readonly RequirementVerdict[] {
  if (after === null || hasBeenLive(ledger, { ...request, environment: after })) return [];
  const says = `${request.version} has not been in production in ${after}, which comes before ${name}.`;
  return [blocked("environment", "ENVIRONMENT_ORDER", says)];
}

function hasBeenLive(
  ledger: Ledger,
  request: { model: string; version: string; environment: string },
): boolean {
  const model = Object.hasOwn(ledger.models, request.model) ? ledger.models[request.model] : undefined;
  const known = model && Object.hasOwn(model.environments, request.environment);
  const state = known ? model.environments[request.environment] : undefined;
  if (!state) return false;
  const versions = [state.slots.PRODUCTION?.version, ...state.rollback_targets.map(({ version }) => version)];
  return versions.includes(request.version);
}
