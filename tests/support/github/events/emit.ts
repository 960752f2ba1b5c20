import type { JsonObject } from "../http/json.ts";
import { repositoryJson } from "../rest/json/repositories.ts";
import { userJson } from "../rest/json/users.ts";
import type { Actor } from "../state/actor.ts";
import type { Repository } from "../state/repository.ts";
import type { World } from "../state/world.ts";
import type { GithubEvent, Workflows } from "./event.ts";

export interface Happening {
  readonly name: string;
  readonly action?: string;
  readonly actor: Actor;
  readonly payload: JsonObject;
  readonly workflows: Workflows;
  readonly sha: string;
  readonly ref: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly pulls?: readonly number[];
  /** Head commit and branch that a run belongs to, when they are not `sha` and `ref`. */
  readonly head?: { readonly sha: string; readonly branch: string };
}

/** Records an event, with the workflow run that waits for approval if there is one. */
export function emit(world: World, repo: Repository, happening: Happening): GithubEvent {
  const { name, action, actor, workflows, sha, ref } = happening;
  const event: GithubEvent = {
    name,
    action,
    workflows,
    runId: world.nextId(),
    payload: {
      ...(action === undefined ? {} : { action }),
      ...happening.payload,
      repository: repositoryJson(world, repo),
      ...(repo.facts.owner.type === "Organization" ? { organization: organizationJson(world, repo) } : {}),
      sender: userJson(world, actor.account),
    },
    environment: {
      GITHUB_EVENT_NAME: name,
      GITHUB_SHA: sha,
      GITHUB_REF: ref,
      GITHUB_REF_NAME: ref.replace(/^refs\/(heads|tags|pull)\//, ""),
      GITHUB_ACTOR: actor.account.login,
      GITHUB_ACTOR_ID: String(actor.account.id),
      GITHUB_TRIGGERING_ACTOR: actor.account.login,
      GITHUB_REPOSITORY: repo.fullName,
      GITHUB_REPOSITORY_ID: String(repo.facts.id),
      GITHUB_REPOSITORY_OWNER: repo.facts.owner.login,
      ...happening.environment,
    },
  };
  repo.events.push(event);
  if (workflows !== "silent") recordRun(world, repo, { event, happening });
  return event;
}

function recordRun(
  world: World,
  repo: Repository,
  { event, happening }: { event: GithubEvent; happening: Happening },
): void {
  const waits = event.workflows === "await-approval";
  repo.runs.push({
    id: event.runId,
    event: event.name,
    sha: happening.head?.sha ?? happening.sha,
    branch: happening.head?.branch ?? happening.ref.replace("refs/heads/", ""),
    actor: happening.actor.account,
    createdAt: world.now(),
    pulls: happening.pulls ?? [],
    status: waits ? "completed" : "queued",
    conclusion: waits ? "action_required" : null,
  });
}

function organizationJson(world: World, repo: Repository): JsonObject {
  const { login, id } = repo.facts.owner;
  const url = `${world.url}/orgs/${login}`;
  return {
    login,
    id,
    node_id: `O_${id}`,
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${world.url}/avatars/${id}`,
    description: null,
  };
}
