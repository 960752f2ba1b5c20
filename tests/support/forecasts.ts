import { cpSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type GitRepo, gitRepo, temporaryFolder } from "./git-repo.ts";
import type { Job, With } from "./runner/environment.ts";
import { actionInstaller, makeJob } from "./runner/job.ts";
import { runAction, type Step } from "./runner/run-action.ts";
import type { StepResult } from "./runner/step-result.ts";

const PROJECT = resolve(import.meta.dirname, "../..");

/** What a team's repository holds from the first day. */
const FOUNDATION = ["policies", "deployed.json", ".gitattributes", "models/flight-delay/training"];

/** ONNX Runtime as this project installed it: what a job would name with `ort-dir`. */
export const ORT_DIR = join(PROJECT, "node_modules");

/** Where the engine is fetched from when nobody names one: nothing in a test leaves this machine. */
const NOWHERE = "http://127.0.0.1:9";

/** What a test changes about a step or its job. */
export type UsesOptions = Partial<Pick<Step, "env" | "cancelOn">> &
  Partial<Pick<Job, "workspace" | "ref" | "sha" | "eventName" | "server" | "token">>;

/** A team's repository with real models, checked out in a job, and the built actions installed beside it. */
export interface Forecasts extends Disposable {
  /** The job's folder: `workspace`, `actions`, `_temp`. */
  readonly folder: string;
  readonly repo: GitRepo;
  /** Copies a registered version of this project into the work tree, without committing it. */
  add(model: string, version: string): void;
  /** Runs a built action on the checkout. */
  uses(action: string, given: With, more?: UsesOptions): Promise<StepResult>;
}

/** `versions` are committed: `flight-delay@1.0.0`. */
export function forecasts(versions: readonly string[]): Forecasts {
  const folder = temporaryFolder();
  const workspace = join(folder, "workspace");
  mkdirSync(workspace);
  const repo = gitRepo(workspace);
  for (const [key, value] of [
    ["name", "Ada"],
    ["email", "ada@example.org"],
  ])
    repo.git("config", `user.${key}`, value ?? "");
  const copy = (path: string): void => {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    cpSync(join(PROJECT, path), join(workspace, path), { recursive: true });
  };
  for (const path of FOUNDATION) copy(path);
  // Whom this project trusts is not whom the team trusts.
  rmSync(join(workspace, "policies/trust.yaml"));
  for (const version of versions) copy(`models/${version.replace("@", "/")}`);
  repo.commit({}, "models and policies");
  const installAction = actionInstaller(folder);
  return {
    folder,
    repo,
    add: (model, version) => copy(`models/${model}/${version}`),
    uses: async (action, given, { env, cancelOn, ...about } = {}) => {
      const actionFolder = await installAction(action);
      const job = makeJob(folder, { workspace, actionFolder, sha: repo.git("rev-parse", "HEAD"), ...about });
      return runAction({
        job,
        with: given,
        env: { MODELGATE_ORT_URL: NOWHERE, ...env },
        ...(cancelOn && { cancelOn }),
      });
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Titles of the annotations of a step, in the order in which they were made. */
export function titlesOf(step: StepResult): readonly string[] {
  return step.annotations.map(({ properties, message }) => properties["title"] ?? message);
}
