import type { ActionMetadata } from "./metadata.ts";

/** The job that a step runs in. */
export interface Job {
  readonly workspace: string;
  readonly temp: string;
  readonly toolCache: string;
  readonly actionFolder: string;
  readonly repository: string;
  readonly sha: string;
  readonly ref: string;
  readonly actor: string;
  readonly eventName: string;
  readonly token: string;
  /** Variables that name the server, where it is not github.com. */
  readonly server?: Readonly<Record<string, string>>;
}

/** What a `with:` block says; the runner turns every value into text. */
export type With = Readonly<Record<string, string | number | boolean>>;

/** Paths of the files that a step writes to talk to the runner. */
export interface FileCommands {
  readonly output: string;
  readonly state: string;
  readonly env: string;
  readonly path: string;
  readonly summary: string;
}

/** `INPUT_<NAME>`: upper case, spaces become `_`, hyphens stay; defaults fill in, also for required inputs. */
export function inputEnvironment(metadata: ActionMetadata, given: With, job: Job): Record<string, string> {
  const values = new Map([...metadata.inputs].map(([name, input]) => [name, evaluate(input.default, job)]));
  for (const [name, value] of Object.entries(given)) values.set(name.toLowerCase(), String(value));
  const named = [...values].map(([name, value]) => [
    `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`,
    value,
  ]);
  return Object.fromEntries(named) as Record<string, string>;
}

/** Inputs in `with:` that the action does not declare: the runner warns and passes them on. */
export function unexpectedInputs(metadata: ActionMetadata, given: With): readonly string[] {
  return Object.keys(given).filter((name) => !metadata.inputs.has(name.toLowerCase()));
}

/** The few expressions that defaults in an action.yml use. */
function evaluate(text: string, job: Job): string {
  const contexts: Readonly<Record<string, string>> = {
    "github.token": job.token,
    "github.actor": job.actor,
    "github.sha": job.sha,
    "github.workspace": job.workspace,
  };
  return text.replaceAll(/\$\{\{\s*([\w.]+)\s*\}\}/g, (whole, name: string) => {
    const value = contexts[name];
    if (value === undefined) throw new Error(`This runner does not know the expression ${whole}`);
    return value;
  });
}

/** What the runner sets for every step; nothing of the machine's own environment but what a program needs to start. */
export function stepEnvironment(job: Job, files: FileCommands): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: job.temp,
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_WORKSPACE: job.workspace,
    GITHUB_ACTION_PATH: job.actionFolder,
    GITHUB_REPOSITORY: job.repository,
    GITHUB_SHA: job.sha,
    GITHUB_REF: job.ref,
    GITHUB_REF_NAME: job.ref.replace(/^refs\/(?:heads|tags)\//, ""),
    GITHUB_ACTOR: job.actor,
    GITHUB_EVENT_NAME: job.eventName,
    GITHUB_RUN_ID: "1",
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_JOB: "gate",
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_API_URL: "https://api.github.com",
    RUNNER_TEMP: job.temp,
    RUNNER_TOOL_CACHE: job.toolCache,
    RUNNER_OS: "Linux",
    RUNNER_ARCH: "X64",
    ACTIONS_RUNTIME_TOKEN: "runtime-token-of-the-job",
    GITHUB_OUTPUT: files.output,
    GITHUB_STATE: files.state,
    GITHUB_ENV: files.env,
    GITHUB_PATH: files.path,
    GITHUB_STEP_SUMMARY: files.summary,
    ...job.server,
  };
}
