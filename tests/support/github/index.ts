import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Artifact } from "./artifacts/store.ts";
import { runtimeToken } from "./artifacts/runtime-token.ts";
import type { GithubEvent } from "./events/event.ts";
import { createBare } from "./git/create.ts";
import { writeCommit } from "./git/commits.ts";
import type { Faults } from "./http/faults.ts";
import { listen } from "./http/server.ts";
import { LoopbackRepository, type Files } from "./loopback-repository.ts";
import type { Account, Role } from "./state/accounts.ts";
import { followActivity } from "./state/activity.ts";
import { followBranches } from "./state/pull-heads.ts";
import { Repository } from "./state/repository.ts";
import { World, type RequestRecord, type WorldOptions } from "./state/world.ts";

export { protectMain, type MainRules } from "./rulesets.ts";
export { LoopbackRepository, type Files } from "./loopback-repository.ts";
export type { TokenKind } from "./state/token-kinds.ts";
export type { GithubEvent } from "./events/event.ts";

export interface RepositoryOptions {
  /** First commit of main. */
  readonly files?: Files;
  /** A Git repository whose HEAD becomes main, instead of `files`. */
  readonly from?: string;
  readonly private?: boolean;
  /** Login to role. */
  readonly people?: Readonly<Record<string, Role>>;
  readonly ownerType?: "User" | "Organization";
  /** The repository that this one is a fork of: it starts with its main. */
  readonly forkOf?: LoopbackRepository;
}

/** Starts a GitHub of its own on the loopback address; `await using` stops it and deletes its repositories. */
export async function startGithub(options: WorldOptions = {}): Promise<LoopbackGithub> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "loopback-github-")));
  const world = new World(folder, options);
  followBranches(world);
  followActivity(world);
  return new LoopbackGithub(world, await listen(world));
}

/** The running server. Its disposal throws when one of its own answers broke GitHub's contract, so that no test relies on it. */
export class LoopbackGithub implements AsyncDisposable {
  readonly #world: World;
  readonly #server: Server;

  constructor(world: World, server: Server) {
    this.#world = world;
    this.#server = server;
  }

  /** GITHUB_SERVER_URL. */
  get url(): string {
    return this.#world.url;
  }

  get apiUrl(): string {
    return this.#world.url;
  }

  get graphqlUrl(): string {
    return `${this.#world.url}/graphql`;
  }

  /** ACTIONS_RESULTS_URL. */
  get resultsUrl(): string {
    return `${this.#world.url}/`;
  }

  /** Public half of the key that GitHub signs with. */
  get signingKey(): string {
    return this.#world.signer.publicKey;
  }

  get faults(): Faults {
    return this.#world.faults;
  }

  /** Every request, oldest first. */
  get requests(): readonly RequestRecord[] {
    return this.#world.requests;
  }

  /** Answers of this server that break GitHub's contract, and its crashes: both are mistakes of the server. */
  get violations(): readonly string[] {
    return this.#world.violations;
  }

  get artifacts(): readonly Artifact[] {
    return this.#world.artifacts.all;
  }

  /** ACTIONS_RUNTIME_TOKEN of a job. */
  runtimeToken(run = "run-1", job = "job-1"): string {
    return runtimeToken({ run, job });
  }

  /** The id that GitHub gives to an account or App of this name; made when new. */
  account(login: string): Account {
    return this.#world.account(login);
  }

  appId(slug: string): number {
    return this.#world.app(slug).id;
  }

  addTeam(organization: string, slug: string, members: readonly string[]): void {
    const team = { id: this.#world.nextId(), organization, slug, members: new Set(members) };
    this.#world.teams.set(`${organization}/${slug}`, team);
  }

  async addRepository(fullName: string, options: RepositoryOptions = {}): Promise<LoopbackRepository> {
    const world = this.#world;
    const { people = {}, files = {}, from = options.forkOf?.folder } = options;
    const repo = await createRepository(world, fullName, { ...options, from });
    for (const [login, role] of Object.entries(people)) {
      repo.people.set(world.account(login).login.toLowerCase(), role);
    }
    world.repositories.set(fullName.toLowerCase(), repo);
    if (from === undefined) await firstCommit(world, repo, files);
    return new LoopbackRepository(world, repo);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await rm(this.#world.folder, { recursive: true, force: true });
    if (this.violations.length > 0)
      throw new Error(`The loopback GitHub erred: ${this.violations.join("\n")}`);
  }
}

async function createRepository(
  world: World,
  fullName: string,
  { from, forkOf, ...options }: Omit<RepositoryOptions, "from"> & { readonly from: string | undefined },
): Promise<Repository> {
  const [owner = "", name = ""] = fullName.split("/");
  const parent = forkOf === undefined ? undefined : world.repositories.get(forkOf.name.toLowerCase());
  const usualOwner = parent === undefined ? "Organization" : "User";
  return new Repository({
    id: world.nextId(),
    owner: world.account(owner, options.ownerType ?? usualOwner),
    name,
    private: options.private ?? false,
    bare: await createBare(join(world.folder, owner, `${name}.git`), from),
    createdAt: world.now(),
    parent,
  });
}

async function firstCommit(world: World, repo: Repository, files: Files): Promise<void> {
  const all = Object.entries({ "README.md": `# ${repo.facts.name}\n`, ...files });
  const changes = all.map(([path, content]) => ({ path, content: Buffer.from(content ?? "") }));
  const tree = await repo.bare.writeTree(undefined, changes);
  const person = { name: "Ada", email: "ada@example.org", seconds: world.seconds() };
  const commit = { tree, parents: [], author: person, committer: person, message: "Initial commit\n" };
  await repo.bare.setRef("refs/heads/main", await writeCommit(repo.bare, commit, undefined));
}

/** Writes the payload where GITHUB_EVENT_PATH shall point; returns the path. */
export async function eventFile({ name, payload }: GithubEvent, folder: string): Promise<string> {
  const path = join(folder, `event-${name}.json`);
  await writeFile(path, JSON.stringify(payload, null, 2));
  return path;
}
