import { rmSync } from "node:fs";
import { openGitHub } from "../../src/adapters/github/forge.ts";
import { openGit } from "../../src/adapters/git/open.ts";
import type { Forge } from "../../src/ports/forge.ts";
import type { Git } from "../../src/ports/git.ts";
import { START } from "./decisions.ts";
import { type GitRepo, gitRepo } from "./git-repo.ts";
import { type LoopbackGithub, type LoopbackRepository, startGithub, type TokenKind } from "./github/index.ts";

const GATE = `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: shadow, version: 1, owners: [ml-platform] }
match: { events: [PROMOTE_TO_SHADOW, DISABLE, REVOKE], environments: [prod], models: ["*"] }
requires: { reason: true, approvals: { at_least: 1, role: release-manager, not: [author, last-pusher] } }
objectives:
  - { id: parity, metric: parity.max_abs_diff, hard: "<= 1e-5", why: w, fix: f }
`;

/** A team's repository on the loopback GitHub and a clone of it, as a job has it. */
export interface GithubScene extends AsyncDisposable {
  readonly github: LoopbackGithub;
  readonly repo: LoopbackRepository;
  readonly clone: GitRepo;
  readonly git: Git;
  /** Milliseconds that were waited instead of being slept. */
  readonly pauses: number[];
  forge(token: TokenKind, permissions?: Parameters<LoopbackRepository["token"]>[1]): Forge;
  /** GitHub as somebody sees it who holds this text for a token. */
  forgeWith(token: string): Forge;
  /** Brings the clone to where main is now. */
  pull(): void;
  anotherClone(): GitRepo;
}

export async function githubScene(options: Parameters<typeof startGithub>[0] = {}): Promise<GithubScene> {
  const github = await startGithub(options);
  const people = { ada: "admin", grace: "write", linus: "write", eve: "read" } as const;
  const files = { ...START, "policies/gates/shadow.yaml": GATE };
  const repo = await github.addRepository("acme/forecasts", { files, people });
  repo.settings.actionsMayCreatePullRequests = true;
  const clone = gitRepo();
  const pull = (into: GitRepo = clone): void => {
    into.git("fetch", "-q", repo.folder, "main");
    into.git("checkout", "-q", "-B", "main", "FETCH_HEAD");
  };
  pull();
  const anotherClone = (): GitRepo => {
    const made = gitRepo();
    pull(made);
    return made;
  };
  const pauses: number[] = [];
  const sleep = async (ms: number): Promise<void> => void pauses.push(ms);
  const patience = { sleep, random: () => 0.5, now: () => Date.parse("2026-11-20T10:00:00Z") };
  const { apiUrl, graphqlUrl } = github;
  const forgeWith = (token: string): Forge =>
    openGitHub({ repository: repo.name, token, apiUrl, graphqlUrl, patience });
  return {
    github,
    repo,
    clone,
    git: await openGit(clone.root),
    pauses,
    forge: (kind, permissions) => forgeWith(repo.token(kind, permissions)),
    forgeWith,
    pull: () => pull(),
    anotherClone,
    async [Symbol.asyncDispose]() {
      await github[Symbol.asyncDispose]();
      rmSync(clone.root, { recursive: true, force: true });
    },
  };
}
