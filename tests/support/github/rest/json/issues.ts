import type { JsonObject } from "../../http/json.ts";
import type { Comment, PullRequest } from "../../state/records.ts";
import type { Repository } from "../../state/repository.ts";
import type { World } from "../../state/world.ts";
import { associationOf, labelJson } from "./pulls.ts";
import { htmlUrl, repositoryUrl } from "./repositories.ts";
import { appJson, userJson } from "./users.ts";

/** A pull request seen as an issue. */
export function issueJson(world: World, repo: Repository, pull: PullRequest): JsonObject {
  const url = `${repositoryUrl(world, repo)}/issues/${pull.number}`;
  const html = `${htmlUrl(world, repo)}/pull/${pull.number}`;
  return {
    url,
    repository_url: repositoryUrl(world, repo),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: html,
    id: pull.id,
    node_id: `PR_${pull.id}`,
    number: pull.number,
    title: pull.title,
    user: userJson(world, pull.user),
    labels: pull.labels.map((label) => labelJson(world, repo, label)),
    state: pull.state,
    locked: false,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: repo.comments.filter(({ issue }) => issue === pull.number).length,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    author_association: associationOf(repo, pull.user),
    body: pull.body,
    draft: pull.draft,
    pull_request: {
      url: `${repositoryUrl(world, repo)}/pulls/${pull.number}`,
      html_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      merged_at: pull.mergedAt,
    },
  };
}

export function issueCommentJson(world: World, repo: Repository, comment: Comment): JsonObject {
  const url = repositoryUrl(world, repo);
  return {
    id: comment.id,
    node_id: `IC_${comment.id}`,
    url: `${url}/issues/comments/${comment.id}`,
    html_url: `${htmlUrl(world, repo)}/pull/${comment.issue}#issuecomment-${comment.id}`,
    issue_url: `${url}/issues/${comment.issue}`,
    body: comment.body,
    user: userJson(world, comment.user),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: associationOf(repo, comment.user),
    performed_via_github_app: comment.app === undefined ? null : appJson(world, comment.app),
  };
}
