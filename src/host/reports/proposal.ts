import { shortCommit } from "../../domain/short-commit.ts";
import { afterAnswer } from "../../report/after-answer.ts";
import { describeRequest } from "../../report/headline.ts";
import type { Rejudged } from "../../usecases/transition/overtaken.ts";
import type { TransitionResult } from "../../usecases/transition/transact.ts";
import { requestText } from "../../domain/request-text.ts";
import type { Proposal } from "../../usecases/transition/propose.ts";
import { proposalContextOf } from "../../usecases/report-context.ts";
import type { ActionReport } from "../action.ts";
import type { Annotation } from "../../report/annotations.ts";
import {
  pullRequestAnnotations,
  pullRequestOutputs,
  refusalOutputs,
  type Whereabouts,
  whereItIsKept,
  whereItWaits,
} from "./pull-request.ts";
import { reportDecision } from "./verdict.ts";

/** What actions/checkout calls it. */
const ORIGIN = "origin";

/** A proposal, or the refusal that was kept, as log, job summary, annotations and what a later step pushes. */
export function reportProposal(result: TransitionResult): ActionReport {
  const { decision } = result;
  const title = describeRequest(decision.verdict);
  const context = proposalContextOf(decision);
  if (result.kind === "refused") {
    const outputs = { ...outputsOf({ title }), ...refusalOutputs(result.refusal) };
    const report = reportDecision(decision, outputs, context);
    return withMoves(saying(report, whereItIsKept(result.refusal, ORIGIN)), result);
  }
  const { proposal } = result;
  const { branch, commit, textPath } = proposal;
  const outputs = { ...outputsOf({ title, branch, commit, textPath }), ...pullRequestOutputs(proposal) };
  const report = reportDecision(decision, outputs, context);
  const annotations = [
    ...replacementOf(proposal),
    ...pullRequestAnnotations(proposal),
    ...report.annotations,
  ];
  return withMoves(saying({ ...report, annotations }, whereItWaits(proposal)), result);
}

/** The answer, and at once where it is to be found. */
function saying(report: ActionReport, { text, markdown }: Whereabouts): ActionReport {
  return {
    ...report,
    text: afterAnswer(report.text, [text]),
    markdown: afterAnswer(report.markdown, [markdown]),
  };
}

/** Bases that were left behind, so that nobody wonders about the commit that the report names, and what was not looked at. */
function withMoves(report: ActionReport, { rejudged, notes }: TransitionResult): ActionReport {
  const unread = notes.map(({ code, message }): Annotation => ({ level: "notice", title: code, message }));
  const moves = rejudged.map((one): Annotation => ({
    level: "notice",
    title: "Judged again",
    message: rejudgedText(one),
  }));
  return { ...report, annotations: [...report.annotations, ...moves, ...unread] };
}

/** One sentence: why a decision stands on another commit than the one that was checked out. */
export function rejudgedText({ from, to, kept, measured }: Rejudged): string {
  const evidence = [
    ...(kept.length === 0 ? [] : [`kept: ${kept.join(", ")}`]),
    ...(measured.length === 0 ? [] : [`measured again: ${measured.join(", ")}`]),
  ].join("; ");
  const moved = `The base moved from ${shortCommit(from)} to ${shortCommit(to)} in the meantime, so it was judged again there`;
  return evidence === "" ? `${moved}.` : `${moved} (${evidence}).`;
}

/** What a proposal took the place of, so that nobody loses it without a word; undefined when there was nothing. */
export function replacementText(proposal: Proposal): string | undefined {
  const { replaced, transition } = proposal;
  if (replaced === null) return undefined;
  const request = requestText({ phase: null, ...replaced.transition });
  if (request === requestText({ phase: null, ...transition })) return undefined;
  return `It replaces what waited there: ${request} (commit ${shortCommit(replaced.commit)}). If that is still wanted, ask for it again after the merge.`;
}

function replacementOf(proposal: Proposal): readonly Annotation[] {
  const message = replacementText(proposal);
  return [
    ...(message === undefined ? [] : [{ level: "warning" as const, title: "Replaced a proposal", message }]),
    ...approvalsText(proposal).map((text) => ({
      level: "notice" as const,
      title: "Approvals",
      message: text,
    })),
  ];
}

/** What became of approvals by key that the proposal before carried. */
export function approvalsText({ approvals }: Proposal): readonly string[] {
  const { kept = [], dropped = [] } = approvals ?? {};
  return [
    ...(kept.length === 0 ? [] : [`Approvals that still hold: ${kept.join(", ")}.`]),
    ...dropped.map(({ principal, code, says }) => `${principal} has to approve again. ${says} (${code})`),
  ];
}

interface Proposed {
  readonly title: string;
  readonly branch?: string;
  readonly commit?: string;
  readonly textPath?: string;
}

function outputsOf({ title, branch, commit, textPath }: Proposed): Readonly<Record<string, string>> {
  return {
    branch: branch ?? "",
    commit: commit ?? "",
    "pull-request-title": title,
    "pull-request-body-path": textPath ?? "",
  };
}
