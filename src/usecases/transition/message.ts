import type { Transition } from "../../domain/ledger.ts";
import type { Decision } from "../decision.ts";
import type { TransitionRequest } from "../run-context.ts";

/** The commit message of a transition: what happened in words, then the same for machines (git-interpret-trailers). */
export function transitionMessage(transition: Transition, revision: number): string {
  const { event, model, version, environment, policy_digest, evidence_digest, verdict, run_id } = transition;
  const trailers: [string, string | null][] = [
    ["Event", event],
    ["Model", model],
    ["Version", version],
    ["Environment", environment],
    ["Phase", transition.phase ?? null],
    ["Revision", String(revision)],
    ["Policy", policy_digest],
    ["Evidence", evidence_digest],
    ["Verdict", verdict],
    ["Run-Id", run_id],
  ];
  return message(subjectOf({ ...transition, phase: transition.phase ?? null }), transition.reason, trailers);
}

/** The commit message of a refusal. Its trailers never name a revision, because it makes none. */
export function refusalMessage({ request, verdict, evidenceDigest }: Decision): string {
  return message(`Refuse: ${lowerFirst(subjectOf(request))}`, request.reason, [
    ["Refused", request.event],
    ["Model", request.model],
    ["Version", request.version],
    ["Environment", request.environment],
    ["Phase", request.phase],
    ["Policy", verdict.policy_digest],
    ["Evidence", evidenceDigest],
    ["Verdict", verdict.outcome],
    ["Run-Id", verdict.run_id],
  ]);
}

/** One line that says what a transition does, for example "Promote flight-delay 1.1.0 to CANARY (5%) in prod". */
export function subjectOf(
  of: Pick<TransitionRequest, "event" | "model" | "version" | "environment" | "phase">,
): string {
  const name = `${of.model} ${of.version}`;
  const here = of.environment === null ? "" : ` in ${of.environment}`;
  switch (of.event) {
    case "REGISTER":
      return `Register ${name}`;
    case "PROMOTE_TO_SHADOW":
      return `Promote ${name} to SHADOW${here}`;
    case "PROMOTE_TO_CANARY":
      return `Promote ${name} to CANARY${of.phase === null ? "" : ` (${of.phase})`}${here}`;
    case "PROMOTE_TO_PRODUCTION":
      return `Promote ${name} to PRODUCTION${here}`;
    case "ROLLBACK":
      return `Roll back ${of.model} to ${of.version}${here}`;
    case "DISABLE":
      return `Disable ${name}${here}`;
    case "ENABLE":
      return `Enable ${name}${here}`;
    case "RETIRE":
      return `Retire ${name}`;
    case "REVOKE":
      return `Revoke ${name}`;
  }
}

/** A reason is somebody's free text: on one line it can neither end the message nor forge a trailer. */
function message(subject: string, reason: string, trailers: readonly [string, string | null][]): string {
  const said = reason.replaceAll(/[\p{C}\p{Z}]+/gu, " ").trim();
  const lines = trailers
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `Modelgate-${name}: ${value}`);
  return [subject, "", ...(said === "" ? [] : [`Reason: ${said}`, ""]), ...lines, ""].join("\n");
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
