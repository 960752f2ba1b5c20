import type { Json, JsonObject } from "../../http/json.ts";
import type { Account } from "../../state/accounts.ts";
import type { Label, PullRequest, Review } from "../../state/records.ts";
import type { Repository } from "../../state/repository.ts";
import type { World } from "../../state/world.ts";
import { fileChanges } from "./files.ts";
import { htmlUrl, repositoryJson, repositoryUrl } from "./repositories.ts";
import { teamJson, userJson } from "./users.ts";

export function labelJson(world: World, repo: Repository, label: Label): JsonObject {
  return {
    id: label.id,
    node_id: `LA_${label.id}`,
    url: `${repositoryUrl(world, repo)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: label.description,
  };
}

export function associationOf(repo: Repository, account: Account): string {
  if (account.login === repo.facts.owner.login) return "OWNER";
  return repo.people.has(account.login.toLowerCase()) ? "COLLABORATOR" : "NONE";
}

function linksOf(world: World, repo: Repository, { number, headSha }: PullRequest): Record<string, string> {
  const url = repositoryUrl(world, repo);
  return {
    self: `${url}/pulls/${number}`,
    html: `${htmlUrl(world, repo)}/pull/${number}`,
    issue: `${url}/issues/${number}`,
    comments: `${url}/issues/${number}/comments`,
    review_comments: `${url}/pulls/${number}/comments`,
    review_comment: `${url}/pulls/comments{/number}`,
    commits: `${url}/pulls/${number}/commits`,
    statuses: `${url}/statuses/${headSha}`,
  };
}

function sideJson(world: World, repo: Repository, { ref, sha }: { ref: string; sha: string }): JsonObject {
  const owner = repo.facts.owner;
  const label = `${owner.login}:${ref}`;
  return { label, ref, sha, user: userJson(world, owner), repo: repositoryJson(world, repo) };
}

function orNull(world: World, account: Account | null | undefined): Json {
  return account === null || account === undefined ? null : userJson(world, account);
}

/** A pull request as lists and webhooks have it. */
export function pullSimpleJson(world: World, repo: Repository, pull: PullRequest): JsonObject {
  const links = linksOf(world, repo, pull);
  const teams = pull.requestedTeams.map((slug) => world.teams.get(`${repo.facts.owner.login}/${slug}`));
  return {
    url: links["self"],
    id: pull.id,
    node_id: `PR_${pull.id}`,
    html_url: links["html"],
    diff_url: `${links["html"]}.diff`,
    patch_url: `${links["html"]}.patch`,
    issue_url: links["issue"],
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: userJson(world, pull.user),
    body: pull.body,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommit,
    assignee: null,
    assignees: [],
    requested_reviewers: pull.requestedReviewers.map((one) => userJson(world, one)),
    requested_teams: teams.flatMap((team) => (team === undefined ? [] : [teamJson(world, team)])),
    labels: pull.labels.map((label) =>
      labelJson(world, repo, { ...label, description: label.description ?? "" }),
    ),
    milestone: null,
    draft: pull.draft,
    commits_url: links["commits"],
    review_comments_url: links["review_comments"],
    review_comment_url: links["review_comment"],
    comments_url: links["comments"],
    statuses_url: links["statuses"],
    head: sideJson(world, pull.headRepository, { ref: pull.headRef, sha: pull.headSha }),
    base: sideJson(world, repo, { ref: pull.baseRef, sha: pull.baseSha }),
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    author_association: associationOf(repo, pull.user),
    auto_merge: autoMergeJson(world, pull),
    active_lock_reason: null,
  };
}

function autoMergeJson(world: World, { autoMerge }: PullRequest): Json {
  if (autoMerge === null) return null;
  const enabled_by = userJson(world, autoMerge.by.account);
  return { enabled_by, merge_method: autoMerge.method, commit_title: "", commit_message: "" };
}

/** A pull request as `GET pulls/{n}` has it: counted and tried to merge. */
export async function pullJson(world: World, repo: Repository, pull: PullRequest): Promise<JsonObject> {
  const from = await repo.bare.mergeBase(pull.baseSha, pull.headSha);
  const files = await fileChanges(world, repo, { from, to: pull.headSha });
  const commits = await repo.bare.commitsBetween(pull.baseSha, pull.headSha);
  const testMerge = await repo.bare.resolve(`refs/pull/${pull.number}/merge`);
  const open = pull.state === "open";
  const sum = (key: string): number => files.reduce((total, file) => total + Number(file[key]), 0);
  return {
    ...pullSimpleJson(world, repo, pull),
    merge_commit_sha: pull.mergeCommit ?? testMerge ?? null,
    merged: pull.mergedAt !== null,
    mergeable: open ? testMerge !== undefined : null,
    rebaseable: open ? testMerge !== undefined : null,
    mergeable_state: !open ? "unknown" : testMerge === undefined ? "dirty" : "clean",
    merged_by: orNull(world, pull.mergedBy),
    comments: repo.comments.filter(({ issue }) => issue === pull.number).length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: commits.length,
    additions: sum("additions"),
    deletions: sum("deletions"),
    changed_files: files.length,
  };
}

export function reviewJson(
  world: World,
  repo: Repository,
  { pull, review }: { readonly pull: PullRequest; readonly review: Review },
): JsonObject {
  const links = linksOf(world, repo, pull);
  const html = `${links["html"]}#pullrequestreview-${review.id}`;
  return {
    id: review.id,
    node_id: `PRR_${review.id}`,
    user: userJson(world, review.user),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: links["self"],
    author_association: associationOf(repo, review.user),
    _links: { html: { href: html }, pull_request: { href: links["self"] } },
    submitted_at: review.submittedAt,
    commit_id: review.commit,
  };
}
