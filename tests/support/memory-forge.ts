import type { ApprovalReview, ForgePerson } from "../../src/domain/approvals.ts";
import type { RecordsRef } from "../../src/domain/records-ref.ts";
import { GateError, gateError } from "../../src/errors.ts";
import type {
  BranchMove,
  CheckRunRequest,
  DeploymentRequest,
  DeploymentState,
  Forge,
  ForgeComment,
  ForgeCommit,
  ForgeCommitRequest,
  ForgeIdentity,
  ForgeSettings,
  PullRequest,
  PullRequestChange,
  PullRequestDraft,
  Push,
  Reviewers,
} from "../../src/ports/forge.ts";
import type { GitRemote, RecordRequest } from "../../src/ports/git.ts";
import type { MemoryGit } from "./memory-git.ts";

/** When everything is merged here. */
const MERGED_AT = "2026-11-21T10:00:00Z";

export const BOT: ForgePerson = { id: 100, login: "modelgate[bot]", kind: "bot" };

/** `Forge` without a network, on the commits of a repository in memory: the same contract, for tests of use cases. */
export class MemoryForge implements Forge {
  readonly repository = "acme/forecasts";
  readonly git: MemoryGit;
  who: ForgeIdentity = { login: BOT.login, kind: "app" };
  /** What the forge says of the commits that it makes. */
  signs: { readonly verified: boolean; readonly reason: string } = { verified: true, reason: "valid" };
  readonly calls: string[] = [];
  readonly checkRuns: CheckRunRequest[] = [];
  readonly told: (DeploymentRequest & { id: number; state: DeploymentState | null })[] = [];
  readonly writers = new Set<string>();
  readonly teams = new Map<string, readonly string[]>();
  /** Called at the start of every method with its name, to play a rival, a failure or a moving world. */
  before: (method: string) => Promise<void> = async () => {};
  readonly #pulls: PullRequest[] = [];
  readonly #comments = new Map<number, ForgeComment[]>();
  readonly #reviews = new Map<number, ApprovalReview[]>();
  readonly #pushes = new Map<string, Push>();
  readonly #verified = new Map<string, { verified: boolean; reason: string }>();

  constructor(git: MemoryGit) {
    this.git = git;
  }

  async identity(): Promise<ForgeIdentity> {
    await this.#called("identity");
    return this.who;
  }

  async remote(): Promise<GitRemote> {
    await this.#called("remote");
    return {
      url: `https://forge.test/${this.repository}.git`,
      authorization: "Basic eC1hY2Nlc3MtdG9rZW46bWVtb3J5",
    };
  }

  async branch(name: string): Promise<string | null> {
    await this.#called("branch");
    return (await this.git.resolve(`refs/heads/${name}`)) ?? null;
  }

  async branches(names: readonly string[]): Promise<readonly (string | null)[]> {
    await this.#called("branches");
    return Promise.all(names.map(async (name) => (await this.git.resolve(`refs/heads/${name}`)) ?? null));
  }

  async trySigning(): Promise<void> {
    await this.#called("trySigning");
    if (!this.signs.verified) throw gateError("FORGE_COMMIT_UNVERIFIED", `It is ${this.signs.reason}.`);
  }

  async createBranch(name: string, commit: string): Promise<void> {
    await this.#called("createBranch");
    const tip = await this.git.resolve(`refs/heads/${name}`);
    if (tip !== undefined && tip !== commit)
      throw gateError("FORGE_RACE_LOST", `The branch ${name} exists already.`);
    this.git.point(name, commit);
  }

  async moveBranches(moves: readonly BranchMove[]): Promise<void> {
    await this.#called("moveBranches");
    for (const { branch, from } of moves) {
      const tip = (await this.git.resolve(`refs/heads/${branch}`)) ?? null;
      if (tip !== from) throw gateError("FORGE_RACE_LOST", `The branch ${branch} moved in the meantime.`);
    }
    for (const { branch, from, to } of moves) this.pushed(branch, { from, to, actor: BOT });
  }

  /** Moves a branch as somebody's push would, with what that does to its pull requests. */
  pushed(branch: string, of: { from: string | null; to: string | null; actor: ForgePerson }): void {
    this.git.point(branch, of.to);
    if (of.to === null) return;
    this.#pushes.set(branch, { before: of.from ?? "0".repeat(40), after: of.to, actor: of.actor });
    for (const [at, one] of this.#pulls.entries()) {
      if (one.head === branch && one.state === "open") this.#pulls[at] = { ...one, headCommit: of.to };
    }
  }

  async commit(id: string): Promise<ForgeCommit> {
    await this.#called("commit");
    const { commit, parents, message } = await this.git.facts(id);
    const signature = this.#verified.get(commit) ?? { verified: false, reason: "unsigned" };
    return { commit, parents, message, ...signature, author: BOT, committer: BOT };
  }

  async commitOnBranch({ branch, expectedHead, message, change }: ForgeCommitRequest): Promise<ForgeCommit> {
    await this.#called("commitOnBranch");
    if ((await this.git.resolve(`refs/heads/${branch}`)) !== expectedHead) {
      throw gateError("FORGE_RACE_LOST", `Expected branch to point to "${expectedHead}" but it did not.`);
    }
    const { commit } = await this.git.commit({
      branch,
      parent: expectedHead,
      expected: expectedHead,
      change,
      message,
    });
    this.#verified.set(commit, this.signs);
    this.pushed(branch, { from: expectedHead, to: commit, actor: BOT });
    if (!this.signs.verified) throw gateError("FORGE_COMMIT_UNVERIFIED", `It is ${this.signs.reason}.`);
    return this.commit(commit);
  }

  async lastRecord(ref: RecordsRef): Promise<string | null> {
    await this.#called("lastRecord");
    return (await this.git.resolve(ref)) ?? null;
  }

  async appendRecord(request: Omit<RecordRequest, "at">): Promise<ForgeCommit> {
    await this.#called("appendRecord");
    const { commit } = await this.git.append(request).catch((error: unknown) => {
      if (!(error instanceof GateError) || error.code !== "GIT_RACE_LOST") throw error;
      throw gateError("FORGE_RACE_LOST", `The ref ${request.ref} moved in the meantime.`);
    });
    this.#verified.set(commit, this.signs);
    return this.commit(commit);
  }

  async pullRequest(number: number): Promise<PullRequest> {
    await this.#called("pullRequest");
    return this.pull(number);
  }

  async openPullRequests(of: { head?: string; base?: string } = {}): Promise<readonly PullRequest[]> {
    await this.#called("openPullRequests");
    return this.#pulls.filter(
      ({ state, head, base }) => state === "open" && head === (of.head ?? head) && base === (of.base ?? base),
    );
  }

  async pullRequestsOf(commit: string): Promise<readonly PullRequest[]> {
    await this.#called("pullRequestsOf");
    return this.#pulls.filter(
      ({ mergeCommit, headCommit }) => mergeCommit === commit || headCommit === commit,
    );
  }

  async openPullRequest(draft: PullRequestDraft): Promise<{ pullRequest: PullRequest; created: boolean }> {
    await this.#called("openPullRequest");
    const standing = this.#pulls.find(
      ({ state, head, base }) => state === "open" && head === draft.head && base === draft.base,
    );
    if (standing) return { pullRequest: standing, created: false };
    return { pullRequest: await this.#open(draft), created: true };
  }

  async updatePullRequest(number: number, change: PullRequestChange): Promise<PullRequest> {
    await this.#called("updatePullRequest");
    return this.#change(number, change);
  }

  async addLabels(number: number, labels: readonly string[]): Promise<void> {
    await this.#called("addLabels");
    this.#change(number, { labels: [...new Set([...this.pull(number).labels, ...labels])] });
  }

  async requestReviewers(number: number, { people }: Reviewers): Promise<void> {
    await this.#called("requestReviewers");
    if (people.includes("nobody"))
      throw gateError("FORGE_REFUSED", "Reviews may only be requested from collaborators.");
    this.#change(number, { reviewers: [...new Set([...this.pull(number).reviewers, ...people])] });
  }

  async comments(number: number): Promise<readonly ForgeComment[]> {
    await this.#called("comments");
    return this.#comments.get(number) ?? [];
  }

  async addComment(number: number, body: string): Promise<ForgeComment> {
    await this.#called("addComment");
    return this.commentAs({ id: 0, login: this.who.login, kind: "bot" }, number, body);
  }

  async updateComment(id: number, body: string): Promise<ForgeComment> {
    await this.#called("updateComment");
    for (const comments of this.#comments.values()) {
      const at = comments.findIndex((one) => one.id === id);
      const old = comments[at];
      if (old) return (comments[at] = { ...old, body });
    }
    throw gateError("FORGE_NOT_FOUND", `There is no comment ${id}.`);
  }

  async reviews(number: number): Promise<readonly ApprovalReview[]> {
    await this.#called("reviews");
    return this.#reviews.get(number) ?? [];
  }

  async mayWrite(login: string): Promise<boolean> {
    await this.#called("mayWrite");
    return this.writers.has(login);
  }

  async teamMembers(team: string): Promise<readonly string[]> {
    await this.#called("teamMembers");
    return this.teams.get(team) ?? [];
  }

  async pullRequestCommits(number: number): Promise<readonly ForgeCommit[]> {
    await this.#called("pullRequestCommits");
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

  async lastPush(branch: string): Promise<Push | null> {
    await this.#called("lastPush");
    return this.#pushes.get(branch) ?? null;
  }

  async createCheckRun(run: CheckRunRequest): Promise<{ url: string }> {
    await this.#called("createCheckRun");
    this.checkRuns.push(run);
    return { url: `https://forge.test/runs/${this.checkRuns.length}` };
  }

  async createDeployment(request: DeploymentRequest): Promise<{ id: number }> {
    await this.#called("createDeployment");
    const id = this.told.length + 1;
    this.told.unshift({ ...request, id, state: null });
    return { id };
  }

  async setDeploymentStatus(id: number, state: DeploymentState): Promise<void> {
    await this.#called("setDeploymentStatus");
    const one = this.told.find((each) => each.id === id);
    if (!one) throw gateError("FORGE_NOT_FOUND", `There is no deployment ${id}.`);
    one.state = state;
  }

  async deploymentState(id: number): Promise<string | null> {
    await this.#called("deploymentState");
    return this.told.find((each) => each.id === id)?.state ?? null;
  }

  async deployments(
    environment: string,
    commit: string,
  ): Promise<readonly { id: number; commit: string; payload: unknown }[]> {
    await this.#called("deployments");
    return this.told.filter((one) => one.environment === environment && one.commit === commit);
  }

  async settings(): Promise<ForgeSettings> {
    await this.#called("settings");
    return {
      defaultBranch: "main",
      visibility: "private",
      mergeMethods: ["merge"],
      workflowsMayOpenPullRequests: true,
      rules: [],
    };
  }

  pull(number: number): PullRequest {
    const found = this.#pulls.find((one) => one.number === number);
    if (!found) throw gateError("FORGE_NOT_FOUND", `There is no pull request ${number}.`);
    return found;
  }

  commentAs(author: ForgePerson, number: number, body: string): ForgeComment {
    const comments = this.#comments.get(number) ?? [];
    const id = [...this.#comments.values()].flat().length + 1;
    const comment = { id, author, body, url: `https://forge.test/comments/${id}` };
    this.#comments.set(number, [...comments, comment]);
    return comment;
  }

  review(number: number, review: Partial<ApprovalReview> & Pick<ApprovalReview, "reviewer">): void {
    const full = { state: "APPROVED", commit: this.pull(number).headCommit, ...review } as const;
    this.#reviews.set(number, [...(this.#reviews.get(number) ?? []), full]);
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

  async #called(method: string): Promise<void> {
    this.calls.push(method);
    await this.before(method);
  }
}
