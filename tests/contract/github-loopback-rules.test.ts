import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Octokit } from "@octokit/core";
import {
  protectMain,
  startGithub,
  type LoopbackGithub,
  type LoopbackRepository,
  type MainRules,
} from "../support/github/index.ts";

let github: LoopbackGithub;
beforeAll(async () => {
  github = await startGithub();
});
afterAll(async () => await github[Symbol.asyncDispose]());

let count = 0;
/** A protected repository with one open pull request by bob. */
async function withPull(rules: MainRules): Promise<{ repo: LoopbackRepository; sha: string }> {
  count += 1;
  const people = { ada: "admin", bob: "write", carol: "write", eve: "read" } as const;
  const repo = await github.addRepository(`acme/rules-${count}`, { files: { "a.txt": "a\n" }, people });
  repo.addRuleset(protectMain(rules));
  const sha = await repo.push("bob", "topic", { "b.txt": "1\n" });
  await repo.openPull("bob", { head: "topic" });
  return { repo, sha };
}

/** Merges the pull request as ada, and tells whether main has it. */
async function merges(repo: LoopbackRepository): Promise<boolean> {
  const commit = await repo.merge("ada", 1);
  const { state, mergeCommit, mergedBy } = repo.pull(1);
  const landed = (await repo.head("main")) === commit && mergeCommit === commit;
  return landed && state === "closed" && mergedBy?.login === "ada";
}

describe("required checks", () => {
  it.each(["success", "skipped", "neutral"] as const)("pass by %s", async (conclusion) => {
    const { repo, sha } = await withPull({ checks: ["model-gate"] });
    await repo.check(sha, "model-gate", conclusion);
    expect(await merges(repo)).toBe(true);
  });

  it.each(["failure", "cancelled", "timed_out", "action_required"] as const)(
    "fail by %s",
    async (conclusion) => {
      const { repo, sha } = await withPull({ checks: ["model-gate"] });
      await repo.check(sha, "model-gate", conclusion);
      await expect(repo.merge("ada", 1)).rejects.toThrow('Required status check "model-gate" is failing.');
    },
  );

  it("are missing until they are reported on this very head", async () => {
    const { repo, sha } = await withPull({ checks: ["model-gate"] });
    await expect(repo.merge("ada", 1)).rejects.toThrow('Required status check "model-gate" is expected.');
    await repo.check(sha, "model-gate", "success");
    await repo.push("bob", "topic", { "b.txt": "2\n" });
    await expect(repo.merge("ada", 1)).rejects.toThrow('Required status check "model-gate" is expected.');
  });

  it("of a pinned source cannot be forged by another App or by a status", async () => {
    const { repo, sha } = await withPull({ checks: ["model-gate"] });
    await repo.check(sha, "model-gate", "success", "impostor");
    await status(repo, sha, "success");
    await expect(repo.merge("ada", 1)).rejects.toThrow("is expected.");
  });

  it("of any source can: that is why one pins it; and a check and a status of one name are both required", async () => {
    const { repo, sha } = await withPull({ checks: ["model-gate"], anySource: true });
    await repo.check(sha, "model-gate", "success", "impostor");
    await status(repo, sha, "pending");
    await expect(repo.merge("ada", 1)).rejects.toThrow("is in progress.");
    await status(repo, sha, "success");
    expect(await merges(repo)).toBe(true);
  });

  it("may demand a head that contains the base", async () => {
    const { repo, sha } = await withPull({ checks: ["model-gate"], strict: true });
    await repo.check(sha, "model-gate", "success");
    await repo.push("ada", "main", { "c.txt": "c\n" }, { bypass: true });
    await expect(repo.merge("ada", 1)).rejects.toThrow("not up to date");
  });
});

async function status(repo: LoopbackRepository, sha: string, state: "success" | "pending"): Promise<void> {
  const octokit = new Octokit({ auth: repo.token({ user: "bob" }), baseUrl: github.apiUrl });
  const [owner = "", name = ""] = repo.name.split("/");
  const where = { owner, repo: name, sha };
  await octokit.request("POST /repos/{owner}/{repo}/statuses/{sha}", {
    ...where,
    state,
    context: "model-gate",
  });
}

describe("required reviews", () => {
  it("count people who may write, other than the author", async () => {
    const { repo } = await withPull({ reviews: 1 });
    const text = "At least 1 approving review is required by reviewers with write access.";
    await expect(repo.merge("ada", 1)).rejects.toThrow(text);
    await repo.review("eve", 1, "APPROVE");
    await expect(repo.merge("ada", 1)).rejects.toThrow(text);
    await expect(repo.review("bob", 1, "APPROVE")).rejects.toThrow("Can not approve your own pull request");
    await repo.review("carol", 1, "APPROVE");
    expect(await merges(repo)).toBe(true);
  });

  it("stop by a request for changes until the same person approves", async () => {
    const { repo } = await withPull({ reviews: 1 });
    await repo.review("carol", 1, "REQUEST_CHANGES");
    await repo.review("ada", 1, "APPROVE");
    await expect(repo.merge("ada", 1)).rejects.toThrow("Changes have been requested");
    await repo.review("carol", 1, "APPROVE");
    expect(await merges(repo)).toBe(true);
  });

  it("stay after a push, unless stale ones are dismissed", async () => {
    const kept = await withPull({ reviews: 1 });
    await kept.repo.review("carol", 1, "APPROVE");
    await kept.repo.push("bob", "topic", { "b.txt": "2\n" });
    expect(await merges(kept.repo)).toBe(true);
    const dismissed = await withPull({ reviews: 1, dismissStale: true });
    await dismissed.repo.review("carol", 1, "APPROVE");
    await dismissed.repo.push("bob", "topic", { "b.txt": "2\n" });
    await expect(dismissed.repo.merge("ada", 1)).rejects.toThrow("At least 1 approving review");
    expect(dismissed.repo.pull(1).reviews.map(({ state }) => state)).toEqual(["DISMISSED"]);
  });

  it("may demand that somebody else than the last pusher saw the last push", async () => {
    const { repo } = await withPull({ reviews: 1, lastPushApproval: true });
    await repo.review("carol", 1, "APPROVE");
    await repo.push("carol", "topic", { "b.txt": "2\n" });
    const text = "New changes require approval from someone other than the last pusher.";
    await expect(repo.merge("ada", 1)).rejects.toThrow(text);
    await repo.review("carol", 1, "APPROVE");
    await expect(repo.merge("ada", 1)).rejects.toThrow(text);
    await repo.review("ada", 1, "APPROVE");
    expect(await merges(repo)).toBe(true);
  });

  it("of an earlier head do not approve the last push", async () => {
    const { repo } = await withPull({ reviews: 1, lastPushApproval: true });
    await repo.review("carol", 1, "APPROVE");
    await repo.push("bob", "topic", { "b.txt": "2\n" });
    await expect(repo.merge("ada", 1)).rejects.toThrow("New changes require approval");
    await repo.review("carol", 1, "APPROVE");
    expect(await merges(repo)).toBe(true);
  });
});

describe("code owners", () => {
  async function owned(): Promise<LoopbackRepository> {
    count += 1;
    const people = { ada: "admin", bob: "write", carol: "write" } as const;
    const CODEOWNERS = "* @bob\n/policies/ @acme/policy-owners\n*.md\n";
    const repo = await github.addRepository(`acme/rules-${count}`, { files: { CODEOWNERS }, people });
    github.addTeam("acme", "policy-owners", ["carol"]);
    repo.addRuleset(protectMain({ reviews: 1, codeOwners: true }));
    return repo;
  }

  it("must approve what is theirs, where the last line that matches decides", async () => {
    const repo = await owned();
    await repo.push("bob", "topic", { "policies/gates/p.yaml": "a\n" });
    await repo.openPull("bob", { head: "topic" });
    await repo.review("ada", 1, "APPROVE");
    await expect(repo.merge("ada", 1)).rejects.toThrow(
      "Waiting on code owner review from @acme/policy-owners.",
    );
    await repo.review("carol", 1, "APPROVE");
    expect(await merges(repo)).toBe(true);
  });

  it("are not asked for what nobody owns", async () => {
    const repo = await owned();
    await repo.push("bob", "topic", { "docs/a.md": "a\n" });
    await repo.openPull("bob", { head: "topic" });
    await repo.review("carol", 1, "APPROVE");
    expect(await merges(repo)).toBe(true);
  });
});

describe("merge methods and signatures", () => {
  it("allow only what the rules name", async () => {
    const { repo } = await withPull({ reviews: 0, mergeMethods: ["merge"] });
    await expect(repo.merge("ada", 1, { method: "squash" })).rejects.toThrow("Squash merges are not allowed");
    repo.settings.allowMergeCommit = false;
    await expect(repo.merge("ada", 1)).rejects.toThrow("Merge commits are not allowed on this repository.");
  });

  it("refuse unsigned commits, and a rebase of any", async () => {
    const { repo } = await withPull({ signatures: true });
    await expect(repo.merge("ada", 1)).rejects.toThrow("Commits must have verified signatures.");
    await expect(repo.merge("ada", 1, { method: "rebase" })).rejects.toThrow(
      "Rebase merges cannot be automatically",
    );
  });

  it.each(["merge", "squash"] as const)("sign a %s, which has the merged tree", async (method) => {
    const { repo } = await withPull({ reviews: 0 });
    const commit = await repo.merge("ada", 1, { method });
    expect(await repo.git("cat-file", "commit", commit)).toContain("gpgsig -----BEGIN SSH SIGNATURE-----");
    expect(await repo.file(commit, "b.txt")).toBe("1\n");
  });

  it("leave rebased commits unsigned", async () => {
    const { repo } = await withPull({ reviews: 0 });
    const commit = await repo.merge("ada", 1, { method: "rebase" });
    expect(await repo.git("cat-file", "commit", commit)).not.toContain("gpgsig");
  });
});

describe("merging", () => {
  it("refuses another head than the reviewed one, a draft, a conflict and a second merge", async () => {
    const { repo, sha } = await withPull({ reviews: 0 });
    await repo.push("bob", "topic", { "b.txt": "2\n" });
    await expect(repo.merge("ada", 1, { sha })).rejects.toThrow("Head branch was modified.");
    await repo.push("bob", "draft", { "d.txt": "d\n" });
    const draft = await repo.openPull("bob", { head: "draft", draft: true });
    await expect(repo.merge("ada", draft)).rejects.toThrow("Pull Request is still a draft");
    await repo.push("ada", "main", { "b.txt": "3\n" }, { bypass: true });
    await expect(repo.merge("ada", 1)).rejects.toThrow("Pull Request is not mergeable");
  });

  it("is not for those who may only read", async () => {
    const { repo } = await withPull({ reviews: 0 });
    await expect(repo.merge("eve", 1)).rejects.toThrow("Resource not accessible by personal access token");
  });

  it("bows to actors that may bypass", async () => {
    const id = github.appId("release-bot");
    const bypass = [{ actor_id: id, actor_type: "Integration", bypass_mode: "always" }];
    const { repo } = await withPull({ checks: ["model-gate"], bypass });
    const octokit = new Octokit({ auth: repo.token({ app: "release-bot" }), baseUrl: github.apiUrl });
    const [owner = "", name = ""] = repo.name.split("/");
    const where = { owner, repo: name, pull_number: 1 };
    const { data } = await octokit.request("PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge", where);
    expect(data.merged).toBe(true);
  });

  it("happens by itself when main gets the commits another way, and closes what has nothing left to merge", async () => {
    const { repo, sha } = await withPull({ reviews: 0 });
    await repo.push("bob", "other", { "o.txt": "o\n" });
    const other = await repo.openPull("bob", { head: "other" });
    const main = (await repo.head("main"))!;
    await repo.forcePush("bob", "other", main);
    expect(repo.pull(other)).toMatchObject({ state: "closed", mergedAt: null });
    await repo.push("bob", "again", { "o.txt": "o\n" });
    await repo.merge("ada", 1, { sha });
    expect(repo.pull(1).mergedAt).not.toBeNull();
  });
});
