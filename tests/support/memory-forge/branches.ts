import type { ForgePerson } from "../../../src/domain/approvals.ts";
import type { RecordsRef } from "../../../src/domain/records-ref.ts";
import { GateError, gateError } from "../../../src/errors.ts";
import type {
  BranchMove,
  ForgeCommit,
  ForgeCommitRequest,
  ForgeIdentity,
  Push,
} from "../../../src/ports/forge.ts";
import type { GitRemote, RecordRequest } from "../../../src/ports/git.ts";
import type { MemoryGit } from "../memory-git.ts";

export const BOT: ForgePerson = { id: 100, login: "modelgate[bot]", kind: "bot" };

/** Whose token it is, and the branches, commits and records of the repository behind it. */
export class MemoryBranches {
  readonly repository = "acme/forecasts";
  readonly git: MemoryGit;
  who: ForgeIdentity = { login: BOT.login, kind: "app" };
  /** What the forge says of the commits that it makes. */
  signs: { readonly verified: boolean; readonly reason: string } = { verified: true, reason: "valid" };
  readonly calls: string[] = [];
  /** Called at the start of every method with its name, to play a rival, a failure or a moving world. */
  before: (method: string) => Promise<void> = async () => {};
  readonly #pushes = new Map<string, Push>();
  readonly #verified = new Map<string, { verified: boolean; reason: string }>();

  constructor(git: MemoryGit) {
    this.git = git;
  }

  async identity(): Promise<ForgeIdentity> {
    await this.called("identity");
    return this.who;
  }

  async remote(): Promise<GitRemote> {
    await this.called("remote");
    return {
      url: `https://forge.test/${this.repository}.git`,
      authorization: "Basic eC1hY2Nlc3MtdG9rZW46bWVtb3J5",
    };
  }

  async branch(name: string): Promise<string | null> {
    await this.called("branch");
    return (await this.git.resolve(`refs/heads/${name}`)) ?? null;
  }

  async branches(names: readonly string[]): Promise<readonly (string | null)[]> {
    await this.called("branches");
    return Promise.all(names.map(async (name) => (await this.git.resolve(`refs/heads/${name}`)) ?? null));
  }

  async trySigning(): Promise<void> {
    await this.called("trySigning");
    if (!this.signs.verified) throw gateError("FORGE_COMMIT_UNVERIFIED", `It is ${this.signs.reason}.`);
  }

  async createBranch(name: string, commit: string): Promise<void> {
    await this.called("createBranch");
    const tip = await this.git.resolve(`refs/heads/${name}`);
    if (tip !== undefined && tip !== commit)
      throw gateError("FORGE_RACE_LOST", `The branch ${name} exists already.`);
    this.git.point(name, commit);
  }

  async moveBranches(moves: readonly BranchMove[]): Promise<void> {
    await this.called("moveBranches");
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
    this.moved(branch, of.to);
  }

  async lastPush(branch: string): Promise<Push | null> {
    await this.called("lastPush");
    return this.#pushes.get(branch) ?? null;
  }

  async commit(id: string): Promise<ForgeCommit> {
    await this.called("commit");
    const { commit, parents, message } = await this.git.facts(id);
    const signature = this.#verified.get(commit) ?? { verified: false, reason: "unsigned" };
    return { commit, parents, message, ...signature, author: BOT, committer: BOT };
  }

  async commitOnBranch({ branch, expectedHead, message, change }: ForgeCommitRequest): Promise<ForgeCommit> {
    await this.called("commitOnBranch");
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
    await this.called("lastRecord");
    return (await this.git.resolve(ref)) ?? null;
  }

  async appendRecord(request: Omit<RecordRequest, "at">): Promise<ForgeCommit> {
    await this.called("appendRecord");
    const { commit } = await this.git.append(request).catch((error: unknown) => {
      if (!(error instanceof GateError) || error.code !== "GIT_RACE_LOST") throw error;
      throw gateError("FORGE_RACE_LOST", `The ref ${request.ref} moved in the meantime.`);
    });
    this.#verified.set(commit, this.signs);
    return this.commit(commit);
  }

  /** What a branch that moved does to whatever stands on it. */
  protected moved(_branch: string, _to: string): void {}

  protected async called(method: string): Promise<void> {
    this.calls.push(method);
    await this.before(method);
  }
}
