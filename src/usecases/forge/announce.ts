import { GateError, tried } from "../../errors.ts";
import type { Forge, PullRequest, Reviewers } from "../../ports/forge.ts";
import type { Git } from "../../ports/git.ts";
import type { Decision } from "../gate/decision.ts";
import { type RoleHolders, reviewersFor } from "./roles.ts";

/** Marks every pull request of a promotion, so that they can be found and listed. */
export const PROMOTION_LABEL = "model-promotion";

interface Announcement {
  readonly pullRequest: PullRequest;
  readonly decision: Decision;
  readonly roles: RoleHolders;
}

/**
 * Labels a promotion pull request and asks for reviews. What fails here is told and stops nothing: the pull request is
 * there, and the required check does not rest on labels.
 */
export async function announce(
  ports: { git: Git; forge: Forge },
  of: Announcement,
): Promise<readonly string[]> {
  const { forge, git } = ports;
  const { pullRequest, decision, roles } = of;
  const { request, baseCommit } = decision;
  const labels = labelsOf(request.environment).filter((label) => !pullRequest.labels.includes(label));
  const reviewers = missingReviewers(await reviewersFor(git, { request, baseCommit, roles }), pullRequest);
  const { number } = pullRequest;
  return [
    ...(labels.length === 0 ? [] : await unlessRefused("labels", () => forge.addLabels(number, labels))),
    ...(reviewers.people.length + reviewers.teams.length === 0
      ? []
      : await unlessRefused("reviewers", () => forge.requestReviewers(number, reviewers))),
  ];
}

function labelsOf(environment: string | null): readonly string[] {
  return [PROMOTION_LABEL, ...(environment === null ? [] : [`env:${environment}`])];
}

/** GitHub refuses the whole request when the author is among the reviewers. */
function missingReviewers({ people, teams }: Reviewers, { author, reviewers }: PullRequest): Reviewers {
  const settled = new Set([author.login, ...reviewers].map((login) => login.toLowerCase()));
  return { people: people.filter((login) => !settled.has(login.toLowerCase())), teams };
}

/** One note when the forge refuses, none when it does not. */
export async function unlessRefused(what: string, act: () => Promise<unknown>): Promise<readonly string[]> {
  const done = await tried(act);
  return done instanceof GateError ? [`The ${what} could not be set: ${done.message}`] : [];
}
