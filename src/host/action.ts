import * as core from "@actions/core";
import type { Outcome } from "../domain/outcome.ts";
import { GateError, type Problem, problem } from "../errors.ts";
import { markdownText } from "../report/escape.ts";
import { renderValidationMarkdown } from "../report/validation.ts";
import { type ActionHost, commonInputs, readHost } from "./action-host.ts";
import { type Annotation, annotationOfProblem } from "../report/annotations.ts";
import {
  type ExitCode,
  exitCodeOfError,
  exitCodeOfOutcome,
  isInterrupt,
  resultOfError,
  resultOfOutcome,
} from "./exit-code.ts";
import { type InputsOf, type InputSpec, readInputs } from "./inputs.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { annotate, type Answer, printForeign } from "./workflow-log.ts";

/** What an action found: its answer, and the same text for log and job summary. */
export interface ActionReport {
  readonly outcome: Outcome;
  /** The tool failed on a part of it: what is said about the rest stands, and the step ends as broken. */
  readonly broken?: boolean;
  /** One sentence: the answer. */
  readonly headline: string;
  /** For the log. */
  readonly text: string;
  /** For the job summary; the report layer keeps it below 1 MiB. */
  readonly markdown: string;
  readonly annotations: readonly Annotation[];
  /** Outputs of the step beside `result`. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** An action: what it reads, and what it does with it. */
export interface Action<Spec extends InputSpec> {
  readonly inputs: Spec;
  run(inputs: InputsOf<Spec>, host: ActionHost): Promise<ActionReport>;
}

/** Runs an action as the step of a workflow, and sets its outputs, its summary, its annotations and the exit code. */
export async function runAction<const Spec extends InputSpec>(action: Action<Spec>): Promise<void> {
  using interrupt = listenForInterrupt();
  process.exitCode = await runToEnd(action, interrupt.signal);
}

async function runToEnd<const Spec extends InputSpec>(
  action: Action<Spec>,
  signal: AbortSignal,
): Promise<ExitCode> {
  let prefix = "";
  try {
    const read = (name: string): string => core.getInput(name);
    const common = readInputs(commonInputs, read);
    const host = readHost(process.env, common["working-directory"], signal);
    prefix = host.prefix;
    return await publish(await action.run(readInputs(action.inputs, read), host), prefix);
  } catch (error) {
    return publishError(error, prefix);
  }
}

async function publish(report: ActionReport, prefix: string): Promise<ExitCode> {
  printForeign(report.text);
  annotate(answerOf(report), report.annotations, prefix);
  const { broken = false } = report;
  setOutputs({ ...report.outputs, result: broken ? "error" : resultOfOutcome(report.outcome) });
  await writeSummary(report.markdown, report.headline);
  return broken ? 3 : exitCodeOfOutcome(report.outcome);
}

function answerOf({ outcome, headline }: ActionReport): Answer | undefined {
  if (outcome === "PASS") return undefined;
  return { level: outcome === "WARN" ? "warning" : "error", text: headline };
}

function setOutputs(outputs: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value);
}

/** Above 1 MiB the runner drops a summary and leaves the step green: then the answer alone is written. */
const MAX_SUMMARY_BYTES = 1024 * 1024 - 1;

async function writeSummary(markdown: string, headline: string): Promise<void> {
  if (!process.env["GITHUB_STEP_SUMMARY"]) return;
  const fits = Buffer.byteLength(markdown) <= MAX_SUMMARY_BYTES;
  const text = fits
    ? markdown
    : `${markdownText(headline)}\n\nThe report is in the log: it is too long for a job summary.`;
  await core.summary.addRaw(text, true).write();
}

async function publishError(error: unknown, prefix: string): Promise<ExitCode> {
  const problems = problemsOf(error);
  if (problems[0]?.code === "HOST_CRASHED" && error instanceof Error) printForeign(error.stack ?? "");
  annotate(undefined, problems.map(annotationOfProblem), prefix);
  setOutputs({ result: resultOfError(error) });
  const exit = exitCodeOfError(error);
  await writeSummary(`${ANSWERS[exit]}\n\n${renderValidationMarkdown(problems)}`, ANSWERS[exit]);
  return exit;
}

/** What a job summary starts with when there is no verdict to show. */
const ANSWERS: Readonly<Record<ReturnType<typeof exitCodeOfError>, string>> = {
  1: "Refused.",
  2: "No answer: something that was given is missing or wrong.",
  3: "No answer: the tool or the runner broke.",
  130: "No answer: the run was stopped.",
};

function problemsOf(error: unknown): readonly Problem[] {
  if (isInterrupt(error))
    return [problem("HOST_INTERRUPTED", "The run was stopped before it had an answer.")];
  if (error instanceof GateError) return error.problems;
  return [problem("HOST_CRASHED", error instanceof Error ? error.message : String(error))];
}
