import { afterEach, describe, expect, test } from "vitest";
import { openGitHub } from "../../src/adapters/github/forge.ts";
import type { ApprovalReview } from "../../src/domain/approvals.ts";
import { REFUSALS_REF } from "../../src/domain/records-ref.ts";
import type { Forge } from "../../src/ports/forge.ts";
import { startGithub } from "../support/github/index.ts";
import { MemoryForge } from "../support/memory-forge.ts";
import { MemoryGit } from "../support/memory-git.ts";

/** A forge with a branch main of one commit, and the people around it. */
interface Setting {
  readonly forge: Forge;
  readonly base: string;
  /** A commit on a branch by a person's push, unsigned. */
  readonly push: (branch: string, path: string) => Promise<string>;
  readonly review: (number: number, state: "APPROVED" | "CHANGES_REQUESTED") => Promise<void>;
  readonly merge: (number: number) => Promise<string>;
  /** What the repository itself holds, past the forge. */
  readonly read: (commit: string, path: string) => Promise<string | undefined>;
  /** The repository's address for Git, and the token. */
  readonly remote: { readonly url: string; readonly token: string };
  readonly close: () => Promise<void>;
}

async function memory(): Promise<Setting> {
  const git = new MemoryGit();
  const base = git.seed({ "deployed.json": "{}\n" });
  const forge = new MemoryForge(git);
  forge.writers.add("grace");
  const grace = { id: 7, login: "grace", kind: "person" } as const;
  return {
    forge,
    base,
    async push(branch, path) {
      const tip = (await git.resolve(`refs/heads/${branch}`)) ?? null;
      const change = new Map([[path, Buffer.from("x")]]);
      const { commit } = await git.commit({
        branch,
        parent: tip ?? base,
        expected: tip,
        change,
        message: "change",
      });
      forge.pushed(branch, { from: tip, to: commit, actor: grace });
      return commit;
    },
    review: async (number, state) => forge.review(number, { reviewer: grace, state }),
    merge: async (number) => forge.merge(number),
    read: async (commit, path) => {
      const bytes = await git.show(commit, path);
      return bytes && Buffer.from(bytes).toString();
    },
    remote: { url: "https://forge.test/acme/forecasts.git", token: "memory" },
    close: async () => {},
  };
}

async function loopback(): Promise<Setting> {
  const github = await startGithub();
  const repo = await github.addRepository("acme/forecasts", {
    files: { "deployed.json": "{}\n" },
    people: { grace: "write", ada: "admin", eve: "read" },
  });
  const token = repo.token("app");
  const { apiUrl, graphqlUrl } = github;
  const patience = { sleep: async () => {}, random: () => 0, now: () => 0 };
  return {
    forge: openGitHub({ repository: repo.name, token, apiUrl, graphqlUrl, patience }),
    base: (await repo.head("main"))!,
    push: (branch, path) => repo.push("grace", branch, { [path]: "x" }),
    review: (number, state) =>
      repo.review("grace", number, state === "APPROVED" ? "APPROVE" : "REQUEST_CHANGES"),
    merge: (number) => repo.merge("ada", number),
    read: (commit, path) => repo.file(commit, path),
    remote: { url: `${github.url}/acme/forecasts.git`, token },
    async close() {
      expect(github.violations).toEqual([]);
      await github[Symbol.asyncDispose]();
    },
  };
}

const open: Setting[] = [];
afterEach(async () => {
  for (const setting of open.splice(0)) await setting.close();
});

describe.each([
  ["in memory", memory],
  ["on a loopback GitHub", loopback],
])("a forge %s", (_, make) => {
  const start = async (): Promise<Setting> => {
    const setting = await make();
    open.push(setting);
    return setting;
  };
  const commitOn = async ({ forge, base }: Setting, branch = "promote/prod/m") => {
    await forge.createBranch(branch, base);
    const change = new Map([["deployed.json", Buffer.from("{ }\n")]]);
    return forge.commitOnBranch({
      branch,
      expectedHead: base,
      message: "Promote m\n\nModelgate-Event: X\n",
      change,
    });
  };
  const propose = async (setting: Setting) => {
    const { commit } = await commitOn(setting);
    const draft = { head: "promote/prod/m", base: "main", title: "Promote m", body: "report" };
    return { commit, draft, ...(await setting.forge.openPullRequest(draft)) };
  };

  test("knows who the token is", async () => {
    const { forge } = await start();
    expect(await forge.identity()).toEqual({ login: "modelgate[bot]", kind: "app" });
  });

  test("makes one verified commit on a branch", async () => {
    const setting = await start();
    const { forge, base } = setting;
    const made = await commitOn(setting);
    expect(made).toMatchObject({ parents: [base], verified: true, reason: "valid" });
    expect(made.message.trim()).toBe("Promote m\n\nModelgate-Event: X");
    expect(await forge.branch("promote/prod/m")).toBe(made.commit);
    expect(await setting.read(made.commit, "deployed.json")).toBe("{ }\n");
  });

  test("says where Git finds it, and how this token is let in", async () => {
    const { forge, remote } = await start();
    const authorization = `Basic ${Buffer.from(`x-access-token:${remote.token}`).toString("base64")}`;
    expect(await forge.remote()).toEqual({ url: remote.url, authorization });
  });

  test("tells an unsigned commit", async () => {
    const { forge, push } = await start();
    expect(await forge.commit(await push("topic", "a"))).toMatchObject({
      verified: false,
      reason: "unsigned",
    });
  });

  test("refuses a commit on a branch that moved", async () => {
    const setting = await start();
    const { forge, base } = setting;
    await commitOn(setting);
    const again = { branch: "promote/prod/m", expectedHead: base, message: "other", change: new Map() };
    await expect(forge.commitOnBranch(again)).rejects.toMatchObject({ code: "FORGE_RACE_LOST" });
  });

  test("makes a branch once: again at the same commit is no error, elsewhere a lost race", async () => {
    const { forge, base, push } = await start();
    await forge.createBranch("topic", base);
    await forge.createBranch("topic", base);
    const other = await push("other", "a");
    await expect(forge.createBranch("topic", other)).rejects.toMatchObject({ code: "FORGE_RACE_LOST" });
    expect(await forge.branch("nothing")).toBe(null);
  });

  test("tells several branches at once", async () => {
    const { forge, base, push } = await start();
    const topic = await push("topic", "a");
    expect(await forge.branches(["topic", "nothing", "main"])).toEqual([topic, null, base]);
  });

  test("tries whether it signs for this token, and leaves no branch behind", async () => {
    const { forge, base } = await start();
    await forge.trySigning({ branch: "trial", commit: base, message: "Try" });
    expect(await forge.branch("trial")).toBe(null);
  });

  test("moves branches all together, or none of them", async () => {
    const { forge, base, push } = await start();
    const [a, b] = [await push("a", "1"), await push("b", "2")];
    const both = [
      { branch: "a", from: a, to: b },
      { branch: "b", from: base, to: null },
    ];
    await expect(forge.moveBranches(both)).rejects.toMatchObject({ code: "FORGE_RACE_LOST" });
    expect([await forge.branch("a"), await forge.branch("b")]).toEqual([a, b]);
    await forge.moveBranches([
      { branch: "a", from: a, to: b },
      { branch: "b", from: b, to: null },
      { branch: "c", from: null, to: a },
    ]);
    expect([await forge.branch("a"), await forge.branch("b"), await forge.branch("c")]).toEqual([b, null, a]);
  });

  test("appends records to a ref outside of branches, each signed and on the last", async () => {
    const { forge, read } = await start();
    expect(await forge.lastRecord(REFUSALS_REF)).toBe(null);
    const files = (path: string, text: string | Uint8Array) => new Map([[path, Buffer.from(text)]]);
    const first = await forge.appendRecord({
      ref: REFUSALS_REF,
      after: null,
      files: files("evidence/m/1.0.0/a/verdict.json", "{}\n"),
      message: "Refuse m 1.0.0\n\nModelgate-Verdict: FAIL\n",
    });
    expect(first).toMatchObject({ parents: [], verified: true, author: { kind: "bot" } });
    const binary = Uint8Array.of(0xff, 0x00, 0xfe);
    const second = await forge.appendRecord({
      ref: REFUSALS_REF,
      after: first.commit,
      files: files("evidence/m/1.1.0/b/raw", binary),
      message: "Refuse m 1.1.0\n",
    });
    expect(second).toMatchObject({ parents: [first.commit], verified: true });
    expect(await forge.lastRecord(REFUSALS_REF)).toBe(second.commit);
    expect(await forge.branch("modelgate/refusals")).toBe(null);
    expect(await read(second.commit, "evidence/m/1.0.0/a/verdict.json")).toBe("{}\n");
    expect(await read(second.commit, "evidence/m/1.1.0/b/raw")).toBe(Buffer.from(binary).toString());
    expect(await read(second.commit, "deployed.json")).toBeUndefined();
  });

  test("lets one of two records be the next, also of the first, and never moves the ref back", async () => {
    const { forge } = await start();
    const append = (after: string | null, path: string) =>
      forge.appendRecord({
        ref: REFUSALS_REF,
        after,
        files: new Map([[path, Buffer.from("x")]]),
        message: "r\n",
      });
    const first = await append(null, "evidence/a");
    await expect(append(null, "evidence/b")).rejects.toMatchObject({ code: "FORGE_RACE_LOST" });
    const second = await append(first.commit, "evidence/b");
    await expect(append(first.commit, "evidence/c")).rejects.toMatchObject({ code: "FORGE_RACE_LOST" });
    expect(await forge.lastRecord(REFUSALS_REF)).toBe(second.commit);
  });

  test("opens one pull request for a head and a base", async () => {
    const setting = await start();
    const { forge, base } = setting;
    const { pullRequest, created, draft, commit } = await propose(setting);
    expect(created).toBe(true);
    expect(pullRequest).toMatchObject({
      ...draft,
      state: "open",
      merged: false,
      mergedAt: null,
      mergeCommit: null,
      headCommit: commit,
      headRepository: "acme/forecasts",
      baseCommit: base,
      author: { login: "modelgate[bot]", kind: "bot" },
    });
    expect(await forge.openPullRequest(draft)).toMatchObject({
      created: false,
      pullRequest: { number: pullRequest.number },
    });
    expect(await forge.openPullRequests({ head: draft.head })).toEqual([pullRequest]);
    expect(await forge.openPullRequests({ head: "promote/prod/other" })).toEqual([]);
  });

  test("updates, labels and closes a pull request", async () => {
    const setting = await start();
    const { forge } = setting;
    const { number } = (await propose(setting)).pullRequest;
    await forge.addLabels(number, ["model-promotion", "env:prod"]);
    await forge.requestReviewers(number, { people: ["grace"], teams: [] });
    await forge.updatePullRequest(number, { title: "Promote m again", body: "new" });
    const changed = await forge.pullRequest(number);
    expect(changed).toMatchObject({ title: "Promote m again", body: "new", reviewers: ["grace"] });
    expect([...changed.labels].sort()).toEqual(["env:prod", "model-promotion"]);
    expect(await forge.updatePullRequest(number, { state: "closed" })).toMatchObject({
      state: "closed",
      merged: false,
    });
    expect(await forge.openPullRequests()).toEqual([]);
    await expect(forge.pullRequest(99)).rejects.toMatchObject({ code: "FORGE_NOT_FOUND" });
  });

  test("finds the pull request of a merge", async () => {
    const setting = await start();
    const { number } = (await propose(setting)).pullRequest;
    const mergeCommit = await setting.merge(number);
    const found = await setting.forge.pullRequestsOf(mergeCommit);
    expect(found).toMatchObject([{ number, state: "closed", merged: true, mergeCommit, base: "main" }]);
  });

  test("keeps comments in order, and changes one in place", async () => {
    const setting = await start();
    const { forge } = setting;
    const { number } = (await propose(setting)).pullRequest;
    const first = await forge.addComment(number, "one");
    await forge.addComment(number, "two");
    await forge.updateComment(first.id, "ONE");
    const comments = await forge.comments(number);
    expect(comments.map(({ body, author }) => [body, author?.login])).toEqual([
      ["ONE", "modelgate[bot]"],
      ["two", "modelgate[bot]"],
    ]);
  });

  test("tells reviews with the head that was reviewed, who pushed last, and who may write", async () => {
    const setting = await start();
    const { forge, push, review } = setting;
    const { pullRequest, commit } = await propose(setting);
    const { number, head } = pullRequest;
    await review(number, "APPROVED");
    expect((await forge.lastPush(head))?.actor?.kind).toBe("bot");
    const second = await push(head, "more");
    await review(number, "CHANGES_REQUESTED");
    const reviews = (await forge.reviews(number)).map(({ state, commit, reviewer }: ApprovalReview) => [
      state,
      commit,
      reviewer?.login,
    ]);
    expect(reviews).toEqual([
      ["APPROVED", commit, "grace"],
      ["CHANGES_REQUESTED", second, "grace"],
    ]);
    expect(await forge.lastPush(head)).toMatchObject({
      before: commit,
      after: second,
      actor: { login: "grace", kind: "person" },
    });
    expect((await forge.pullRequestCommits(number)).map((one) => one.commit)).toEqual([commit, second]);
    expect([await forge.mayWrite("grace"), await forge.mayWrite("eve")]).toEqual([true, false]);
  });

  test("shows a check run with more annotations than one request takes", async () => {
    const { forge, base } = await start();
    const annotations = Array.from({ length: 120 }, (_, at) => ({
      path: "deployed.json",
      line: 1,
      level: "warning" as const,
      title: `remark ${at}`,
      message: "m",
    }));
    const run = {
      name: "model-gate",
      head: base,
      conclusion: "failure" as const,
      title: "No",
      summary: "s",
      annotations,
    };
    expect((await forge.createCheckRun(run)).url).toMatch(/^https?:/);
  });

  test("tells deployments with their payload", async () => {
    const { forge, base } = await start();
    const payload = { model: "m", ledger_digest: "sha256:1" };
    const { id } = await forge.createDeployment({
      commit: base,
      environment: "prod",
      description: "d",
      payload,
    });
    expect(await forge.deploymentState(id)).toBeNull();
    await forge.setDeploymentStatus(id, "in_progress", "d");
    await forge.setDeploymentStatus(id, "success", "d");
    expect(await forge.deploymentState(id)).toBe("success");
    expect(await forge.deployments("prod", base)).toMatchObject([{ id, commit: base, payload }]);
    expect(await forge.deployments("staging", base)).toEqual([]);
    expect(await forge.deployments("prod", "f".repeat(40))).toEqual([]);
  });

  test("tells what protects the repository", async () => {
    const { forge } = await start();
    expect(await forge.settings()).toMatchObject({ defaultBranch: "main", rules: [] });
  });
});
