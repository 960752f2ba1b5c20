import { counted } from "../../domain/counted.ts";
import {
  renderFindings,
  renderFindingsMarkdown,
  renderValidation,
  renderValidationMarkdown,
} from "../../report/validation.ts";
import type { ValidationReport } from "../../usecases/registry/validate.ts";
import type { ActionReport } from "../action.ts";
import { annotationOfProblem } from "../../report/annotations.ts";

/** A validation as log, job summary and one annotation for each problem. */
export function reportValidation({ checked, problems, findings }: ValidationReport): ActionReport {
  const found = problems.length === 0 ? "no problem" : counted(problems.length, "problem");
  const headline = `Checked ${counted(checked.length, "version")}: ${found}.`;
  const table = problems.length === 0 ? "" : `\n${renderValidationMarkdown(problems)}`;
  const besides = findings.length === 0 ? "" : `\n${renderFindingsMarkdown(findings)}`;
  return {
    outcome: problems.length === 0 ? "PASS" : "FAIL",
    headline,
    text: [headline, renderValidation(problems), renderFindings(findings)].join("\n").trimEnd(),
    markdown: `${headline}\n${table}${besides}`,
    annotations: problems.map(annotationOfProblem),
    outputs: { checked: String(checked.length), problems: String(problems.length) },
  };
}
