import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  protectMain,
  startGithub,
  type LoopbackGithub,
  type LoopbackRepository,
} from "../support/github/index.ts";

let github: LoopbackGithub;
beforeAll(async () => {
  github = await startGithub();
});
afterAll(async () => await github[Symbol.asyncDispose]());

let count = 0;
/** A queue of three pull requests, each with a file of its own, each with a green head. */
async function queueOfThree(): Promise<LoopbackRepository> {
  count += 1;
  const people = { ada: "admin", bob: "write" } as const;
  const repo = await github.addRepository(`acme/queue-${count}`, { people });
  repo.addRuleset(protectMain({ checks: ["model-gate"], queue: true }));
  for (const name of ["one", "two", "three"]) {
    const sha = await repo.push("bob", name, { [`${name}.txt`]: "x\n" });
    await repo.openPull("bob", { head: name });
    await repo.check(sha, "model-gate", "success");
  }
  for (const number of [1, 2, 3]) await repo.enqueue("ada", number);
  return repo;
}

interface MergeGroup {
  readonly head_sha: string;
  readonly head_ref: string;
  readonly base_sha: string;
}

function takeGroup(repo: LoopbackRepository, action = "checks_requested"): MergeGroup {
  const event = repo.takeEvent("merge_group", action);
  expect(event).toBeDefined();
  return event!.payload["merge_group"] as unknown as MergeGroup;
}

describe("the merge queue", () => {
  it("refuses what bypasses it, what is not ready and what is in it already", async () => {
    const people = { ada: "admin", bob: "write" } as const;
    const repo = await github.addRepository("acme/queue-refusals", { people });
    repo.addRuleset(protectMain({ checks: ["model-gate"], queue: true }));
    const sha = await repo.push("bob", "topic", { "t.txt": "t\n" });
    await repo.openPull("bob", { head: "topic" });
    await expect(repo.enqueue("ada", 1)).rejects.toThrow("is expected");
    await repo.check(sha, "model-gate", "success");
    await expect(repo.merge("ada", 1)).rejects.toThrow("Changes must be made through the merge queue");
    await repo.enqueue("ada", 1);
    await expect(repo.enqueue("ada", 1)).rejects.toThrow("already in the queue");
  });

  it("stacks a group on the one before it, and lands three in order as their checks pass", async () => {
    const repo = await queueOfThree();
    const main = await repo.head("main");
    const groups = [takeGroup(repo), takeGroup(repo), takeGroup(repo)];
    expect(groups.map(({ base_sha }) => base_sha)).toEqual([main, groups[0]!.head_sha, groups[1]!.head_sha]);
    expect(groups[0]!.head_ref).toBe(`refs/heads/gh-readonly-queue/main/pr-1-${main}`);
    expect(await repo.git("ls-tree", "--name-only", groups[2]!.head_sha)).toBe(
      ["README.md", "one.txt", "three.txt", "two.txt"].join("\n"),
    );
    await repo.check(groups[1]!.head_sha, "model-gate", "success");
    expect(await repo.head("main")).toBe(main);
    await repo.check(groups[0]!.head_sha, "model-gate", "success");
    expect(await repo.head("main")).toBe(groups[1]!.head_sha);
    await repo.check(groups[2]!.head_sha, "model-gate", "success");
    expect(await repo.head("main")).toBe(groups[2]!.head_sha);
    expect(repo.pulls().map(({ mergedBy }) => mergedBy?.login)).toEqual(
      Array(3).fill("github-merge-queue[bot]"),
    );
    expect(await repo.git("for-each-ref", "refs/heads/gh-readonly-queue")).toBe("");
  });

  it("throws out what fails on the group, and builds those behind it again without it", async () => {
    const repo = await queueOfThree();
    const groups = [takeGroup(repo), takeGroup(repo), takeGroup(repo)];
    await repo.check(groups[0]!.head_sha, "model-gate", "failure");
    expect(repo.queue.map(({ pull }) => pull.number)).toEqual([2, 3]);
    expect(repo.takeEvent("pull_request", "dequeued")?.payload["reason"]).toBe("FAILED_CHECKS");
    const rebuilt = takeGroup(repo);
    expect(rebuilt.base_sha).toBe(await repo.head("main"));
    expect(await repo.git("ls-tree", "--name-only", rebuilt.head_sha)).toBe("README.md\ntwo.txt");
    await repo.check(rebuilt.head_sha, "model-gate", "success");
    await repo.check(takeGroup(repo).head_sha, "model-gate", "success");
    expect(repo.pulls().map(({ mergedAt }) => mergedAt !== null)).toEqual([false, true, true]);
  });

  it("does not count a check of the head for the group", async () => {
    const repo = await queueOfThree();
    expect(repo.queue).toHaveLength(3);
    expect(repo.pulls().every(({ mergedAt }) => mergedAt === null)).toBe(true);
  });

  it("drops a pull request whose branch is pushed to, or that conflicts with one before it", async () => {
    const repo = await queueOfThree();
    await repo.push("bob", "one", { "one.txt": "changed\n" });
    expect(repo.queue.map(({ pull }) => pull.number)).toEqual([2, 3]);
    const sha = await repo.push("bob", "four", { "two.txt": "conflict\n" });
    await repo.openPull("bob", { head: "four" });
    await repo.check(sha, "model-gate", "success");
    await repo.enqueue("ada", 4);
    expect(repo.queue.map(({ pull }) => pull.number)).toEqual([2, 3]);
    const reasons = [1, 2].map(() => repo.takeEvent("pull_request", "dequeued")?.payload["reason"]);
    expect(reasons).toEqual(["BRANCH_PROTECTIONS", "MERGE_CONFLICT"]);
  });
});
