import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import {
  inputEnvironment,
  stepEnvironment,
  unexpectedInputs,
  type FileCommands,
  type Job,
  type With,
} from "./environment.ts";
import { readActionMetadata } from "./metadata.ts";
import { StepLog } from "./step-log.ts";
import { finishStep, type StepResult } from "./step-result.ts";

/** One step: `uses: <actionFolder>` with a `with:` block. */
export interface Step {
  readonly job: Job;
  readonly with: With;
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the step as a cancelled workflow would: SIGINT once the first line of output matches. */
  readonly cancelOn?: RegExp;
}

/** Runs a JavaScript action as GitHub's runner would: Node 24 on `main`, in the workspace, talking through files and stdout. */
export async function runAction(step: Step): Promise<StepResult> {
  const metadata = await readActionMetadata(step.job.actionFolder);
  if (metadata.using !== "node24")
    throw new Error(`This runner starts node24 actions, not ${metadata.using}`);
  const log = new StepLog();
  log.addMask(step.job.token);
  const files = await freshFiles(step.job.temp);
  warnOfUnexpected(log, [...metadata.inputs.keys()], unexpectedInputs(metadata, step.with));
  const environment = {
    ...step.env,
    ...inputEnvironment(metadata, step.with, step.job),
    ...stepEnvironment(step.job, files),
  };
  const exitCode = await start(join(step.job.actionFolder, metadata.main), environment, { step, log });
  return finishStep(log, exitCode, files);
}

async function freshFiles(temp: string): Promise<FileCommands> {
  await mkdir(temp, { recursive: true });
  const folder = await mkdtemp(join(temp, "_runner_file_commands-"));
  const at = (name: string): string => join(folder, name);
  const files = {
    output: at("output"),
    state: at("state"),
    env: at("env"),
    path: at("path"),
    summary: at("summary"),
  };
  for (const path of Object.values(files)) await writeFile(path, "");
  return files;
}

function warnOfUnexpected(log: StepLog, valid: readonly string[], unexpected: readonly string[]): void {
  if (unexpected.length === 0) return;
  const message = `Unexpected input(s) '${unexpected.join("', '")}', valid inputs are ['${valid.join("', '")}']`;
  log.annotate({ type: "warning", message, properties: {} });
}

async function start(
  main: string,
  env: Readonly<Record<string, string>>,
  run: { step: Step; log: StepLog },
): Promise<number> {
  const { job, cancelOn } = run.step;
  const child = spawn(process.execPath, [main], {
    cwd: job.workspace,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let cancelled = false;
  const take = (line: string): void => {
    if (!cancelled && cancelOn?.test(line)) cancelled = child.kill("SIGINT");
    run.log.take(line);
  };
  const [[code]] = await Promise.all([
    once(child, "close"),
    eachLine(child.stdout, take),
    eachLine(child.stderr, take),
  ]);
  return (code as number | null) ?? 128;
}

/** Like the runner's, this reader also ends a line at a lone carriage return: text after it can start a command. */
async function eachLine(stream: Readable, take: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) take(line);
}
