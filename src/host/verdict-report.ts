import { annotationsOf } from "../report/annotations.ts";
import { headlineOf } from "../report/headline.ts";
import { renderMarkdown, SUMMARY_BYTES } from "../report/markdown.ts";
import { renderTerminal } from "../report/terminal.ts";
import type { Decision } from "../usecases/decision.ts";
import type { ActionReport } from "./action.ts";

const LOG_COLUMNS = 120;

/** A decision of the gate as log, job summary and annotations. */
export function reportDecision(
  { verdict, evidenceDigest }: Decision,
  outputs: Readonly<Record<string, string>>,
): ActionReport {
  return {
    outcome: verdict.outcome,
    headline: headlineOf(verdict),
    text: renderTerminal(verdict, { evidenceDigest, width: LOG_COLUMNS }),
    markdown: renderMarkdown(verdict, { evidenceDigest, maxBytes: SUMMARY_BYTES }),
    annotations: annotationsOf(verdict),
    outputs: { ...outputs, "evidence-digest": evidenceDigest },
  };
}
