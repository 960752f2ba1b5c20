import { emitPullRequest } from "../events/pull-request.ts";
import { HttpError, notFound, validationFailed } from "../http/errors.ts";
import type { JsonObject } from "../http/json.ts";
import { closePull } from "../state/pull-heads.ts";
import { demandVisible, findPull, MAX_BODY } from "../state/pulls.ts";
import type { Comment, Label, PullRequest } from "../state/records.ts";
import type { Repository } from "../state/repository.ts";
import type { World } from "../state/world.ts";
import {
  created,
  listReply,
  noContent,
  numberIn,
  ok,
  optionalText,
  textIn,
  type Call,
  type Reply,
  type Routes,
  textOf,
} from "./call.ts";
import { issueCommentJson, issueJson } from "./json/issues.ts";
import { labelJson } from "./json/pulls.ts";

const AT = "/repos/{owner}/{repo}/issues";
const READ = { needs: "issues:read", orNeeds: "pull_requests:read" } as const;
const WRITE = { needs: "issues:write", orNeeds: "pull_requests:write" } as const;

export const ISSUE_ROUTES: Routes = {
  [`GET ${AT}/{issue_number}` as const]: { ...READ, handle: getIssue },
  [`PATCH ${AT}/{issue_number}` as const]: { ...WRITE, handle: updateIssue },
  [`GET ${AT}/{issue_number}/comments` as const]: { ...READ, handle: listComments },
  [`POST ${AT}/{issue_number}/comments` as const]: { ...WRITE, handle: createComment },
  [`PATCH ${AT}/comments/{comment_id}` as const]: { ...WRITE, handle: updateComment },
  [`DELETE ${AT}/comments/{comment_id}` as const]: { ...WRITE, handle: deleteComment },
  [`GET ${AT}/{issue_number}/labels` as const]: { ...READ, handle: listLabels },
  [`POST ${AT}/{issue_number}/labels` as const]: { ...WRITE, handle: addLabels },
  [`DELETE ${AT}/{issue_number}/labels/{name}` as const]: { ...WRITE, handle: removeLabel },
  "GET /repos/{owner}/{repo}/labels/{name}": { ...READ, handle: getLabel },
  "POST /repos/{owner}/{repo}/labels": { ...WRITE, handle: createLabel },
};

function issueIn(call: Call): PullRequest {
  return findPull(call.repo, numberIn(call, "issue_number"));
}

function getIssue(call: Call): Reply {
  return ok(issueJson(call.world, call.repo, issueIn(call)));
}

async function updateIssue(call: Call): Promise<Reply> {
  const { world, repo, actor, body } = call;
  const pull = issueIn(call);
  pull.title = optionalText(body, "title") ?? pull.title;
  pull.body = optionalText(body, "body") ?? pull.body;
  if (Array.isArray(body["labels"])) pull.labels = toLabels(world, repo, body["labels"]);
  if (body["state"] === "closed" && pull.state === "open") await closePull(world, repo, { pull, actor });
  return ok(issueJson(world, repo, pull));
}

async function listComments(call: Call): Promise<Reply> {
  const { number } = issueIn(call);
  const found = call.repo.comments.filter(({ issue }) => issue === number);
  return await listReply(call, found, (comment) => issueCommentJson(call.world, call.repo, comment));
}

function createComment(call: Call): Reply {
  const { world, repo, actor, body } = call;
  const createdAt = world.now();
  const comment: Comment = {
    id: world.nextId(),
    issue: issueIn(call).number,
    user: actor.account,
    app: actor.app,
    createdAt,
    updatedAt: createdAt,
    body: commentBody(body),
  };
  repo.comments.push(comment);
  return created(issueCommentJson(world, repo, comment));
}

function commentBody(body: JsonObject): string {
  const text = optionalText(body, "body") ?? "";
  if (text.trim() === "") throw validationFailed("IssueComment", "Body cannot be blank", { field: "data" });
  if (text.length > MAX_BODY) {
    throw validationFailed("IssueComment", `Body is too long (maximum is ${MAX_BODY} characters)`, {
      field: "data",
    });
  }
  return text;
}

function commentIn(call: Call): Comment {
  const found = call.repo.comments.find(({ id }) => id === numberIn(call, "comment_id"));
  if (found === undefined) throw notFound();
  return found;
}

function updateComment(call: Call): Reply {
  const comment = commentIn(call);
  demandOwner(call, comment);
  comment.body = commentBody(call.body);
  comment.updatedAt = call.world.now();
  return ok(issueCommentJson(call.world, call.repo, comment));
}

/** A bot may edit only what it wrote; a person with write access may edit everything. */
function demandOwner({ actor }: Call, comment: Comment): void {
  if (actor.kind === "user" || comment.user.login === actor.account.login) return;
  throw new HttpError(403, "Resource not accessible by integration");
}

function deleteComment(call: Call): Reply {
  const comment = commentIn(call);
  demandOwner(call, comment);
  call.repo.comments.splice(call.repo.comments.indexOf(comment), 1);
  return noContent();
}

async function listLabels(call: Call): Promise<Reply> {
  return await listReply(call, issueIn(call).labels, (label) => labelJson(call.world, call.repo, label));
}

async function addLabels(call: Call): Promise<Reply> {
  const { world, repo, actor, body } = call;
  const pull = issueIn(call);
  demandVisible(pull);
  const given = (body["labels"] ?? body["0"] ?? []) as readonly unknown[];
  for (const label of toLabels(world, repo, given)) {
    if (pull.labels.includes(label)) continue;
    pull.labels.push(label);
    const payload = { label: labelJson(world, repo, label) };
    await emitPullRequest(world, repo, { pull, action: "labeled", actor, payload });
  }
  return ok(pull.labels.map((label) => labelJson(world, repo, label)));
}

function removeLabel(call: Call): Reply {
  const pull = issueIn(call);
  const label = pull.labels.find(({ name }) => name === textIn(call, "name"));
  if (label === undefined) throw new HttpError(404, "Label does not exist");
  pull.labels.splice(pull.labels.indexOf(label), 1);
  return ok(pull.labels.map((one) => labelJson(call.world, call.repo, one)));
}

/** Labels by name; GitHub makes those that are missing. */
function toLabels(world: World, repo: Repository, given: readonly unknown[]): Label[] {
  return given.map((one) => {
    const name = typeof one === "string" ? one : textOf(one as JsonObject, "name");
    return repo.labels.get(name.toLowerCase()) ?? makeLabel(world, repo, { name });
  });
}

function makeLabel(
  world: World,
  repo: Repository,
  about: { name: string; color?: string; description?: string },
): Label {
  const { name, color = "ededed", description = null } = about;
  const label: Label = { id: world.nextId(), name, color, description };
  repo.labels.set(name.toLowerCase(), label);
  return label;
}

function getLabel(call: Call): Reply {
  const label = call.repo.labels.get(textIn(call, "name").toLowerCase());
  if (label === undefined) throw notFound();
  return ok(labelJson(call.world, call.repo, label));
}

function createLabel({ world, repo, body }: Call): Reply {
  const name = textOf(body, "name");
  if (repo.labels.has(name.toLowerCase())) {
    const errors = [{ resource: "Label", code: "already_exists", field: "name" }];
    throw new HttpError(422, "Validation Failed", { errors });
  }
  const color = optionalText(body, "color");
  const description = optionalText(body, "description");
  const about = {
    name,
    ...(color === undefined ? {} : { color }),
    ...(description === undefined ? {} : { description }),
  };
  return created(labelJson(world, repo, makeLabel(world, repo, about)));
}
