import type { ApprovalReview, ForgePerson } from "../domain/approvals.ts";
import type { RecordsRef } from "../domain/records-ref.ts";
import type { GitRemote, RecordRequest, TreeChange } from "./git.ts";

/**
 * Who a token speaks for. `workflow`: the job's own GITHUB_TOKEN, whose pull requests wait for somebody to start their
 * checks. `app`: an installation of a GitHub App. `user`: a person's token; that person is then the author.
 */
export type TokenKind = "workflow" | "app" | "user";

export interface ForgeIdentity {
  /** `github-actions[bot]`, `my-app[bot]` or a login. */
  readonly login: string;
  readonly kind: TokenKind;
}

/** A commit as the forge tells it. `verified` is the forge's own word about the signature. */
export interface ForgeCommit {
  readonly commit: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly verified: boolean;
  /** Why it is not verified, in the forge's word, for example "unsigned"; "valid" when it is. */
  readonly reason: string;
  /** Accounts that the forge links to author and committer; null where it knows none. Attribution, never proof. */
  readonly author: ForgePerson | null;
  readonly committer: ForgePerson | null;
}

export interface ForgeCommitRequest {
  /** An existing branch, without `refs/heads/`. */
  readonly branch: string;
  /** What the branch must point to now; the new commit stands on it. */
  readonly expectedHead: string;
  readonly message: string;
  readonly change: TreeChange;
}

export interface SigningTrial {
  /** Name of a branch that does not exist, without `refs/heads/`. */
  readonly branch: string;
  /** What the commit stands on. */
  readonly commit: string;
  readonly message: string;
}

/** One step of a branch. `from` null: it must not exist; `to` null: it is deleted. */
export interface BranchMove {
  readonly branch: string;
  readonly from: string | null;
  readonly to: string | null;
}

export interface PullRequest {
  readonly number: number;
  readonly url: string;
  readonly title: string;
  readonly body: string;
  readonly state: "open" | "closed";
  readonly merged: boolean;
  /** When, as the forge says (ISO-8601); null before. */
  readonly mergedAt: string | null;
  /** The commit that merging made; null before. */
  readonly mergeCommit: string | null;
  /** Branch in this repository, or of a fork. */
  readonly head: string;
  readonly headCommit: string;
  /** `owner/name` that the head is in; null when that repository is gone. */
  readonly headRepository: string | null;
  readonly base: string;
  readonly baseCommit: string;
  readonly author: ForgePerson;
  readonly labels: readonly string[];
  readonly reviewers: readonly string[];
}

export interface PullRequestDraft {
  readonly head: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
}

export interface PullRequestChange {
  readonly title?: string;
  readonly body?: string;
  readonly state?: "closed";
}

/** Whose review is asked for: logins, and slugs of teams of the repository's organisation. */
export interface Reviewers {
  readonly people: readonly string[];
  readonly teams: readonly string[];
}

export interface ForgeComment {
  readonly id: number;
  readonly author: ForgePerson | null;
  readonly body: string;
  readonly url: string;
}

export type CheckConclusion = "success" | "failure" | "action_required";

/** A remark beside a line of a file of the head commit. */
export interface CheckAnnotation {
  readonly path: string;
  readonly line: number;
  readonly level: "failure" | "warning" | "notice";
  readonly title: string;
  readonly message: string;
}

export interface CheckRunRequest {
  readonly name: string;
  readonly head: string;
  readonly conclusion: CheckConclusion;
  readonly title: string;
  /** Markdown, at most 65,535 characters. */
  readonly summary: string;
  /** Any number: they are sent in pieces of 50. */
  readonly annotations: readonly CheckAnnotation[];
}

export type DeploymentState = "success" | "failure" | "inactive" | "in_progress";

export interface DeploymentRequest {
  readonly commit: string;
  readonly environment: string;
  readonly description: string;
  /** JSON: model, version and digests. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Who moved a branch last, as the forge saw the push; authors of commits are mere claims. */
export interface Push {
  readonly before: string;
  readonly after: string;
  readonly actor: ForgePerson | null;
}

/** What protects a repository. Null is "this token may not see it". */
export interface ForgeSettings {
  readonly defaultBranch: string;
  readonly visibility: "public" | "private" | "internal";
  readonly mergeMethods: readonly ("merge" | "squash" | "rebase")[] | null;
  /** "Allow GitHub Actions to create and approve pull requests". */
  readonly workflowsMayOpenPullRequests: boolean | null;
  /** The active rules of the default branch, of all rulesets, as the forge spells them. */
  readonly rules:
    | readonly { readonly type: string; readonly parameters: Readonly<Record<string, unknown>> }[]
    | null;
}

/**
 * A repository on a forge, as one token sees it. Every method refuses with FORGE_* codes: FORGE_TOKEN_REFUSED,
 * FORGE_PERMISSION_MISSING (with the YAML to add), FORGE_NOT_FOUND, FORGE_RATE_LIMITED, FORGE_UNAVAILABLE,
 * FORGE_REFUSED. Trouble that passes (5xx, limits, objects not yet visible) is waited out first.
 */
export interface Forge {
  /** `owner/name`. */
  readonly repository: string;
  identity(): Promise<ForgeIdentity>;
  /** Where Git fetches the repository from, with what admits this token. */
  remote(): Promise<GitRemote>;

  /**
   * Has the forge make an empty commit on a branch of its own that is gone again when the answer comes, to see whether it
   * signs for this token. FORGE_COMMIT_UNVERIFIED when it does not; silent when it does, or when that could not be told.
   */
  trySigning(trial: SigningTrial): Promise<void>;

  /** Where a branch points; null when there is none. */
  branch(name: string): Promise<string | null>;
  /** The same of several, as they were at one moment. */
  branches(names: readonly string[]): Promise<readonly (string | null)[]>;
  /** FORGE_RACE_LOST when it exists and points elsewhere. */
  createBranch(name: string, commit: string): Promise<void>;
  /** All moves or none, each a compare-and-swap, without the fast-forward rule. FORGE_RACE_LOST. */
  moveBranches(moves: readonly BranchMove[]): Promise<void>;
  commit(id: string): Promise<ForgeCommit>;
  /**
   * One commit, made and signed by the forge, and one compare-and-swap of the branch (FORGE_RACE_LOST). It is read back:
   * FORGE_COMMIT_UNVERIFIED when its signature does not verify or it is not what was asked for.
   */
  commitOnBranch(request: ForgeCommitRequest): Promise<ForgeCommit>;

  /** Where a ref of records points; null when there is none. */
  lastRecord(ref: RecordsRef): Promise<string | null>;
  /**
   * One record, made by the forge on top of the last one alone; the ref moves forward or not at all (FORGE_RACE_LOST). It is
   * read back before the ref moves: another commit than the one that was asked for is FORGE_COMMIT_UNVERIFIED. The forge
   * signs it in the name of a bot, and for people not; `verified` says so, for a record that is lost would be worse.
   */
  appendRecord(request: Omit<RecordRequest, "at">): Promise<ForgeCommit>;

  /** FORGE_NOT_FOUND. */
  pullRequest(number: number): Promise<PullRequest>;
  /** Open pull requests of this repository's own branches, of one head branch or of all, oldest first. */
  openPullRequests(of?: { head?: string; base?: string }): Promise<readonly PullRequest[]>;
  /** Pull requests that a commit belongs to, for a merge commit those that it merged. */
  pullRequestsOf(commit: string): Promise<readonly PullRequest[]>;
  /** The open pull request of that head and base when there is one (then `created` is false), else a new one. */
  openPullRequest(draft: PullRequestDraft): Promise<{ pullRequest: PullRequest; created: boolean }>;
  updatePullRequest(number: number, change: PullRequestChange): Promise<PullRequest>;
  addLabels(number: number, labels: readonly string[]): Promise<void>;
  requestReviewers(number: number, reviewers: Reviewers): Promise<void>;

  /** Oldest first. */
  comments(number: number): Promise<readonly ForgeComment[]>;
  addComment(number: number, body: string): Promise<ForgeComment>;
  updateComment(id: number, body: string): Promise<ForgeComment>;
  /** Reviews, oldest first; a person may have given many. */
  reviews(number: number): Promise<readonly ApprovalReview[]>;
  /** Whether somebody may push to the repository. */
  mayWrite(login: string): Promise<boolean>;
  /** Logins of the members of a team of the repository's organisation; the token needs `members: read` there. */
  teamMembers(team: string): Promise<readonly string[]>;
  /** All commits of a pull request, oldest first, at most 250. */
  pullRequestCommits(number: number): Promise<readonly ForgeCommit[]>;
  /** The last push to a branch; null when the forge kept none. */
  lastPush(branch: string): Promise<Push | null>;

  /** A finished check run; its annotations in the order given. */
  createCheckRun(run: CheckRunRequest): Promise<{ readonly url: string }>;
  /**
   * Never merges anything and waits for no check. It is not asked again by itself: after FORGE_UNAVAILABLE the deployment may
   * be there.
   */
  createDeployment(request: DeploymentRequest): Promise<{ readonly id: number }>;
  setDeploymentStatus(id: number, state: DeploymentState, description: string): Promise<void>;
  /** What was told last about a deployment, in the forge's word; null when nothing was. */
  deploymentState(id: number): Promise<string | null>;
  /** All deployments of a commit to an environment, newest first. */
  deployments(
    environment: string,
    commit: string,
  ): Promise<readonly { readonly id: number; readonly commit: string; readonly payload: unknown }[]>;
  settings(): Promise<ForgeSettings>;
}
