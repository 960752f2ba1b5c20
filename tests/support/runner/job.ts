import { cp, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Job } from "./environment.ts";

const REPOSITORY = resolve(import.meta.dirname, "../../..");

/**
 * Lays actions out as the runner does after downloading a release: action.yml and the bundles, in an empty folder with
 * no node_modules above it. `folder` must be outside of the repository. The bundles are copied once, as a job downloads
 * a release once. Returns a function from an action's name to its folder.
 */
export function actionInstaller(folder: string): (name: string) => Promise<string> {
  let bundles: Promise<void> | undefined;
  return async (name) => {
    bundles ??= cp(join(REPOSITORY, "actions/dist"), join(folder, "actions/dist"), { recursive: true });
    const target = join(folder, "actions", name);
    await mkdir(target, { recursive: true });
    await cp(join(REPOSITORY, "actions", name, "action.yml"), join(target, "action.yml"));
    await bundles;
    return target;
  };
}

/** A job on a checkout of `acme/forecasts`, with its own temporary folders below `folder`. */
export function makeJob(folder: string, about: Pick<Job, "workspace" | "actionFolder"> & Partial<Job>): Job {
  return {
    temp: join(folder, "_temp"),
    toolCache: join(folder, "_tool"),
    repository: "acme/forecasts",
    sha: "0".repeat(40),
    ref: "refs/heads/main",
    actor: "octocat",
    eventName: "pull_request",
    token: "ghs_0123456789abcdefghijklmnopqrstuvwxyz",
    ...about,
  };
}
