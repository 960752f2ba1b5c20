import { emitPullRequest } from "../events/pull-request.ts";
import { HttpError, notFound } from "../http/errors.ts";
import { settle } from "../state/settle.ts";
import { findPull } from "../state/pulls.ts";
import type { PullRequest, Review } from "../state/records.ts";
import { listReply, numberIn, ok, optionalText, type Call, type Reply, type Routes } from "./call.ts";
import { reviewJson } from "./json/pulls.ts";

const AT = "/repos/{owner}/{repo}/pulls/{pull_number}/reviews";

export const REVIEW_ROUTES: Routes = {
  [`GET ${AT}` as const]: { needs: "pull_requests:read", handle: listReviews },
  [`POST ${AT}` as const]: { needs: "pull_requests:write", handle: createReview },
  [`PUT ${AT}/{review_id}/dismissals` as const]: { needs: "pull_requests:write", handle: dismissReview },
};

const STATES = { APPROVE: "APPROVED", REQUEST_CHANGES: "CHANGES_REQUESTED", COMMENT: "COMMENTED" } as const;

async function listReviews(call: Call): Promise<Reply> {
  const pull = findPull(call.repo, numberIn(call, "pull_number"));
  return await listReply(call, pull.reviews, (review) => reviewJson(call.world, call.repo, { pull, review }));
}

async function createReview(call: Call): Promise<Reply> {
  const { world, repo, actor, body } = call;
  const pull = findPull(repo, numberIn(call, "pull_number"));
  const event = optionalText(body, "event") as keyof typeof STATES | undefined;
  forbid(call, pull, event);
  const review: Review = {
    id: world.nextId(),
    user: actor.account,
    commit: await reviewedCommit(call, pull),
    submittedAt: world.now(),
    body: optionalText(body, "body") ?? "",
    state: event === undefined ? "PENDING" : STATES[event],
  };
  pull.reviews.push(review);
  pull.requestedReviewers = pull.requestedReviewers.filter(({ login }) => login !== actor.account.login);
  if (event !== undefined) {
    const payload = {
      review: { ...reviewJson(world, repo, { pull, review }), state: review.state.toLowerCase() },
    };
    await emitPullRequest(world, repo, {
      pull,
      name: "pull_request_review",
      action: "submitted",
      actor,
      payload,
    });
  }
  await settle(world, repo);
  return ok(reviewJson(world, repo, { pull, review }));
}

function forbid({ repo, actor, body }: Call, pull: PullRequest, event: string | undefined): void {
  const own = pull.user.login === actor.account.login;
  if (own && event === "APPROVE") throw unprocessable("Can not approve your own pull request");
  if (own && event === "REQUEST_CHANGES")
    throw unprocessable("Can not request changes on your own pull request");
  if (event === "APPROVE" && actor.kind === "actions" && !repo.settings.actionsMayCreatePullRequests) {
    throw new HttpError(422, "Unprocessable Entity", {
      errors: ["GitHub Actions is not permitted to approve pull requests."],
    });
  }
  if (event !== "APPROVE" && event !== undefined && (optionalText(body, "body") ?? "") === "") {
    throw unprocessable("Body cannot be blank");
  }
}

function unprocessable(message: string): HttpError {
  return new HttpError(422, "Unprocessable Entity", { errors: [message] });
}

async function reviewedCommit({ repo, body }: Call, pull: PullRequest): Promise<string> {
  const wanted = optionalText(body, "commit_id");
  if (wanted === undefined) return pull.headSha;
  if (!(await repo.bare.isAncestor(wanted, pull.headSha)))
    throw unprocessable("commit_id is not part of the pull request");
  return wanted;
}

function dismissReview(call: Call): Reply {
  const { world, repo } = call;
  const pull = findPull(repo, numberIn(call, "pull_number"));
  const review = pull.reviews.find(({ id }) => id === numberIn(call, "review_id"));
  if (review === undefined) throw notFound();
  review.state = "DISMISSED";
  return ok(reviewJson(world, repo, { pull, review }));
}
