import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openGit } from "../../../src/adapters/git/open.ts";
import { pullRequestOf, rangeAsked, rangeOf, type WorkflowEvent } from "../../../src/host/event.ts";
import { GIT_ENV, gitRepo } from "../../support/git-repo.ts";

const NOWHERE = { resolve: async () => undefined, facts: never, isAncestor: never };
function never(): never {
  throw new Error("Nothing is there to be asked about.");
}

const [BASE, HEAD] = ["a".repeat(40), "b".repeat(40)];
const of = (name: string, payload: unknown, sha = ""): WorkflowEvent => ({ name, sha, payload });
const pullRequest = (base: unknown, head: unknown): unknown => ({
  pull_request: { number: 7, base: { sha: base }, head: { sha: head } },
});

describe("what an event compares", () => {
  it.each([
    ["pull_request", pullRequest(BASE, HEAD)],
    ["pull_request_review", pullRequest(BASE, HEAD)],
    ["merge_group", { merge_group: { base_sha: BASE, head_sha: HEAD } }],
    ["push", { before: BASE, after: HEAD }],
  ])("%s names it", async (name, payload) => {
    expect(await rangeOf(of(name, payload), NOWHERE)).toEqual({ base: BASE, head: HEAD });
  });

  it.each([
    ["workflow_dispatch", { before: BASE, after: HEAD }],
    ["pull_request_target", pullRequest(BASE, HEAD)],
    ["schedule", {}],
    ["", {}],
    ["x\n::error::", {}],
    ["push", { before: "0".repeat(40), after: HEAD }],
    ["push", { before: BASE }],
    ["pull_request", pullRequest("--output=/etc/passwd", HEAD)],
    ["pull_request", pullRequest(BASE, "main")],
    ["pull_request", pullRequest(BASE, 7)],
    ["pull_request", { pull_request: null }],
    ["merge_group", { merge_group: "x" }],
    ["merge_group", null],
    ["pull_request", JSON.parse('{"__proto__": {"pull_request": {}}}')],
  ])("%s with %j is of no use", async (name, payload) => {
    await expect(rangeOf(of(name, payload), NOWHERE)).rejects.toMatchObject({ code: "CHECK_EVENT_UNUSABLE" });
  });

  it("is understood in GitHub's own examples", async () => {
    const file = import.meta.resolve("@octokit/webhooks-examples/api.github.com/index.json");
    const all = JSON.parse(readFileSync(new URL(file), "utf8")) as {
      name: string;
      examples: unknown[];
    }[];
    for (const name of ["pull_request", "pull_request_review", "merge_group"]) {
      const examples = all.find((each) => each.name === name)?.examples ?? [];
      expect(examples.length).toBeGreaterThan(0);
      for (const payload of examples) {
        const { base, head } = await rangeOf(of(name, payload), NOWHERE);
        expect([base, head]).toEqual([
          expect.stringMatching(/^[0-9a-f]{40}$/),
          expect.stringMatching(/^[0-9a-f]{40}$/),
        ]);
      }
    }
  });
});

describe("what a step compares", () => {
  const event = of("pull_request", pullRequest(BASE, HEAD));
  const asked = (base: string | null, head: string | null): Promise<unknown> =>
    rangeAsked({ base, head }, event, NOWHERE);

  it("is what its inputs name, else what the event does", async () => {
    expect(await asked("main", "topic")).toEqual({ base: "main", head: "topic" });
    expect(await asked(null, null)).toEqual({ base: BASE, head: HEAD });
  });

  it.each([
    ["base", "head", ["main", null]],
    ["head", "base", [null, "topic"]],
  ] as const)("is not guessed from %s alone", async (given, empty, inputs) => {
    await expect(asked(inputs[0], inputs[1])).rejects.toMatchObject({
      problems: [
        {
          code: "HOST_INPUT_MISSING",
          message: `The input "${given}" is given, and "${empty}" is empty.`,
          fix: `Give "${empty}" too, or leave both out: then the event names them.`,
        },
      ],
    });
  });
});

describe("GitHub's merge of a pull request", () => {
  it("is judged when it is this head on this base or a later one, and nothing else is", async () => {
    using repo = gitRepo();
    const base = repo.commit({ a: "1" });
    repo.git("checkout", "-q", "-b", "topic");
    const head = repo.commit({ b: "1" });
    repo.git("checkout", "-q", "main");
    const later = repo.commit({ c: "1" });
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "topic");
    const merge = repo.git("rev-parse", "HEAD");
    repo.git("checkout", "-q", "-b", "other", base);
    const other = repo.commit({ d: "1" });
    repo.git("merge", "-q", "--no-ff", "-m", "merge", head);
    const foreign = repo.git("rev-parse", "HEAD");
    const git = await openGit(repo.root, GIT_ENV);
    const range = (sha: string, onto = base): unknown =>
      rangeOf(of("pull_request", pullRequest(onto, head), sha), git);
    expect(await range(merge)).toEqual({ base: later, head: merge });
    expect(await range(foreign, later)).toEqual({ base: later, head });
    expect(await range(foreign, other)).toEqual({ base: other, head: foreign });
    for (const sha of [head, later, "c".repeat(40), "", "HEAD"])
      expect(await range(sha)).toEqual({ base, head });
  });
});

describe("the pull request of an event", () => {
  const queue = (ref: unknown): WorkflowEvent => of("merge_group", { merge_group: { head_ref: ref } });

  it("is in its payload, with the head that reviews must be about", () => {
    expect(pullRequestOf(of("pull_request", pullRequest(BASE, HEAD)))).toEqual({ number: 7, head: HEAD });
  });

  it("is in the name of a merge group's branch, which names no head", () => {
    const ref = `refs/heads/gh-readonly-queue/release/2.x/pr-104-${BASE}`;
    expect(pullRequestOf(queue(ref))).toEqual({ number: 104, head: null });
  });

  it.each([
    of("push", { before: BASE, after: HEAD }),
    of("pull_request", {}),
    queue("refs/heads/main"),
    queue(`refs/heads/gh-readonly-queue/main/pr-x-${BASE}`),
    queue(`refs/heads/evil/pr-1-${BASE}`),
    queue(7),
  ])("is nowhere in %j", (event) => expect(pullRequestOf(event)).toBeUndefined());
});
