import type { Json, JsonObject } from "../http/json.ts";
import type { Account, App } from "./accounts.ts";
import type { Actor } from "./actor.ts";
import type { Repository } from "./repository.ts";

/** What the server remembers beside Git. Times are ISO 8601 in UTC; all ids count up from one counter. */
export interface Label {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
}

export interface Review {
  readonly id: number;
  readonly user: Account;
  readonly commit: string;
  readonly submittedAt: string;
  body: string;
  state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED" | "PENDING";
}

export interface Comment {
  readonly id: number;
  readonly issue: number;
  readonly user: Account;
  readonly app: App | undefined;
  readonly createdAt: string;
  updatedAt: string;
  body: string;
}

export interface PullRequest {
  readonly id: number;
  readonly number: number;
  readonly user: Account;
  readonly createdAt: string;
  readonly headRepository: Repository;
  readonly headRef: string;
  baseRef: string;
  /** Head commit; kept when the branch is gone. */
  headSha: string;
  baseSha: string;
  title: string;
  body: string | null;
  state: "open" | "closed";
  draft: boolean;
  updatedAt: string;
  closedAt: string | null;
  mergedAt: string | null;
  mergedBy: Account | null;
  mergeCommit: string | null;
  lastPusher: Account;
  autoMerge: { readonly by: Actor; readonly method: MergeMethod } | null;
  labels: Label[];
  requestedReviewers: Account[];
  requestedTeams: string[];
  /** Requests about this pull request as a node that still fail after its creation. */
  invisibleFor: number;
  readonly reviews: Review[];
}

export type MergeMethod = "merge" | "squash" | "rebase";

export const CONCLUSIONS = [
  "success",
  "failure",
  "neutral",
  "cancelled",
  "skipped",
  "timed_out",
  "action_required",
  "stale",
  "startup_failure",
] as const;
export type Conclusion = (typeof CONCLUSIONS)[number];

export interface CheckRun {
  readonly id: number;
  readonly sha: string;
  readonly app: App;
  readonly startedAt: string;
  name: string;
  status: "queued" | "in_progress" | "completed";
  conclusion: Conclusion | null;
  completedAt: string | null;
  detailsUrl: string | null;
  externalId: string;
  output: CheckOutput;
}

export interface CheckOutput {
  title: string | null;
  summary: string | null;
  text: string | null;
  readonly annotations: JsonObject[];
}

export interface CommitStatus {
  readonly id: number;
  readonly sha: string;
  readonly state: "error" | "failure" | "pending" | "success";
  readonly context: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly creator: Account;
  readonly app: App | undefined;
  readonly createdAt: string;
}

export interface Deployment {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly payload: Json;
  readonly description: string | null;
  readonly transient: boolean;
  readonly production: boolean;
  readonly creator: Account;
  readonly createdAt: string;
  readonly statuses: DeploymentStatus[];
}

export interface DeploymentStatus {
  readonly id: number;
  readonly state: string;
  readonly description: string;
  readonly environment: string;
  readonly logUrl: string;
  readonly environmentUrl: string;
  readonly creator: Account;
  readonly createdAt: string;
}

/** A ruleset in GitHub's own JSON. */
export interface Ruleset {
  readonly id: number;
  readonly name: string;
  readonly enforcement: "active" | "disabled" | "evaluate";
  readonly conditions: { readonly include: readonly string[]; readonly exclude: readonly string[] };
  readonly bypassActors: readonly JsonObject[];
  readonly rules: readonly Rule[];
}

export interface Rule {
  readonly type: string;
  readonly parameters?: JsonObject;
}

export interface WorkflowRun {
  readonly id: number;
  readonly event: string;
  readonly sha: string;
  readonly branch: string;
  readonly actor: Account;
  readonly createdAt: string;
  readonly pulls: readonly number[];
  status: "completed" | "queued";
  conclusion: "action_required" | null;
}

export interface QueueEntry {
  readonly pull: PullRequest;
  readonly by: Account;
  /** The group that is being checked; undefined until it is built. */
  group: { readonly ref: string; readonly base: string; readonly sha: string } | undefined;
}
