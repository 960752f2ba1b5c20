import type { Transition } from "../../domain/ledger.ts";
import { requestText } from "../../domain/request-text.ts";
import type { CommitFacts } from "../../ports/git.ts";
import type { Decision } from "../gate/decision.ts";

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
  return message(
    requestText({ ...transition, phase: transition.phase ?? null }),
    transition.reason,
    trailers,
  );
}

/** The commit message of a refusal. Its trailers never name a revision, because it makes none. */
export function refusalMessage({ request, verdict, evidenceDigest }: Decision): string {
  return message(`Refuse: ${lowerFirst(requestText(request))}`, request.reason, [
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

/** Trailer that names whose approvals a commit adds or carries on. */
const APPROVED_BY = "Modelgate-Approved-By";

/** The commit message of an approval. It names no event: it proposes nothing. */
export function approvalMessage(of: { subject: string; principal: string; runId: string }): string {
  return message(`Approve: ${lowerFirst(of.subject)}`, "", [
    ["Approved-By", of.principal],
    ["Run-Id", of.runId],
  ]);
}

/** The commit message of a record of reviews. */
export function reviewsMessage(of: {
  subject: string;
  principals: readonly string[];
  runId: string;
}): string {
  return message(`Record approvals: ${lowerFirst(of.subject)}`, "", [
    ...of.principals.map((principal): [string, string] => ["Approved-By", principal]),
    ["Run-Id", of.runId],
  ]);
}

/** A proposal's message with the names of those whose earlier approvals it carries on. */
export function withApprovals(text: string, principals: readonly string[]): string {
  return `${text}${principals.map((principal) => `${APPROVED_BY}: ${principal}\n`).join("")}`;
}

/** Whether a commit says that it is a proposal: one parent, and the name of an event. Who believes it proves the rest. */
export function isProposal({ parents, message: text }: Pick<CommitFacts, "parents" | "message">): boolean {
  return parents.length === 1 && namesEvent(text);
}

/** Whether a message says that its commit makes a transition. */
export function namesEvent(text: string): boolean {
  return text.includes("\nModelgate-Event: ");
}

/** Whether a message says that its commit brings approvals. */
export function namesApprovers(text: string): boolean {
  return text.includes(`\n${APPROVED_BY}: `);
}

function message(subject: string, reason: string, trailers: readonly [string, string | null][]): string {
  const said = onOneLine(reason);
  const lines = trailers.flatMap(([name, value]) =>
    value === null ? [] : [`Modelgate-${name}: ${onOneLine(value)}`],
  );
  return [onOneLine(subject), "", ...(said === "" ? [] : [`Reason: ${said}`, ""]), ...lines, ""].join("\n");
}

/** Somebody's free text: on one line it can neither end the message nor forge a trailer. */
function onOneLine(text: string): string {
  return text.replaceAll(/[\p{C}\p{Z}]+/gu, " ").trim();
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
