import type { JsonObject } from "../http/json.ts";

/** What GitHub does with workflows when something happens. */
export type Workflows = "start" | "await-approval" | "silent";

/** Something that happened, as a workflow or a webhook would learn of it. */
export interface GithubEvent {
  /** GITHUB_EVENT_NAME. */
  readonly name: string;
  readonly action: string | undefined;
  /** The content of the file at GITHUB_EVENT_PATH. */
  readonly payload: JsonObject;
  /** Changes from `await-approval` to `start` when somebody approves the run. */
  workflows: Workflows;
  /** The run that this event made; `await-approval` runs are approved by its id. */
  readonly runId: number;
  /** GITHUB_SHA, GITHUB_REF, GITHUB_ACTOR and the like. */
  readonly environment: Readonly<Record<string, string>>;
}
