import { emitPullRequest } from "../events/pull-request.ts";
import { HttpError, notFound, validationFailed } from "../http/errors.ts";
import type { Actor } from "./actor.ts";
import { refreshRefs } from "./pull-heads.ts";
import type { PullRequest } from "./records.ts";
import type { Repository } from "./repository.ts";
import type { World } from "./world.ts";

/** The longest body of a pull request, issue or comment. */
export const MAX_BODY = 65_536;
const MAX_TITLE = 256;

export interface NewPull {
  readonly title: string;
  readonly body: string | null;
  readonly base: string;
  readonly draft: boolean;
  readonly headRepository: Repository;
  readonly headRef: string;
  readonly actor: Actor;
}

/** Opens a pull request; throws GitHub's 403 and 422 for what it refuses. */
export async function openPull(world: World, repo: Repository, about: NewPull): Promise<PullRequest> {
  forbidBots(repo, about.actor);
  checkTexts(about);
  const headSha = await branchHead(about.headRepository, about.headRef, "head");
  const baseSha = await branchHead(repo, about.base, "base");
  refuseTwin(repo, about);
  if (about.headRepository !== repo) {
    await repo.bare.git("fetch", "-q", about.headRepository.bare.folder, headSha);
  }
  if ((await repo.bare.commitsBetween(baseSha, headSha)).length === 0) {
    throw validationFailed("PullRequest", `No commits between ${about.base} and ${about.headRef}`);
  }
  const pull = makePull(world, repo, { ...about, headSha, baseSha });
  repo.pulls.set(pull.number, pull);
  await refreshRefs(repo, pull);
  await emitPullRequest(world, repo, { pull, action: "opened", actor: about.actor });
  return pull;
}

function forbidBots(repo: Repository, { kind }: Actor): void {
  if (kind === "actions" && !repo.settings.actionsMayCreatePullRequests) {
    throw new HttpError(403, "GitHub Actions is not permitted to create or approve pull requests.");
  }
}

/** 422 for texts over GitHub's limits. */
export function checkTexts({
  title,
  body,
}: {
  readonly title?: string;
  readonly body?: string | null;
}): void {
  if (title !== undefined && title.length > MAX_TITLE) {
    throw validationFailed("PullRequest", `title is too long (maximum is ${MAX_TITLE} characters)`, {
      field: "title",
    });
  }
  if (title?.trim() === "")
    throw new HttpError(422, "Validation Failed", {
      errors: [{ resource: "PullRequest", code: "missing_field", field: "title" }],
    });
  if ((body ?? "").length > MAX_BODY) {
    throw validationFailed("PullRequest", `body is too long (maximum is ${MAX_BODY} characters)`, {
      field: "body",
    });
  }
}

async function branchHead(repo: Repository, branch: string, field: string): Promise<string> {
  const sha = await repo.bare.commitOf(`refs/heads/${branch}`);
  if (sha !== undefined) return sha;
  const errors = [{ resource: "PullRequest", field, code: "invalid" }];
  throw new HttpError(422, "Validation Failed", { errors });
}

function refuseTwin(repo: Repository, { base, headRepository, headRef }: NewPull): void {
  const twin = repo
    .openPulls()
    .find(
      (pull) => pull.headRepository === headRepository && pull.headRef === headRef && pull.baseRef === base,
    );
  if (twin === undefined) return;
  const name = `${headRepository.facts.owner.login}:${headRef}`;
  throw validationFailed("PullRequest", `A pull request already exists for ${name}.`);
}

function makePull(
  world: World,
  repo: Repository,
  about: NewPull & { readonly headSha: string; readonly baseSha: string },
): PullRequest {
  const createdAt = world.now();
  return {
    id: world.nextId(),
    number: repo.nextNumber(),
    user: about.actor.account,
    createdAt,
    updatedAt: createdAt,
    headRepository: about.headRepository,
    headRef: about.headRef,
    headSha: about.headSha,
    baseRef: about.base,
    baseSha: about.baseSha,
    title: about.title,
    body: about.body,
    state: "open",
    draft: about.draft,
    closedAt: null,
    mergedAt: null,
    mergedBy: null,
    mergeCommit: null,
    lastPusher: about.actor.account,
    autoMerge: null,
    labels: [],
    requestedReviewers: [],
    requestedTeams: [],
    invisibleFor: repo.settings.nodeVisibleAfter,
    reviews: [],
  };
}

/** The pull request of this number, or 404. */
export function findPull(repo: Repository, number: number): PullRequest {
  const pull = repo.pulls.get(number);
  if (pull === undefined) throw notFound();
  return pull;
}

/** Some requests right after the creation fail once: the database replica does not know the pull request yet. */
export function demandVisible(pull: PullRequest): void {
  if (pull.invisibleFor === 0) return;
  pull.invisibleFor -= 1;
  throw validationFailed("Issue", `Could not resolve to a node with the global id of 'PR_${pull.id}'.`);
}

/** Reopens a closed pull request whose branch still exists; 422 otherwise. */
export async function reopenPull(
  world: World,
  repo: Repository,
  { pull, actor }: { readonly pull: PullRequest; readonly actor: Actor },
): Promise<void> {
  const head = await pull.headRepository.bare.commitOf(`refs/heads/${pull.headRef}`);
  if (pull.mergedAt !== null || head === undefined) {
    throw validationFailed("PullRequest", "state cannot be changed. The branch has been deleted.", {
      field: "state",
    });
  }
  refuseTwin(repo, { ...pull, base: pull.baseRef, actor });
  pull.state = "open";
  pull.closedAt = null;
  pull.headSha = head;
  await refreshRefs(repo, pull);
  await emitPullRequest(world, repo, { pull, action: "reopened", actor });
}
