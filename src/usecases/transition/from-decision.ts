import { digestOf, sameDigest } from "../../domain/digest.ts";
import { modelState, type Transition } from "../../domain/ledger.ts";
import type { EnvironmentPhases } from "../../domain/lifecycle.ts";
import { type Problem, problem, refuse } from "../../errors.ts";
import { modelDigest } from "../../ledger/ledger-text.ts";
import { planTransition } from "../../ledger/plan.ts";
import type { Decision } from "../gate/decision.ts";

/**
 * The transition that a decision makes of its ledger.
 * Throws LEDGER_* when the move is illegal, and EVIDENCE_* when the parts of the decision do not belong together.
 */
export function transitionOf(decision: Decision, environments: readonly EnvironmentPhases[]): Transition {
  refuse(bindingProblems(decision));
  const { request, verdict } = decision;
  const planned = planTransition(decision.ledger, request, environments);
  return {
    event: planned.event,
    model: planned.model,
    version: planned.version,
    manifest_digest: verdict.subject.manifest_digest,
    environment: planned.environment,
    from: planned.from,
    to: planned.to,
    ...(planned.phase === null ? {} : { phase: planned.phase }),
    reason: planned.reason,
    requested_by: request.requestedBy,
    run_id: verdict.run_id,
    decided_at: verdict.decided_at,
    policy_digest: verdict.policy_digest,
    evidence_digest: decision.evidenceDigest,
    verdict: verdict.outcome,
  };
}

/** Whether two transitions ask for and allow the same; when, by whom and in which run does not matter. */
export function sameTransition(a: Transition, b: Transition): boolean {
  return contentOf(a) === contentOf(b);
}

function contentOf(transition: Transition): string {
  const {
    run_id: _run,
    decided_at: _time,
    evidence_digest: _evidence,
    requested_by: _who,
    ...content
  } = transition;
  return JSON.stringify(Object.entries(content).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Swap any part of a decision for that of another, and it is refused by name. */
function bindingProblems({
  request,
  verdict,
  pack,
  evidenceDigest,
  ledger,
  ledgerDigest,
  baseCommit,
}: Decision): Problem[] {
  const packed = pack.get("pack.json");
  const { subject } = verdict;
  const about = [subject.model_id, subject.version, verdict.event, verdict.environment, verdict.canary_phase];
  const asked = [request.model, request.version, request.event, request.environment, request.phase];
  const problems: Problem[] = [];
  if (!packed || !sameDigest(digestOf(packed), evidenceDigest)) {
    problems.push(problem("EVIDENCE_DIGEST_MISMATCH", "The evidence digest is not that of the pack."));
  }
  if (!sameDigest(modelDigest(modelState(ledger, request.model)), ledgerDigest)) {
    problems.push(
      problem("EVIDENCE_LEDGER_MISMATCH", "The decision was made on another revision of the ledger."),
    );
  }
  if (verdict.base_commit !== baseCommit) {
    problems.push(
      problem(
        "EVIDENCE_BASE_MISMATCH",
        `The verdict is about base ${verdict.base_commit}, not ${baseCommit}.`,
      ),
    );
  }
  if (JSON.stringify(about) !== JSON.stringify(asked)) {
    problems.push(
      problem(
        "EVIDENCE_SUBJECT_MISMATCH",
        `The verdict is about ${about.join(" ")}, asked was ${asked.join(" ")}.`,
      ),
    );
  }
  return problems;
}
