import { readFile } from "node:fs/promises";
import type { FileCommands } from "./environment.ts";
import { parseKeyValues } from "./key-values.ts";
import type { Annotation, StepLog } from "./step-log.ts";

/** The runner's limits. */
export const MAX_SUMMARY_BYTES = 1024 * 1024;
export const MAX_OUTPUT_UNITS = 1024 * 1024;

/** What a step left behind, as the rest of a job sees it. */
export interface StepResult {
  readonly conclusion: "success" | "failure";
  readonly exitCode: number;
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** Empty when nothing was written, or when it was over 1 MiB and therefore dropped. */
  readonly summary: string;
  readonly annotations: readonly Annotation[];
  readonly dropped: readonly Annotation[];
  readonly log: StepLog;
  /** Masked text that people read. */
  readonly text: string;
}

/** Reads the command files as the runner does when the step has ended; what it cannot read fails the step. */
export async function finishStep(log: StepLog, exitCode: number, files: FileCommands): Promise<StepResult> {
  const outputs = new Map([...log.outputs, ...(await readPairs(log, "output", files.output))]);
  const state = new Map([...log.state, ...(await readPairs(log, "state", files.state))]);
  const env = await readPairs(log, "env", files.env);
  const summary = await readSummary(log, files.summary);
  dropHugeOutputs(log, outputs);
  return {
    conclusion: exitCode === 0 && !log.failed ? "success" : "failure",
    exitCode,
    outputs: Object.fromEntries(outputs),
    state: Object.fromEntries(state),
    env: Object.fromEntries(env),
    summary,
    annotations: log.annotations,
    dropped: log.dropped,
    log,
    text: log.lines.join("\n"),
  };
}

async function readPairs(log: StepLog, name: string, path: string): Promise<ReadonlyMap<string, string>> {
  try {
    return parseKeyValues(await readFile(path, "utf8"));
  } catch (error) {
    fail(log, `Unable to process file command '${name}' successfully.\n${(error as Error).message}`);
    return new Map();
  }
}

async function readSummary(log: StepLog, path: string): Promise<string> {
  const bytes = await readFile(path);
  if (bytes.length <= MAX_SUMMARY_BYTES) return log.mask(bytes.toString("utf8"));
  const size = Math.floor(bytes.length / 1024);
  const message = `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${size}k.`;
  log.annotate({ type: "error", message, properties: {} });
  return "";
}

function dropHugeOutputs(log: StepLog, outputs: Map<string, string>): void {
  const units = [...outputs.values()].reduce((sum, value) => sum + value.length, 0);
  if (units <= MAX_OUTPUT_UNITS) return;
  outputs.clear();
  fail(log, "The outputs of this job are over 1 MB.");
}

function fail(log: StepLog, message: string): void {
  log.failed = true;
  log.annotate({ type: "error", message, properties: {} });
}
