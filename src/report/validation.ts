import { formatPlace, type Problem } from "../errors.ts";
import { plainText } from "./escape.ts";
import { writeMarkdownTable } from "./markdown.ts";

/** Problems as people read them: `file:line:column  CODE  message`, then the remedy, indented; sorted by place. */
export function renderValidation(problems: readonly Problem[]): string {
  return sorted(problems).map(writeProblem).join("\n");
}

/** The same as a Markdown table, for a job summary; at most 200 rows. */
export function renderValidationMarkdown(problems: readonly Problem[]): string {
  const shown = sorted(problems).slice(0, MAX_ROWS);
  const rows = shown.map(({ where, code, message, fix }) => [
    where ? formatPlace(where) : "",
    code,
    message,
    fix,
  ]);
  const more = problems.length - shown.length;
  const table = writeMarkdownTable([["where", "code", "what", "fix"], ...rows]);
  return `${table}\n${more > 0 ? `\nAnd ${more} more; the log has them all.\n` : ""}`;
}

const MAX_ROWS = 200;

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
