import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { type Forecasts, forecasts, ORT_DIR, type UsesOptions } from "./forecasts.ts";
import { type LoopbackGithub, type LoopbackRepository, startGithub, type TokenKind } from "./github/index.ts";
import type { With } from "./runner/environment.ts";
import type { StepResult } from "./runner/step-result.ts";

const BIN = resolve(import.meta.dirname, "../../bin/modelgate.js");
const run = promisify(execFile);

/** A team whose repository is on a GitHub of its own, and a job that has it checked out. */
export class Team implements AsyncDisposable {
  readonly checkout: Forecasts;
  readonly github: LoopbackGithub;
  readonly repo: LoopbackRepository;

  private constructor(checkout: Forecasts, github: LoopbackGithub, repo: LoopbackRepository) {
    this.checkout = checkout;
    this.github = github;
    this.repo = repo;
  }

  /** `files` replace what the repository holds from the first day, a commit each. */
  static async with(
    versions: readonly string[],
    ...files: readonly Readonly<Record<string, string>>[]
  ): Promise<Team> {
    const checkout = forecasts(versions);
    for (const one of files) checkout.repo.commit(one, "files of the test");
    const github = await startGithub();
    const repo = await github.addRepository("acme/forecasts", {
      from: checkout.repo.root,
      people: { ada: "admin", grace: "write", linus: "write" },
    });
    repo.settings.actionsMayCreatePullRequests = true;
    return new Team(checkout, github, repo);
  }

  uses(
    action: string,
    token: TokenKind,
    given: With,
    ...[env = {}, about = {}]: [Readonly<Record<string, string>>?, UsesOptions?]
  ): Promise<StepResult> {
    const text = this.repo.token(token);
    const { apiUrl, graphqlUrl, url } = this.github;
    const server = { GITHUB_API_URL: apiUrl, GITHUB_GRAPHQL_URL: graphqlUrl, GITHUB_SERVER_URL: url };
    return this.checkout.uses(action, { token: text, ...given }, { env, server, token: text, ...about });
  }

  /** The command line in the checkout, with the App's token in the environment. */
  modelgate(...args: readonly string[]): Promise<{ stdout: string }> {
    const { apiUrl, graphqlUrl } = this.github;
    const env = {
      ...process.env,
      GITHUB_TOKEN: this.repo.token("app"),
      GITHUB_API_URL: apiUrl,
      GITHUB_GRAPHQL_URL: graphqlUrl,
    };
    const options = { cwd: this.checkout.repo.root, env };
    return run(process.execPath, [BIN, "--ort-dir", ORT_DIR, ...args], options);
  }

  /** What a push to main means for a job: the new commit, checked out. */
  pull(): string {
    const { repo } = this.checkout;
    repo.git("fetch", "-q", this.repo.folder, "main");
    repo.git("reset", "-q", "--hard", "FETCH_HEAD");
    return repo.git("rev-parse", "HEAD");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.github[Symbol.asyncDispose]();
    this.checkout[Symbol.dispose]();
  }
}
