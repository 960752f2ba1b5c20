import { createSigner, type Signer } from "../git/ssh-signature.ts";
import { ArtifactStore } from "../artifacts/store.ts";
import { Faults } from "../http/faults.ts";
import type { RefMove } from "../rules/push.ts";
import { ACTIONS_APP, type Account, type App, type Team } from "./accounts.ts";
import type { Repository } from "./repository.ts";
import type { Token } from "./tokens.ts";

/** One request that the server answered. */
export interface RequestRecord {
  readonly method: string;
  readonly path: string;
  /** `METHOD /path/{template}`, `POST /graphql createCommitOnBranch`, or `git upload-pack`. */
  readonly operation: string;
  readonly status: number;
  readonly login: string | undefined;
}

export interface WorldOptions {
  readonly now?: () => Date;
  /** GitHub signs `createCommitOnBranch` of people too where it can; off by default, so that policy meets unsigned commits. */
  readonly signCommitsOfUsers?: boolean;
}

/** Everything that one loopback GitHub knows. */
export class World {
  readonly folder: string;
  readonly options: WorldOptions;
  /** GitHub's own signing key ("web-flow"), made for this server. */
  readonly signer: Signer = createSigner();
  readonly accounts = new Map<string, Account>();
  readonly apps = new Map<string, App>();
  readonly teams = new Map<string, Team>();
  readonly tokens = new Map<string, Token>();
  readonly repositories = new Map<string, Repository>();
  readonly requests: RequestRecord[] = [];
  readonly violations: string[] = [];
  readonly faults = new Faults();
  readonly artifacts = new ArtifactStore();
  /** Who acts when a branch has moved: pull requests. */
  readonly followers: ((repo: Repository, move: RefMove) => Promise<void>)[] = [];
  url = "";
  #lastId = 1000;

  constructor(folder: string, options: WorldOptions) {
    this.folder = folder;
    this.options = options;
    this.apps.set(ACTIONS_APP.slug, ACTIONS_APP);
    this.accounts.set(ACTIONS_APP.bot.login, ACTIONS_APP.bot);
  }

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  date(): Date {
    return this.options.now?.() ?? new Date();
  }

  /** ISO 8601 in UTC, whole seconds, as GitHub writes times. */
  now(): string {
    return this.date()
      .toISOString()
      .replace(/\.\d+Z$/, "Z");
  }

  seconds(): number {
    return Math.floor(this.date().getTime() / 1000);
  }

  /** The account of this login, made when it is new. */
  account(login: string, type: Account["type"] = "User"): Account {
    const known = this.accounts.get(login.toLowerCase());
    if (known !== undefined) return known;
    const made: Account = { id: this.nextId(), login, type };
    this.accounts.set(login.toLowerCase(), made);
    return made;
  }

  app(slug: string): App {
    const known = this.apps.get(slug);
    if (known !== undefined) return known;
    const bot = this.account(`${slug}[bot]`, "Bot");
    const made: App = { id: this.nextId(), slug, name: slug, bot };
    this.apps.set(slug, made);
    return made;
  }

  repository(owner: string, name: string): Repository | undefined {
    return this.repositories.get(`${owner}/${name}`.toLowerCase());
  }
}
