import type { Verdict } from "../domain/verdict.ts";
import { plainText } from "./escape.ts";
import { shortfallsOf, type Shortfall } from "./shortfalls.ts";

/** GitHub keeps ten of each level for each step, and 4 KiB of a message. */
const MAX_PER_LEVEL = 10;
const MAX_MESSAGE = 4096;

/** A message on a line of a file, or on the whole run. */
export interface ReportAnnotation {
  readonly level: "error" | "warning" | "notice";
  readonly title: string;
  readonly message: string;
  readonly where?: { readonly file: string; readonly line: number };
}

/** Annotations of a verdict, the worst first, at most ten of each level; each stands on the policy's line that it is about. */
export function annotationsOf(verdict: Verdict): readonly ReportAnnotation[] {
  const all = shortfallsOf(verdict).map(toAnnotation);
  const first = (level: ReportAnnotation["level"]): readonly ReportAnnotation[] =>
    all.filter((annotation) => annotation.level === level).slice(0, MAX_PER_LEVEL);
  return [...first("error"), ...first("warning"), ...first("notice")];
}

function toAnnotation({
  rule,
  reason,
  severity,
  says,
  why,
  fix,
  policy,
  waived,
}: Shortfall): ReportAnnotation {
  const level: ReportAnnotation["level"] = waived === null ? severity : "notice";
  const message = [says, why, waived === null ? fix : `Waived: ${waived}`].filter(Boolean).join(" ");
  const title = rule === reason ? reason : `${reason}: ${rule}`;
  const plain = { level, title: plainText(title).slice(0, 200), message: cut(plainText(message)) };
  return policy ? { ...plain, where: policy } : plain;
}

/** At most 4096 characters, which a runner counts in UTF-16 units. */
function cut(message: string): string {
  return message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE - 1)}…`.toWellFormed();
}
