import { roleAtLeast } from "../state/accounts.ts";
import type { PullRequest, Review } from "../state/records.ts";
import type { Repository } from "../state/repository.ts";
import { parameter, type AppliedRule } from "./ruleset.ts";

/** The last opinion of every reviewer who may write; comments are no opinion. */
export function opinions(repo: Repository, pull: PullRequest): readonly Review[] {
  const latest = new Map<string, Review>();
  for (const review of pull.reviews) {
    if (review.state === "COMMENTED" || review.state === "PENDING") continue;
    latest.set(review.user.login, review);
  }
  return [...latest.values()].filter(({ user }) => user.type === "Bot" || canWrite(repo, user));
}

function canWrite(repo: Repository, user: Review["user"]): boolean {
  return roleAtLeast(repo.roleOf(user), "write");
}

/** One line for each demand of the pull_request rule that the reviews do not meet. */
export function reviewViolations(
  repo: Repository,
  pull: PullRequest,
  rules: readonly AppliedRule[],
): readonly string[] {
  return rules.filter(({ type }) => type === "pull_request").flatMap((rule) => broken(repo, pull, rule));
}

function broken(repo: Repository, pull: PullRequest, rule: AppliedRule): string[] {
  const all = opinions(repo, pull);
  const approvals = all.filter(({ state }) => state === "APPROVED");
  const needed = parameter<number>(rule, "required_approving_review_count", 0);
  const found: string[] = [];
  if (all.some(({ state }) => state === "CHANGES_REQUESTED")) {
    found.push("Changes have been requested by reviewers with write access.");
  }
  if (approvals.length < needed) {
    const noun = needed === 1 ? "approving review is" : "approving reviews are";
    found.push(`At least ${needed} ${noun} required by reviewers with write access.`);
  }
  if (parameter(rule, "require_last_push_approval", false) && !lastPushApproved(pull, approvals)) {
    found.push("New changes require approval from someone other than the last pusher.");
  }
  return found;
}

function lastPushApproved(pull: PullRequest, approvals: readonly Review[]): boolean {
  return approvals.some(
    ({ user, commit }) => commit === pull.headSha && user.login !== pull.lastPusher.login,
  );
}

/** A push takes approvals away when the rule says so; GitHub calls them DISMISSED. */
export function dismissStaleReviews(pull: PullRequest, rules: readonly AppliedRule[]): void {
  const dismisses = rules.some(
    (rule) => rule.type === "pull_request" && parameter(rule, "dismiss_stale_reviews_on_push", false),
  );
  if (!dismisses) return;
  for (const review of pull.reviews) if (review.state === "APPROVED") review.state = "DISMISSED";
}
