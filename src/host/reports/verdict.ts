import { annotationsOf } from "../../report/annotations.ts";
import type { ReportContext } from "../../report/compose.ts";
import { headlineOf } from "../../report/headline.ts";
import { renderMarkdown, SUMMARY_BYTES } from "../../report/markdown.ts";
import { renderTerminal } from "../../report/terminal.ts";
import type { Decision } from "../../usecases/gate/decision.ts";
import { reportContextOf } from "../../usecases/report-context.ts";
import type { ActionReport } from "../action.ts";

/** Columns that a log is laid out for. */
export const LOG_COLUMNS = 120;

/** A decision of the gate as log, job summary and annotations. */
export function reportDecision(
  decision: Decision,
  outputs: Readonly<Record<string, string>>,
  context: ReportContext = reportContextOf(decision),
): ActionReport {
  const { verdict, evidenceDigest } = decision;
  return {
    outcome: verdict.outcome,
    headline: headlineOf(verdict),
    text: renderTerminal(verdict, { ...context, width: LOG_COLUMNS }),
    markdown: renderMarkdown(verdict, { ...context, maxBytes: SUMMARY_BYTES }),
    annotations: annotationsOf(verdict),
    outputs: { ...outputs, "evidence-digest": evidenceDigest },
  };
}
