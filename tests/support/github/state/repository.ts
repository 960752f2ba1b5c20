import type { GithubEvent } from "../events/event.ts";
import type { BareRepository } from "../git/bare.ts";
import type { Account, Role } from "./accounts.ts";
import { Mutex } from "./mutex.ts";
import type {
  CheckRun,
  Comment,
  CommitStatus,
  Deployment,
  Label,
  PullRequest,
  QueueEntry,
  Ruleset,
  WorkflowRun,
} from "./records.ts";

/** What an administrator can switch; the defaults are those of a new repository on github.com. */
export interface Settings {
  allowMergeCommit: boolean;
  allowSquashMerge: boolean;
  allowRebaseMerge: boolean;
  allowAutoMerge: boolean;
  deleteBranchOnMerge: boolean;
  /** "Allow GitHub Actions to create and approve pull requests". */
  actionsMayCreatePullRequests: boolean;
  defaultWorkflowPermissions: "read" | "write";
  /** How many requests about a fresh pull request fail with "Could not resolve to a node". */
  nodeVisibleAfter: number;
}

export interface RepositoryFacts {
  readonly id: number;
  readonly owner: Account;
  readonly name: string;
  readonly private: boolean;
  readonly bare: BareRepository;
  readonly createdAt: string;
  readonly parent: Repository | undefined;
}

/** One repository: Git objects and refs are in `bare`, everything else is here. */
export class Repository {
  readonly facts: RepositoryFacts;
  readonly defaultBranch = "main";
  readonly settings: Settings = {
    allowMergeCommit: true,
    allowSquashMerge: true,
    allowRebaseMerge: true,
    allowAutoMerge: false,
    deleteBranchOnMerge: false,
    actionsMayCreatePullRequests: false,
    defaultWorkflowPermissions: "read",
    nodeVisibleAfter: 0,
  };
  readonly people = new Map<string, Role>();
  readonly pulls = new Map<number, PullRequest>();
  readonly labels = new Map<string, Label>();
  readonly comments: Comment[] = [];
  readonly checkRuns: CheckRun[] = [];
  readonly statuses: CommitStatus[] = [];
  readonly deployments: Deployment[] = [];
  readonly rulesets: Ruleset[] = [];
  readonly runs: WorkflowRun[] = [];
  readonly queue: QueueEntry[] = [];
  readonly events: GithubEvent[] = [];
  /** SSH public keys that people registered for signing. */
  readonly signingKeys = new Set<string>();
  /** Writes happen one at a time. */
  readonly lock = new Mutex();
  #lastNumber = 0;

  constructor(facts: RepositoryFacts) {
    this.facts = facts;
  }

  get fullName(): string {
    return `${this.facts.owner.login}/${this.facts.name}`;
  }

  get bare(): BareRepository {
    return this.facts.bare;
  }

  nextNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }

  roleOf(account: Account): Role {
    return this.people.get(account.login.toLowerCase()) ?? (this.facts.private ? "none" : "read");
  }

  openPulls(): readonly PullRequest[] {
    return [...this.pulls.values()].filter((pull) => pull.state === "open");
  }
}
