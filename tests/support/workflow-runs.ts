import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { gitRepo, type GitRepo } from "./git-repo.ts";
import { eventFile, type GithubEvent, type TokenKind } from "./github/index.ts";
import type { With } from "./runner/environment.ts";
import type { StepResult } from "./runner/step-result.ts";
import type { Team } from "./team.ts";

/** What the merge queue asks about; part of the payload of `merge_group`. */
export interface MergeGroup {
  readonly base_sha: string;
  readonly head_sha: string;
  readonly head_ref: string;
}

let jobs = 0;

/** Everything that a fetch of the whole history brings, test merges and groups of the queue too. */
function fetchAll({ repo }: Team, into: GitRepo): void {
  const refs = ["heads", "pull"].map((kind) => `+refs/${kind}/*:refs/remotes/origin/${kind}/*`);
  into.git("fetch", "-q", "--prune", repo.folder, ...refs);
}

/** A job of its own: main as it is now, checked out anew. */
export function freshJob(team: Team): GitRepo {
  jobs += 1;
  const folder = join(team.checkout.folder, `job-${jobs}`);
  mkdirSync(folder);
  const job = gitRepo(folder);
  fetchAll(team, job);
  job.git("checkout", "-q", "-B", "main", "refs/remotes/origin/heads/main");
  return job;
}

/** A gate over PROMOTE_TO_SHADOW that no engine is needed for: where the way is proved, and not a measurement. */
export function quickGate(requires: string, version = 1): Readonly<Record<string, string>> {
  return {
    "policies/gates/shadow.yaml": `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: shadow, version: ${version}, owners: [ml-platform] }
match: { events: [PROMOTE_TO_SHADOW], environments: [staging, prod], models: ["*"] }
requires: { ${requires} }
objectives:
  - { id: integrity, metric: integrity.problems, hard: "== 0", why: w, fix: f }
`,
  };
}

export interface Running {
  readonly token?: TokenKind;
  readonly with?: With;
  /** The clone that the job works in; the team's own without it. */
  readonly job?: GitRepo;
}

/** Runs a built action as the job that an event starts. */
export async function onEvent(
  team: Team,
  action: string,
  event: GithubEvent,
  { token = "actions", with: given = {}, job = team.checkout.repo }: Running = {},
): Promise<StepResult> {
  fetchAll(team, job);
  const path = await eventFile(event, team.checkout.folder);
  const { GITHUB_SHA: sha = "", GITHUB_REF: ref = "" } = event.environment;
  const about = { workspace: job.root, eventName: event.name, sha, ref };
  return team.uses(action, token, given, { GITHUB_EVENT_PATH: path }, about);
}

/**
 * Runs the required check on an event as model-gate.yml does, and reports it as that job's check run: of the group in a
 * merge queue, else of the pull request's head.
 */
export async function requiredCheck(
  team: Team,
  event: GithubEvent,
  running: Running = {},
): Promise<StepResult> {
  const step = await onEvent(team, "check", event, {
    ...running,
    with: { roles: "release-manager: grace, linus", comment: true, ...running.with },
  });
  const { merge_group: group, pull_request: pull } = event.payload as unknown as {
    merge_group?: MergeGroup;
    pull_request?: { head: { sha: string } };
  };
  const conclusion = step.exitCode === 0 ? "success" : "failure";
  await team.repo.check(group?.head_sha ?? pull?.head.sha ?? "", "model-gate", conclusion);
  return step;
}

/** The newest event of a name that happened, about one pull request if a number is given. */
export function newest({ repo }: Team, name: string, number?: number): GithubEvent {
  const about = (event: GithubEvent): boolean => number === undefined || event.payload["number"] === number;
  const found = repo.events.findLast((event) => event.name === name && about(event));
  if (found === undefined) throw new Error(`No ${name} happened.`);
  return found;
}
