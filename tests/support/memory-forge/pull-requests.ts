import { gateError } from "../../../src/errors.ts";
import type {
  ForgeCommit,
  PullRequest,
  PullRequestChange,
  PullRequestDraft,
  Reviewers,
} from "../../../src/ports/forge.ts";
import { BOT, MemoryBranches } from "./branches.ts";

/** When everything is merged here. */
const MERGED_AT = "2026-11-21T10:00:00Z";

/** Pull requests between the branches. */
export class MemoryPullRequests extends MemoryBranches {
  readonly #pulls: PullRequest[] = [];

  async pullRequest(number: number): Promise<PullRequest> {
    await this.called("pullRequest");
    return this.pull(number);
  }

  async openPullRequests(of: { head?: string; base?: string } = {}): Promise<readonly PullRequest[]> {
    await this.called("openPullRequests");
    return this.#pulls.filter(
      ({ state, head, base }) => state === "open" && head === (of.head ?? head) && base === (of.base ?? base),
    );
  }

  async pullRequestsOf(commit: string): Promise<readonly PullRequest[]> {
    await this.called("pullRequestsOf");
    return this.#pulls.filter(
      ({ mergeCommit, headCommit }) => mergeCommit === commit || headCommit === commit,
    );
  }

  async openPullRequest(draft: PullRequestDraft): Promise<{ pullRequest: PullRequest; created: boolean }> {
    await this.called("openPullRequest");
    const standing = this.#pulls.find(
      ({ state, head, base }) => state === "open" && head === draft.head && base === draft.base,
    );
    if (standing) return { pullRequest: standing, created: false };
    return { pullRequest: await this.#open(draft), created: true };
  }

  async updatePullRequest(number: number, change: PullRequestChange): Promise<PullRequest> {
    await this.called("updatePullRequest");
    return this.#change(number, change);
  }

  async addLabels(number: number, labels: readonly string[]): Promise<void> {
    await this.called("addLabels");
    this.#change(number, { labels: [...new Set([...this.pull(number).labels, ...labels])] });
  }

  async requestReviewers(number: number, { people }: Reviewers): Promise<void> {
    await this.called("requestReviewers");
    if (people.includes("nobody"))
      throw gateError("FORGE_REFUSED", "Reviews may only be requested from collaborators.");
    this.#change(number, { reviewers: [...new Set([...this.pull(number).reviewers, ...people])] });
  }

  async pullRequestCommits(number: number): Promise<readonly ForgeCommit[]> {
    await this.called("pullRequestCommits");
    const { headCommit, baseCommit } = this.pull(number);
    const commits: ForgeCommit[] = [];
    for (let at = headCommit; at !== baseCommit;) {
      const commit = await this.commit(at);
      commits.unshift(commit);
      const [parent] = commit.parents;
      if (parent === undefined) break;
      at = parent;
    }
    return commits;
  }

  pull(number: number): PullRequest {
    const found = this.#pulls.find((one) => one.number === number);
    if (!found) throw gateError("FORGE_NOT_FOUND", `There is no pull request ${number}.`);
    return found;
  }

  /** Merges as somebody would who presses the button. */
  merge(number: number, at?: Date): string {
    const mergeCommit = this.git.merge(this.pull(number).head, at);
    this.markMerged(number, mergeCommit);
    return mergeCommit;
  }

  markMerged(number: number, mergeCommit: string): void {
    this.#change(number, { state: "closed", merged: true, mergedAt: MERGED_AT, mergeCommit });
  }

  close(number: number): void {
    this.#change(number, { state: "closed" });
  }

  protected override moved(branch: string, to: string): void {
    for (const [at, one] of this.#pulls.entries()) {
      if (one.head === branch && one.state === "open") this.#pulls[at] = { ...one, headCommit: to };
    }
  }

  async #open({ head, base, title, body }: PullRequestDraft): Promise<PullRequest> {
    const tip = async (branch: string): Promise<string> => {
      const commit = await this.git.resolve(`refs/heads/${branch}`);
      if (commit === undefined) throw gateError("FORGE_REFUSED", `There is no branch ${branch}.`);
      return commit;
    };
    const number = this.#pulls.length + 1;
    const pullRequest: PullRequest = {
      number,
      url: `https://forge.test/acme/forecasts/pull/${number}`,
      title,
      body,
      state: "open",
      merged: false,
      mergedAt: null,
      mergeCommit: null,
      head,
      headCommit: await tip(head),
      headRepository: this.repository,
      base,
      baseCommit: await tip(base),
      author: { ...BOT, login: this.who.login },
      labels: [],
      reviewers: [],
    };
    this.#pulls.push(pullRequest);
    return pullRequest;
  }

  #change(number: number, change: Partial<PullRequest>): PullRequest {
    const at = this.#pulls.indexOf(this.pull(number));
    return (this.#pulls[at] = { ...this.pull(number), ...change });
  }
}
