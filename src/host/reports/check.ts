import { checkAnnotations, checkHeadline, renderCheck, renderCheckMarkdown } from "../../report/check.ts";
import type { CheckReport } from "../../usecases/check/report.ts";
import type { ActionReport } from "../action.ts";
import { LOG_COLUMNS } from "./verdict.ts";

/** The required check as log, job summary, annotations and outputs. */
export function reportCheck(report: CheckReport): ActionReport {
  const { kind, base, head, outcome, problems, decisions } = report;
  return {
    outcome,
    headline: checkHeadline(report),
    text: renderCheck(report, { width: LOG_COLUMNS, color: false }),
    markdown: renderCheckMarkdown(report),
    annotations: checkAnnotations(report),
    outputs: {
      kind,
      base,
      head,
      problems: String(problems.length),
      versions: decisions
        .map(({ verdict: { subject } }) => `${subject.model_id}@${subject.version}`)
        .join(" "),
    },
  };
}
