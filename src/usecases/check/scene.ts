import type { Evidence } from "../../domain/evidence.ts";
import type { Files } from "../../ports/files.ts";
import type { Git } from "../../ports/git.ts";
import type { GitObjects } from "../../ports/git-objects.ts";
import type { AskOptions } from "../approve/ask-approvals.ts";
import type { MeasurePorts, MeasureTask } from "../gate/measure-task.ts";
import type { RecordsElsewhere } from "../refusals/kept-packs.ts";
import type { RunStart } from "../run-context.ts";
import type { OpenPullRequests } from "../trust-change/dependents.ts";
import type { Change } from "../proof/change.ts";

export interface CheckPorts extends Omit<MeasurePorts, "files"> {
  readonly git: Git & Pick<GitObjects, "object">;
  /** The work tree: where the evidence of other jobs was put. */
  readonly files: Files;
  readonly filesAt: (commit: string) => Files;
}

/** Measurements that other jobs made, instead of measuring here. */
export interface Legs {
  /** Folder of evidence, relative to the repository: `<leg>/<kind>.json`; null: measure here all the same. */
  readonly folder: string | null;
  /** Where the folder is; the work tree when it is left out. */
  readonly files?: Pick<Files, "list" | "readIfExists">;
  /** The JSON of GitHub's `needs` context; null when there are no jobs before. */
  readonly needs: string | null;
}

export interface CheckOptions extends AskOptions {
  readonly start: RunStart;
  /** Fetches records of refused attempts, besides those of this repository. */
  readonly refusals?: () => Promise<RecordsElsewhere>;
  /** Lists open pull requests, to name those that depend on what a change of trust revokes. */
  readonly openPullRequests?: OpenPullRequests;
  readonly legs?: Legs;
  readonly benchmark?: NonNullable<MeasureTask["benchmark"]>;
  readonly signal?: AbortSignal;
}

/** What the parts of the check share. */
export interface CheckScene {
  readonly ports: CheckPorts;
  readonly change: Change;
  readonly options: CheckOptions;
  /** Evidence of other jobs that was proven to be about the change; null: measure here. */
  readonly handedIn: readonly Evidence[] | null;
}
