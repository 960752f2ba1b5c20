import type { Forge, PullRequest } from "../../ports/forge.ts";
import { GateError } from "../../errors.ts";
import type { Client } from "./client.ts";
import { commitOf } from "./commits.ts";
import { type Account, personOf } from "./people.ts";

type PullRequests = Pick<
  Forge,
  | "pullRequest"
  | "openPullRequests"
  | "pullRequestsOf"
  | "openPullRequest"
  | "updatePullRequest"
  | "addLabels"
  | "requestReviewers"
  | "pullRequestCommits"
>;

const READ = "pull-requests: read";
const WRITE = "pull-requests: write";

export function pullRequests(client: Client): PullRequests {
  const { rest } = client;
  return {
    ...finding(client),
    async openPullRequest(draft) {
      try {
        const route = "POST /repos/{owner}/{repo}/pulls";
        const made = await rest(WRITE, route, { ...draft, maintainer_can_modify: false });
        return { pullRequest: pullRequestOf(made), created: true };
      } catch (error) {
        const [standing] = isExisting(error) ? await listOpen(client, draft) : [];
        if (!standing) throw error;
        return { pullRequest: standing, created: false };
      }
    },
    async updatePullRequest(number, change) {
      const route = "PATCH /repos/{owner}/{repo}/pulls/{pull_number}";
      return pullRequestOf(await rest(WRITE, route, { pull_number: number, ...change }));
    },
    async addLabels(number, labels) {
      const route = "POST /repos/{owner}/{repo}/issues/{issue_number}/labels";
      await rest(WRITE, route, { issue_number: number, labels: [...labels] });
    },
    async requestReviewers(number, { people, teams }) {
      const route = "POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers";
      await rest(WRITE, route, { pull_number: number, reviewers: [...people], team_reviewers: [...teams] });
    },
  };
}

function finding(
  client: Client,
): Pick<PullRequests, "pullRequest" | "openPullRequests" | "pullRequestsOf" | "pullRequestCommits"> {
  const { rest, list } = client;
  return {
    async pullRequest(number) {
      const route = "GET /repos/{owner}/{repo}/pulls/{pull_number}";
      return pullRequestOf(await rest(READ, route, { pull_number: number }));
    },
    openPullRequests: (of = {}) => listOpen(client, of),
    async pullRequestsOf(commit) {
      const route = "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls";
      return (await rest(READ, route, { commit_sha: commit })).map(pullRequestOf);
    },
    async pullRequestCommits(number) {
      const route = "GET /repos/{owner}/{repo}/pulls/{pull_number}/commits";
      return (await list(READ, route, { pull_number: number })).map(commitOf);
    },
  };
}

async function listOpen(
  { list, owner, repository }: Client,
  { head, base }: { head?: string; base?: string },
): Promise<readonly PullRequest[]> {
  const filter = {
    ...(head === undefined ? {} : { head: `${owner}:${head}` }),
    ...(base === undefined ? {} : { base }),
  };
  const route = "GET /repos/{owner}/{repo}/pulls";
  const found = await list(READ, route, { state: "open", direction: "asc", ...filter });
  const own = repository.toLowerCase();
  return found.map(pullRequestOf).filter((one) => one.headRepository?.toLowerCase() === own);
}

/** What GitHub's list, its answer to a search by commit and the single pull request have in common. */
interface PullRequestData {
  readonly number: number;
  readonly html_url: string;
  readonly title: string;
  readonly body: string | null;
  readonly state: string;
  readonly merged_at: string | null;
  readonly merge_commit_sha?: string | null | undefined;
  readonly head: {
    readonly ref: string;
    readonly sha: string;
    readonly repo: { readonly full_name: string } | null;
  };
  readonly base: { readonly ref: string; readonly sha: string };
  readonly user: Account | null;
  readonly labels: readonly { readonly name?: string | undefined }[];
  readonly requested_reviewers?: readonly { readonly login: string }[] | null | undefined;
}

/** GitHub's own stand-in for a deleted account. */
const GHOST: Account = { id: 10_137, login: "ghost", type: "User" };

function pullRequestOf(data: PullRequestData): PullRequest {
  const merged = data.merged_at !== null;
  return {
    number: data.number,
    url: data.html_url,
    title: data.title,
    body: data.body ?? "",
    state: data.state === "open" ? "open" : "closed",
    merged,
    mergedAt: data.merged_at,
    mergeCommit: merged ? (data.merge_commit_sha ?? null) : null,
    head: data.head.ref,
    headCommit: data.head.sha,
    headRepository: data.head.repo?.full_name ?? null,
    base: data.base.ref,
    baseCommit: data.base.sha,
    author: personOf(data.user ?? GHOST),
    labels: data.labels.flatMap(({ name }) => name ?? []),
    reviewers: (data.requested_reviewers ?? []).map(({ login }) => login),
  };
}

function isExisting(error: unknown): boolean {
  return error instanceof GateError && error.message.includes("A pull request already exists");
}
