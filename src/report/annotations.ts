import type { Verdict } from "../domain/verdict.ts";
import type { Place, Problem } from "../errors.ts";
import { plainText } from "./escape.ts";
import { shortfallsOf, type Shortfall } from "./shortfalls.ts";

/** GitHub keeps 4 KiB of a message. */
const MAX_MESSAGE = 4096;

export type AnnotationLevel = "error" | "warning" | "notice";

/** A remark on a line of a file, as GitHub shows it beside the change, or on the whole run. */
export interface Annotation {
  readonly level: AnnotationLevel;
  /** A reason code, with the rule that it is about. */
  readonly title: string;
  readonly message: string;
  /** Relative to the repository's root. */
  readonly where?: Place;
}

/**
 * An annotation for everything in a verdict that did not pass, each on the policy's line that it is about. All of them: how
 * many are shown is for who shows them.
 */
export function annotationsOf(verdict: Verdict): readonly Annotation[] {
  return shortfallsOf(verdict).map(toAnnotation);
}

/** A problem of input, at its place. */
export function annotationOfProblem({ code, message, fix, where }: Problem): Annotation {
  const annotation = { level: "error", title: code, message: `${message}\n${fix}` } as const;
  return where ? { ...annotation, where } : annotation;
}

const WEIGHT: Readonly<Record<AnnotationLevel, number>> = { error: 0, warning: 1, notice: 2 };

/** Stable, errors first: GitHub keeps ten of a level in print order and drops the rest without a word. */
export function worstFirst(annotations: readonly Annotation[]): readonly Annotation[] {
  return annotations.toSorted((a, b) => WEIGHT[a.level] - WEIGHT[b.level]);
}

function toAnnotation({ rule, reason, severity, says, why, fix, policy, waived }: Shortfall): Annotation {
  const level: AnnotationLevel = waived === null ? severity : "notice";
  const message = [says, why, waived === null ? fix : `Waived: ${waived}`].filter(Boolean).join(" ");
  const title = rule === reason ? reason : `${reason}: ${rule}`;
  const plain = { level, title: plainText(title).slice(0, 200), message: cut(plainText(message)) };
  return policy ? { ...plain, where: policy } : plain;
}

/** At most 4096 characters, which a runner counts in UTF-16 units. */
function cut(message: string): string {
  return message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE - 1)}…`.toWellFormed();
}
