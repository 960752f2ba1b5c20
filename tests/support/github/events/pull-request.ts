import type { JsonObject } from "../http/json.ts";
import { pullJson } from "../rest/json/pulls.ts";
import type { Actor } from "../state/actor.ts";
import type { PullRequest } from "../state/records.ts";
import type { Repository } from "../state/repository.ts";
import type { World } from "../state/world.ts";
import { emit } from "./emit.ts";
import type { Workflows } from "./event.ts";

export interface PullRequestHappening {
  readonly pull: PullRequest;
  readonly action: string;
  readonly actor: Actor;
  readonly payload?: JsonObject;
  /** Another event about a pull request, such as pull_request_review. */
  readonly name?: string;
}

/** Activity that GITHUB_TOKEN starts too, though the runs wait for approval (since 2026-06-11). */
const WAITING_ACTIONS = new Set(["opened", "synchronize", "reopened"]);

/** A `pull_request` event, as workflows of the base repository see it. */
export async function emitPullRequest(
  world: World,
  repo: Repository,
  happening: PullRequestHappening,
): Promise<void> {
  const { pull, action, actor } = happening;
  const at = `refs/pull/${pull.number}`;
  const merge = await repo.bare.resolve(`${at}/merge`);
  const merged = pull.mergedAt !== null;
  emit(world, repo, {
    name: happening.name ?? "pull_request",
    action,
    actor,
    workflows: workflowsFor(happening),
    payload: { number: pull.number, pull_request: await pullJson(world, repo, pull), ...happening.payload },
    sha: (merged ? pull.mergeCommit : merge) ?? pull.headSha,
    ref: merged ? `refs/heads/${pull.baseRef}` : `${at}/merge`,
    environment: { GITHUB_BASE_REF: pull.baseRef, GITHUB_HEAD_REF: pull.headRef },
    head: { sha: pull.headSha, branch: pull.headRef },
    pulls: [pull.number],
  });
}

function workflowsFor({ action, actor }: PullRequestHappening): Workflows {
  if (actor.kind !== "actions" && actor.kind !== "fork") return "start";
  return WAITING_ACTIONS.has(action) ? "await-approval" : "silent";
}
