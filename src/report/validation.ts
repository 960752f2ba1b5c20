import type { Finding } from "../domain/evidence.ts";
import { formatPlace, type Problem } from "../errors.ts";
import { markdownText, plainText } from "./escape.ts";

/** Problems as people read them: `file:line:column  CODE  message`, then the remedy, indented; sorted by place. */
export function renderValidation(problems: readonly Problem[]): string {
  return sorted(problems).map(writeProblem).join("\n");
}

/** Findings as people read them: what was reported, where, and what it means. Nothing for none. */
export function renderFindings(findings: readonly Finding[]): string {
  return findings
    .map(({ code, message, file }) => `${plainText(file ?? "")}  ${code}  ${plainText(message)}\n`)
    .join("");
}

/** The same as a Markdown list. */
export function renderFindingsMarkdown(findings: readonly Finding[]): string {
  return findings
    .map(({ code, message, file }) => `- ${markdownText(`${file ?? ""}: ${message}`)} (${code})\n`)
    .join("");
}

/**
 * The same as a Markdown list, for a job summary or a comment; at most 200 problems. A table would push the remedies out
 * of sight: the columns before them are as wide as paths and digests.
 */
export function renderValidationMarkdown(problems: readonly Problem[]): string {
  const shown = sorted(problems).slice(0, MOST).map(writeItem);
  const more = problems.length - shown.length;
  return `${shown.join("\n")}\n${more > 0 ? `\nAnd ${more} more; the log has them all.\n` : ""}`;
}

const MOST = 200;

/** The two spaces break the line in a job summary, where a line break alone does not. */
function writeItem({ where, code, message, fix }: Problem): string {
  const place = where ? `${formatPlace(where)}: ` : "";
  const remedy = fix.includes("\n") ? writeSample(fix) : `  ${markdownText(fix)}`;
  return `- ${markdownText(`${place}${message}`)} (${code})  \n${remedy}`;
}

/** A remedy of several lines holds something to copy, such as YAML: every line and indent as it is. */
function writeSample(fix: string): string {
  const lines = fix.split("\n").map((line) => `  ${plainText(line).replaceAll("```", "'''")}`.trimEnd());
  return ["", "  ```text", ...lines, "  ```"].join("\n");
}

function writeProblem({ where, code, message, fix }: Problem): string {
  const place = where ? `${plainText(formatPlace(where))}  ` : "";
  return `${place}${code}  ${plainText(message)}\n  ${plainText(fix)}\n`;
}

function sorted(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function sortKey({ where, code, message }: Problem): string {
  const numbers = [where?.line ?? 0, where?.column ?? 0].map((number) => String(number).padStart(9, "0"));
  return [where?.file ?? "", ...numbers, where?.pointer ?? "", code, message].join("\0");
}
