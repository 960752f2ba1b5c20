import { randomUUID } from "node:crypto";
import { posix } from "node:path";
import * as core from "@actions/core";
import { plainText } from "../report/escape.ts";
import { type Annotation, type AnnotationLevel, worstFirst } from "../report/annotations.ts";

/** GitHub keeps ten annotations of a level for each step. */
const MAX_PER_LEVEL = 10;

/**
 * Prints text that holds names and numbers of other people. No line of it is obeyed as a workflow command, in either
 * spelling, and no control character reaches a terminal.
 */
export function printForeign(text: string): void {
  const token = randomUUID();
  core.info(`::stop-commands::${token}`);
  for (const line of text.split("\n")) core.info(plainText(line));
  core.info(`::${token}::`);
}

/** One answer for the whole step, printed before its details, so that it is never among what GitHub drops. */
export interface Answer {
  readonly level: AnnotationLevel;
  readonly text: string;
}

/**
 * Annotates the answer, then the details, worst first. Those beyond GitHub's limit are printed as plain lines.
 * `folder` is the repository's root relative to the workspace, with `/`.
 */
export function annotate(
  answer: Answer | undefined,
  annotations: readonly Annotation[],
  folder: string,
): void {
  const left: Record<AnnotationLevel, number> = {
    error: MAX_PER_LEVEL,
    warning: MAX_PER_LEVEL,
    notice: MAX_PER_LEVEL,
  };
  if (answer) {
    left[answer.level] -= 1;
    print[answer.level](plainText(answer.text), {});
  }
  const beyond: Annotation[] = [];
  for (const annotation of worstFirst(annotations)) {
    if (left[annotation.level]-- > 0)
      print[annotation.level](messageOf(annotation), propertiesOf(annotation, folder));
    else beyond.push(annotation);
  }
  if (beyond.length > 0) printForeign(beyond.map((one) => `${one.title}  ${one.message}`).join("\n"));
}

const print = { error: core.error, warning: core.warning, notice: core.notice } as const;

function messageOf(annotation: Annotation): string {
  return annotation.message
    .split("\n")
    .map((line) => plainText(line))
    .join("\n");
}

function propertiesOf({ title, where }: Annotation, folder: string): core.AnnotationProperties {
  if (!where) return { title: plainText(title) };
  return {
    title: plainText(title),
    file: posix.join(folder, plainText(where.file)),
    ...(where.line === undefined ? {} : { startLine: where.line }),
    ...(where.line === undefined || where.column === undefined ? {} : { startColumn: where.column }),
  };
}
