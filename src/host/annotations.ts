import type { Place, Problem } from "../errors.ts";

export type AnnotationLevel = "error" | "warning" | "notice";

/** A remark on a line of a file, as GitHub shows it beside the change. */
export interface Annotation {
  readonly level: AnnotationLevel;
  /** A reason code or the id of an objective. */
  readonly title: string;
  readonly message: string;
  /** Relative to the repository's root. */
  readonly where?: Place;
}

const WEIGHT: Readonly<Record<AnnotationLevel, number>> = { error: 0, warning: 1, notice: 2 };

/** Stable, errors first: GitHub keeps ten of a level in print order and drops the rest without a word. */
export function worstFirst(annotations: readonly Annotation[]): readonly Annotation[] {
  return [...annotations].sort((a, b) => WEIGHT[a.level] - WEIGHT[b.level]);
}

export function annotationOfProblem(problem: Problem): Annotation {
  const message = `${problem.message}\n${problem.fix}`;
  const annotation = { level: "error", title: problem.code, message } as const;
  return problem.where ? { ...annotation, where: problem.where } : annotation;
}
