import type { Evidence, RunnerFingerprint } from "../domain/evidence.ts";
import { timestampOf } from "../domain/time.ts";
import { weightOf, worst } from "../domain/outcome.ts";
import type { PolicyVerdict, RequirementVerdict, Verdict } from "../domain/verdict.ts";
import { matchingPolicies } from "./match.ts";
import { policyDigestOf } from "./policy-digest.ts";
import type { GatePolicy } from "./policy.ts";
import { findIncumbent } from "./judge/incumbent.ts";
import { isSameSubject, Measurements } from "./judge/measurements.ts";
import { judgeObjective, type ObjectiveCourt } from "./judge/objective.ts";
import { findRefusals } from "./judge/refusals.ts";
import type { EvaluateInput } from "./judge/request.ts";
import { blocked, judgeRequirements } from "./judge/requirements.ts";
import { judgeScore } from "./judge/score.ts";

const MAX_FINDINGS = 1024;

/**
 * Judges a request: every objective of every policy that matches. Pure and total; the same input gives the same verdict,
 * in whatever order policies, objectives and evidence come. No policy, no objective, no evidence: FAIL.
 */
export function evaluate(input: EvaluateInput): Verdict {
  const { request } = input;
  const evidence = input.evidence
    .filter(({ subject }) => isSameSubject(subject, input.subject))
    .sort(byKindAndRun);
  const matching = matchingPolicies(input.policies.policies, request);
  const court = openCourt(input, evidence);
  const policies = matching.map((policy) => judgePolicy(policy, { input, evidence, court }));
  const refusals = findRefusals(input, matching);
  // In the order in which a verdict is spelled, here as in what it holds: then nothing has to be put in order.
  return {
    base_commit: input.baseCommit,
    baseline: input.baseline,
    ...(input.broken.length === 0 ? {} : { broken: input.broken }),
    canary_phase: request.phase,
    decided_at: timestampOf(input.now),
    environment: request.environment,
    event: request.event,
    findings: findingsOf(evidence),
    outcome: worst([
      ...[...policies, ...refusals].flatMap(({ outcome }) => weightOf(outcome) ?? []),
      ...input.broken.map(() => "WARN" as const),
    ]),
    policies,
    policy_digest: policyDigestOf(matching),
    refusals,
    refused_before: input.history.refusedBefore,
    run_id: input.runId,
    runner: runnerOf(evidence),
    schema_version: "modelgate/verdict/v1",
    subject: input.subject,
  };
}

function openCourt(input: EvaluateInput, evidence: readonly Evidence[]): ObjectiveCourt {
  return {
    measurements: new Measurements(evidence),
    incumbent: findIncumbent(input),
    candidate: `${input.subject.model_id}@${input.subject.version}`,
    waivers: input.policies.waivers,
    manifestDigest: input.subject.manifest_digest,
    now: input.now,
  };
}

interface Hearing {
  readonly input: EvaluateInput;
  readonly evidence: readonly Evidence[];
  readonly court: ObjectiveCourt;
}

function judgePolicy(policy: GatePolicy, { input, evidence, court }: Hearing): PolicyVerdict {
  const objectives = policy.objectives.map((objective) => judgeObjective(objective, policy, court));
  const asked = judgeRequirements(policy.requires, input, evidence);
  const idle = objectives.length > 0 && objectives.every(({ outcome }) => weightOf(outcome) === undefined);
  const requirements = idle ? [...asked, nothingEvaluated()] : asked;
  const outcomes = [...objectives, ...requirements].flatMap(({ outcome }) => weightOf(outcome) ?? []);
  const score = judgeScore(policy.score, objectives);
  return {
    digest: policy.digest,
    objectives,
    outcome: worst(score ? [...outcomes, score.outcome] : outcomes),
    path: policy.path,
    policy: policy.name,
    requirements,
    score,
    version: policy.version,
  };
}

function nothingEvaluated(): RequirementVerdict {
  return blocked("evaluated", "GATE_NOTHING_EVALUATED", "No objective of the policy was applicable.");
}

function byKindAndRun(a: Evidence, b: Evidence): number {
  const [left, right] = [`${a.kind} ${a.run_id}`, `${b.kind} ${b.run_id}`];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The machine that timed the model, else the one that ran it, else any. */
function runnerOf(evidence: readonly Evidence[]): RunnerFingerprint | null {
  const timed = evidence.find(({ kind }) => kind === "benchmark");
  const ran = evidence.find(({ runner }) => runner.engine !== null);
  return (timed ?? ran ?? evidence[0])?.runner ?? null;
}

function findingsOf(evidence: readonly Evidence[]): Verdict["findings"] {
  const findings = evidence.flatMap(({ findings }) => findings);
  return findings
    .map(({ code, message, file }) => ({ code, message, file }))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    .slice(0, MAX_FINDINGS);
}

export type { EvaluateInput, GateRequest, History } from "./judge/request.ts";
