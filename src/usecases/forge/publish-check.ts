import { mayMerge, type Outcome } from "../../domain/outcome.ts";
import { plainText } from "../../report/escape.ts";
import type { CheckAnnotation, CheckConclusion, Forge } from "../../ports/forge.ts";

export interface CheckReport {
  readonly name: string;
  /** Head commit that the check is about. */
  readonly head: string;
  readonly outcome: Outcome;
  /** One line: the answer. */
  readonly title: string;
  /** Markdown, foreign text in it escaped. */
  readonly summary: string;
  readonly annotations: readonly CheckAnnotation[];
}

/** GitHub refuses longer summaries, and messages of more than 64 KiB. */
const MAX_SUMMARY = 65_535;
const MAX_MESSAGE = 4096;
/** Each piece of 50 is a request: beyond a handful nobody reads on. */
const MAX_ANNOTATIONS = 200;

const WEIGHT: Readonly<Record<CheckAnnotation["level"], number>> = { failure: 0, warning: 1, notice: 2 };

/** Publishes a finished check run, the worst annotations first; what is beyond GitHub's limits is counted in the summary. */
export function publishCheck(forge: Forge, report: CheckReport): Promise<{ readonly url: string }> {
  const sorted = [...report.annotations].sort((a, b) => WEIGHT[a.level] - WEIGHT[b.level]);
  const shown = sorted.slice(0, MAX_ANNOTATIONS);
  const beyond = sorted.length - shown.length;
  const note = beyond > 0 ? `\n\n${beyond} more annotations are not shown.` : "";
  return forge.createCheckRun({
    name: report.name,
    head: report.head,
    conclusion: conclusionOf(report.outcome),
    title: cut(plainText(report.title), 255),
    summary: `${cut(report.summary, MAX_SUMMARY - note.length)}${note}`,
    annotations: shown.map((one) => ({
      ...one,
      title: cut(plainText(one.title), 255),
      message: cut(plainLines(one.message), MAX_MESSAGE),
    })),
  });
}

/** Never neutral or skipped: GitHub counts both as passed. */
function conclusionOf(outcome: Outcome): CheckConclusion {
  return mayMerge(outcome) ? "success" : "failure";
}

/** GitHub shows what it is given, also what turns the reading direction around. */
function plainLines(text: string): string {
  return text.split("\n").map(plainText).join("\n");
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`;
}
