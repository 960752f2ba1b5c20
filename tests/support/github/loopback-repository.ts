import { randomBytes } from "node:crypto";
import { runtimeToken } from "./artifacts/runtime-token.ts";
import { callApi } from "./client.ts";
import type { GithubEvent } from "./events/event.ts";
import { NO_COMMIT } from "./git/bare.ts";
import { writeCommit } from "./git/commits.ts";
import type { JsonObject } from "./http/json.ts";
import { restContract } from "./openapi/contract.ts";
import { textOf } from "./rest/call.ts";
import { addRuleset } from "./rest/rule-routes.ts";
import { noreplyAddress } from "./state/accounts.ts";
import type { Actor } from "./state/actor.ts";
import { forceRef, moveRef } from "./state/refs.ts";
import type {
  CheckRun,
  Comment,
  Conclusion,
  Deployment,
  MergeMethod,
  PullRequest,
  QueueEntry,
  Ruleset,
} from "./state/records.ts";
import type { Repository, Settings } from "./state/repository.ts";
import { tokenFor, type TokenKind } from "./state/token-kinds.ts";
import type { Permissions } from "./state/tokens.ts";
import type { World } from "./state/world.ts";

/** Files by path; null deletes. */
export type Files = Readonly<Record<string, string | Uint8Array | null>>;

/** One repository of the loopback GitHub, as tests use it: tokens, people who act, and what is inside. */
export class LoopbackRepository {
  readonly #world: World;
  readonly #repo: Repository;

  constructor(world: World, repo: Repository) {
    this.#world = world;
    this.#repo = repo;
  }

  /** `owner/name`. */
  get name(): string {
    return this.#repo.fullName;
  }

  /** Folder of the bare repository. */
  get folder(): string {
    return this.#repo.bare.folder;
  }

  get settings(): Settings {
    return this.#repo.settings;
  }

  /** Everything that happened, oldest first. */
  get events(): readonly GithubEvent[] {
    return this.#repo.events;
  }

  get queue(): readonly QueueEntry[] {
    return this.#repo.queue;
  }

  /** The address for git, with a token as its password when one is given. */
  cloneUrl(token?: string): string {
    const address = new URL(`${this.#world.url}/${this.name}.git`);
    if (token !== undefined) Object.assign(address, { username: "x-access-token", password: token });
    return address.href;
  }

  /** A new token; `permissions` replaces what the kind has by default. */
  token(kind: TokenKind, permissions?: Permissions): string {
    const { prefix, token } = tokenFor(this.#world, this.name, kind);
    const text = `${prefix}_${randomBytes(18).toString("hex")}`;
    this.#world.tokens.set(text, { ...token, text, permissions: permissions ?? token.permissions });
    return text;
  }

  /** What the runner gives to a step of a job in this repository, beside the event's own environment. */
  environment(token: string, run = "1"): Readonly<Record<string, string>> {
    const { url } = this.#world;
    return {
      CI: "true",
      GITHUB_ACTIONS: "true",
      // The artifact client refuses hosts that are neither github.com nor *.localhost.
      GITHUB_SERVER_URL: url.replace("127.0.0.1", "github.localhost"),
      GITHUB_API_URL: url,
      GITHUB_GRAPHQL_URL: `${url}/graphql`,
      GITHUB_REPOSITORY: this.name,
      GITHUB_REPOSITORY_ID: String(this.#repo.facts.id),
      GITHUB_REPOSITORY_OWNER: this.#repo.facts.owner.login,
      GITHUB_RUN_ID: run,
      GITHUB_RUN_NUMBER: run,
      GITHUB_RUN_ATTEMPT: "1",
      GITHUB_JOB: "model-gate",
      GITHUB_WORKFLOW: "model-gate",
      GITHUB_RETENTION_DAYS: "90",
      GITHUB_TOKEN: token,
      ACTIONS_RESULTS_URL: `${url}/`,
      ACTIONS_RUNTIME_TOKEN: runtimeToken({ run: `run-${run}`, job: "job-1" }),
    };
  }

  addRuleset(ruleset: JsonObject): Ruleset {
    const query = new URLSearchParams();
    const findings = restContract().checkRequest("POST /repos/{owner}/{repo}/rulesets", {
      query,
      body: ruleset,
    });
    if (findings.length > 0) throw new Error(`GitHub refuses this ruleset: ${findings.join("; ")}`);
    return addRuleset(this.#world, this.#repo, ruleset);
  }

  /** Registers an SSH public key (`ssh-ed25519 AAAA…`) as a signing key: commits that it signs are verified. */
  trustSigningKey(publicKey: string): void {
    this.#repo.signingKeys.add(publicKey.split(" ").slice(0, 2).join(" "));
  }

  /** One unsigned commit on top of a branch (new branches start at main), pushed as that person. */
  async push(
    login: string,
    branch: string,
    files: Files,
    options: { message?: string; bypass?: boolean } = {},
  ): Promise<string> {
    const repo = this.#repo;
    return await repo.lock.run(async () => {
      const ref = `refs/heads/${branch}`;
      const before = (await repo.bare.commitOf(ref)) ?? NO_COMMIT;
      const parent = before === NO_COMMIT ? await repo.bare.commitOf(repo.defaultBranch) : before;
      const after = await this.#commit(login, { parent, files, message: options.message ?? "change" });
      const move = { ref, before, after, actor: this.#person(login) };
      await (options.bypass === true ? forceRef : moveRef)(this.#world, repo, move);
      return after;
    });
  }

  /** Points a branch at any commit, as `git push --force` does. */
  async forcePush(login: string, branch: string, sha: string): Promise<void> {
    const ref = `refs/heads/${branch}`;
    await this.#repo.lock.run(async () => {
      const before = (await this.#repo.bare.commitOf(ref)) ?? NO_COMMIT;
      await moveRef(this.#world, this.#repo, { ref, before, after: sha, actor: this.#person(login) });
    });
  }

  async deleteBranch(login: string, branch: string): Promise<void> {
    await this.forcePush(login, branch, NO_COMMIT);
  }

  async #commit(
    login: string,
    { parent, files, message }: { parent: string | undefined; files: Files; message: string },
  ): Promise<string> {
    const { bare } = this.#repo;
    const changes = Object.entries(files).map(([path, content]) => ({
      path,
      content: content === null ? undefined : Buffer.from(content),
    }));
    const tree = await bare.writeTree(parent, changes);
    const account = this.#world.account(login);
    const person = { name: login, email: noreplyAddress(account), seconds: this.#world.seconds() };
    const parents = parent === undefined ? [] : [parent];
    return await writeCommit(
      bare,
      { tree, parents, author: person, committer: person, message: `${message}\n` },
      undefined,
    );
  }

  #person(login: string): Actor {
    return { account: this.#world.account(login), app: undefined, kind: "user" };
  }

  async #as(login: string, method: string, path: string, body?: JsonObject): Promise<JsonObject> {
    const token = this.token({ user: login });
    const call = { token, method, path: `/repos/${this.name}${path}` };
    return await callApi(this.#world, body === undefined ? call : { ...call, body });
  }

  async openPull(
    login: string,
    about: { head: string; base?: string; title?: string; body?: string; draft?: boolean },
  ): Promise<number> {
    const answer = await this.#as(login, "POST", "/pulls", { base: "main", title: about.head, ...about });
    return Number(answer["number"]);
  }

  async review(
    login: string,
    number: number,
    event: "APPROVE" | "REQUEST_CHANGES" | "COMMENT",
    body = "seen",
  ): Promise<void> {
    await this.#as(login, "POST", `/pulls/${number}/reviews`, { event, body });
  }

  /** Merges as a person; returns the commit on the base. */
  async merge(
    login: string,
    number: number,
    options: { method?: MergeMethod; sha?: string } = {},
  ): Promise<string> {
    const sha = options.sha === undefined ? {} : { sha: options.sha };
    const answer = await this.#as(login, "PUT", `/pulls/${number}/merge`, {
      merge_method: options.method ?? "merge",
      ...sha,
    });
    return textOf(answer, "sha");
  }

  async closePull(login: string, number: number): Promise<void> {
    await this.#as(login, "PATCH", `/pulls/${number}`, { state: "closed" });
  }

  async comment(login: string, number: number, body: string): Promise<void> {
    await this.#as(login, "POST", `/issues/${number}/comments`, { body });
  }

  /** A finished check run of a commit, by GitHub Actions unless another App is named. */
  async check(sha: string, name: string, conclusion: Conclusion, app = "github-actions"): Promise<void> {
    const token = app === "github-actions" ? this.token("actions") : this.token({ app });
    const body = { name, head_sha: sha, conclusion };
    await callApi(this.#world, { token, method: "POST", path: `/repos/${this.name}/check-runs`, body });
  }

  /** Puts a pull request into the merge queue as a person. */
  async enqueue(login: string, number: number): Promise<void> {
    const token = this.token({ user: login });
    const query =
      "mutation($id: ID!) { enqueuePullRequest(input: {pullRequestId: $id}) { clientMutationId } }";
    const variables = { id: `PR_${this.pull(number).id}` };
    const answer = await callApi(this.#world, {
      token,
      method: "POST",
      path: "/graphql",
      body: { query, variables },
    });
    if (answer["errors"] !== undefined) throw new Error(JSON.stringify(answer["errors"]));
  }

  /** Lets the runs of a pull request start that wait for approval. */
  async approveRuns(login: string): Promise<number> {
    const waiting = this.#repo.runs.filter(({ conclusion }) => conclusion === "action_required");
    for (const { id } of waiting) await this.#as(login, "POST", `/actions/runs/${id}/approve`);
    return waiting.length;
  }

  /** Removes and returns the oldest event of a name (and action). */
  takeEvent(name: string, action?: string): GithubEvent | undefined {
    const at = this.#repo.events.findIndex(
      (one) => one.name === name && (action === undefined || one.action === action),
    );
    return at < 0 ? undefined : this.#repo.events.splice(at, 1)[0];
  }

  pull(number: number): PullRequest {
    const pull = this.#repo.pulls.get(number);
    if (pull === undefined) throw new Error(`There is no pull request ${number}`);
    return pull;
  }

  pulls(): readonly PullRequest[] {
    return [...this.#repo.pulls.values()];
  }

  comments(number: number): readonly Comment[] {
    return this.#repo.comments.filter(({ issue }) => issue === number);
  }

  checkRuns(sha: string): readonly CheckRun[] {
    return this.#repo.checkRuns.filter((one) => one.sha === sha);
  }

  deployments(): readonly Deployment[] {
    return this.#repo.deployments;
  }

  /** The commit of a branch; undefined when there is no such branch. */
  async head(branch: string): Promise<string | undefined> {
    return await this.#repo.bare.commitOf(`refs/heads/${branch}`);
  }

  async file(revision: string, path: string): Promise<string | undefined> {
    return (await this.#repo.bare.file(revision, path))?.toString("utf8");
  }

  /** Runs git in the bare repository. */
  async git(...args: readonly string[]): Promise<string> {
    return await this.#repo.bare.git(...args);
  }
}
