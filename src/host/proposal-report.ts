import { describeRequest } from "../report/headline.ts";
import type { TransitionResult } from "../usecases/transition/transact.ts";
import type { ActionReport } from "./action.ts";
import { reportDecision } from "./verdict-report.ts";

/** A proposal, or the refusal that was kept, as log, job summary, annotations and what a later step pushes. */
export function reportProposal(result: TransitionResult): ActionReport {
  const title = describeRequest(result.decision.verdict);
  if (result.kind === "refused") return reportDecision(result.decision, outputsOf({ title }));
  const { branch, commit, created, textPath } = result.proposal;
  return reportDecision(result.decision, outputsOf({ title, branch, commit, created, textPath }));
}

interface Proposed {
  readonly title: string;
  readonly branch?: string;
  readonly commit?: string;
  readonly created?: boolean;
  readonly textPath?: string;
}

function outputsOf({ title, branch, commit, created, textPath }: Proposed): Readonly<Record<string, string>> {
  return {
    branch: branch ?? "",
    commit: commit ?? "",
    "pull-request-operation": created ? "created" : "none",
    "pull-request-title": title,
    "pull-request-body-path": textPath ?? "",
  };
}
