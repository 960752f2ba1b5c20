import { emitPullRequest } from "../events/pull-request.ts";
import { HttpError, notFound, validationFailed } from "../http/errors.ts";
import { commitJson } from "./json/commits.ts";
import { fileChanges } from "./json/files.ts";
import { closePull } from "../state/pull-heads.ts";
import { mergePull } from "../state/merging.ts";
import { checkTexts, demandVisible, findPull, openPull, reopenPull } from "../state/pulls.ts";
import type { MergeMethod, PullRequest } from "../state/records.ts";
import type { Repository } from "../state/repository.ts";
import { demand } from "../state/actor.ts";
import type { World } from "../state/world.ts";
import {
  created,
  listReply,
  noContent,
  numberIn,
  ok,
  optionalText,
  type Call,
  type Reply,
  type Routes,
  textOf,
} from "./call.ts";
import { pullJson, pullSimpleJson } from "./json/pulls.ts";
import { teamJson, userJson } from "./json/users.ts";

const AT = "/repos/{owner}/{repo}/pulls";

/** `GET pulls/{n}/files` ends after this many. */
const MAX_FILES = 3000;

export const PULL_ROUTES: Routes = {
  [`GET ${AT}` as const]: { needs: "pull_requests:read", handle: listPulls },
  [`POST ${AT}` as const]: { needs: "pull_requests:write", handle: createPull },
  [`GET ${AT}/{pull_number}` as const]: { needs: "pull_requests:read", handle: getPull },
  [`PATCH ${AT}/{pull_number}` as const]: { needs: "pull_requests:write", handle: updatePull },
  [`GET ${AT}/{pull_number}/commits` as const]: { needs: "pull_requests:read", handle: listCommits },
  [`GET ${AT}/{pull_number}/files` as const]: { needs: "pull_requests:read", handle: listFiles },
  [`GET ${AT}/{pull_number}/merge` as const]: { needs: "pull_requests:read", handle: isMerged },
  [`PUT ${AT}/{pull_number}/merge` as const]: { needs: "contents:write", handle: merge },
  [`GET ${AT}/{pull_number}/requested_reviewers` as const]: {
    needs: "pull_requests:read",
    handle: listReviewers,
  },
  [`POST ${AT}/{pull_number}/requested_reviewers` as const]: {
    needs: "pull_requests:write",
    handle: askReviewers,
  },
};

function pullIn(call: Call): PullRequest {
  return findPull(call.repo, numberIn(call, "pull_number"));
}

async function listPulls(call: Call): Promise<Reply> {
  const { world, repo, query } = call;
  const state = query.get("state") ?? "open";
  const head = query.get("head");
  const base = query.get("base");
  const found = [...repo.pulls.values()]
    .filter((pull) => state === "all" || pull.state === state)
    .filter((pull) => head === null || head === `${pull.headRepository.facts.owner.login}:${pull.headRef}`)
    .filter((pull) => base === null || pull.baseRef === base);
  const ascending = query.get("direction") === "asc";
  return await listReply(call, ascending ? found : found.reverse(), (pull) =>
    pullSimpleJson(world, repo, pull),
  );
}

async function createPull(call: Call): Promise<Reply> {
  const { world, repo, actor, body, token } = call;
  const head = textOf(body, "head");
  const { headRepository, headRef } = headOf(world, repo, head);
  if (headRepository === repo && token.kind === "user") demand(token, repo, "contents:write");
  const pull = await openPull(world, repo, {
    title: optionalText(body, "title") ?? "",
    body: optionalText(body, "body") ?? null,
    base: textOf(body, "base"),
    draft: body["draft"] === true,
    headRepository,
    headRef,
    actor,
  });
  return created(await pullJson(world, repo, pull));
}

/** `branch` or `owner:branch`, where owner has a fork. */
function headOf(
  world: World,
  repo: Repository,
  head: string,
): { headRepository: Repository; headRef: string } {
  const colon = head.indexOf(":");
  if (colon < 0) return { headRepository: repo, headRef: head };
  const owner = head.slice(0, colon);
  const headRef = head.slice(colon + 1);
  if (owner === repo.facts.owner.login) return { headRepository: repo, headRef };
  const fork = [...world.repositories.values()].find(
    (one) => one.facts.owner.login === owner && one.facts.parent === repo,
  );
  if (fork !== undefined) return { headRepository: fork, headRef };
  throw new HttpError(422, "Validation Failed", {
    errors: [{ resource: "PullRequest", field: "head", code: "invalid" }],
  });
}

async function getPull(call: Call): Promise<Reply> {
  return ok(await pullJson(call.world, call.repo, pullIn(call)));
}

async function updatePull(call: Call): Promise<Reply> {
  const { world, repo, actor, body } = call;
  const pull = pullIn(call);
  const title = optionalText(body, "title");
  const text = optionalText(body, "body");
  checkTexts({ ...(title === undefined ? {} : { title }), ...(text === undefined ? {} : { body: text }) });
  const changes = {
    ...(title === undefined || title === pull.title ? {} : { title: { from: pull.title } }),
    ...(text === undefined || text === pull.body ? {} : { body: { from: pull.body ?? "" } }),
  };
  pull.title = title ?? pull.title;
  pull.body = text ?? pull.body;
  pull.updatedAt = world.now();
  if (Object.keys(changes).length > 0) {
    await emitPullRequest(world, repo, { pull, action: "edited", actor, payload: { changes } });
  }
  await changeState(call, pull);
  return ok(await pullJson(world, repo, pull));
}

async function changeState({ world, repo, actor, body }: Call, pull: PullRequest): Promise<void> {
  if (body["state"] === "closed" && pull.state === "open") await closePull(world, repo, { pull, actor });
  if (body["state"] === "open" && pull.state === "closed") await reopenPull(world, repo, { pull, actor });
}

async function listCommits(call: Call): Promise<Reply> {
  const { baseSha, headSha } = pullIn(call);
  const shas = await call.repo.bare.commitsBetween(baseSha, headSha);
  return await listReply(call, shas.slice(0, 250), (sha) => commitJson(call.world, call.repo, sha));
}

async function listFiles(call: Call): Promise<Reply> {
  const { baseSha, headSha } = pullIn(call);
  const from = await call.repo.bare.mergeBase(baseSha, headSha);
  const files = await fileChanges(call.world, call.repo, { from, to: headSha });
  return await listReply(call, files.slice(0, MAX_FILES), (file) => file);
}

function isMerged(call: Call): Reply {
  if (pullIn(call).mergedAt === null) throw notFound();
  return noContent();
}

async function merge(call: Call): Promise<Reply> {
  const { world, repo, actor, body } = call;
  const sha = await mergePull(world, repo, {
    pull: pullIn(call),
    actor,
    method: (optionalText(body, "merge_method") ?? "merge") as MergeMethod,
    sha: optionalText(body, "sha"),
    title: optionalText(body, "commit_title"),
    message: optionalText(body, "commit_message"),
  });
  return ok({ sha, merged: true, message: "Pull Request successfully merged" });
}

function listReviewers(call: Call): Reply {
  const pull = pullIn(call);
  return ok(reviewersJson(call, pull));
}

function reviewersJson({ world, repo }: Call, pull: PullRequest): object {
  const teams = pull.requestedTeams.map((slug) => world.teams.get(`${repo.facts.owner.login}/${slug}`));
  return {
    users: pull.requestedReviewers.map((user) => userJson(world, user)),
    teams: teams.flatMap((team) => (team === undefined ? [] : [teamJson(world, team)])),
  };
}

async function askReviewers(call: Call): Promise<Reply> {
  const { world, repo, body } = call;
  const pull = pullIn(call);
  demandVisible(pull);
  for (const login of (body["reviewers"] ?? []) as readonly string[]) askPerson(call, pull, login);
  for (const slug of (body["team_reviewers"] ?? []) as readonly string[]) askTeam(call, pull, slug);
  return created(pullSimpleJson(world, repo, pull));
}

function askPerson({ repo, world }: Call, pull: PullRequest, login: string): void {
  if (login === pull.user.login) {
    throw validationFailed("PullRequest", "Review cannot be requested from pull request author.");
  }
  if (!repo.people.has(login.toLowerCase())) {
    throw new HttpError(
      422,
      "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the " +
        `${repo.fullName} repository.`,
    );
  }
  const account = world.account(login);
  if (!pull.requestedReviewers.includes(account)) pull.requestedReviewers.push(account);
}

function askTeam({ repo, world, token }: Call, pull: PullRequest, slug: string): void {
  const known = world.teams.has(`${repo.facts.owner.login}/${slug}`);
  if (!known || token.kind === "actions" || token.permissions.members === undefined) {
    throw validationFailed("PullRequest", "Could not resolve to a node with the global id of 'T_unknown'.");
  }
  if (!pull.requestedTeams.includes(slug)) pull.requestedTeams.push(slug);
}
