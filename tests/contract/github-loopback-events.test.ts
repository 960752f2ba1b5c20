import { readFileSync } from "node:fs";
import { Octokit } from "@octokit/core";
import examples from "@octokit/webhooks-examples";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/git-repo.ts";
import { payloadFindings } from "../support/github/events/contract.ts";
import {
  eventFile,
  protectMain,
  startGithub,
  type GithubEvent,
  type LoopbackGithub,
  type LoopbackRepository,
} from "../support/github/index.ts";

let github: LoopbackGithub;
let repo: LoopbackRepository;
beforeAll(async () => {
  github = await startGithub();
  const people = { ada: "admin", bob: "write" } as const;
  const files = { ".github/workflows/promote.yml": "on: workflow_dispatch\n" };
  repo = await github.addRepository("acme/forecasts", { files, people });
  await makeHistory();
});
afterAll(async () => await github[Symbol.asyncDispose]());

/** Every kind of event once: a pull request with its whole life, a queue, two dispatches. */
async function makeHistory(): Promise<void> {
  await repo.push("bob", "topic", { "a.txt": "1\n" });
  await repo.openPull("bob", { head: "topic", body: "why" });
  const octokit = new Octokit({ auth: repo.token({ user: "bob" }), baseUrl: github.apiUrl });
  const where = { owner: "acme", repo: "forecasts" };
  const pull = { ...where, pull_number: 1 };
  await octokit.request("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", { ...pull, title: "Better" });
  const labels = { ...where, issue_number: 1, labels: ["model-promotion"] };
  await octokit.request("POST /repos/{owner}/{repo}/issues/{issue_number}/labels", labels);
  await octokit.request("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", { ...pull, state: "closed" });
  await octokit.request("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", { ...pull, state: "open" });
  await repo.push("bob", "topic", { "a.txt": "2\n" });
  await repo.review("ada", 1, "APPROVE");
  repo.addRuleset(protectMain({ checks: ["model-gate"], queue: true }));
  await repo.check(repo.pull(1).headSha, "model-gate", "success");
  await repo.enqueue("ada", 1);
  await repo.check(repo.queue[0]!.group!.sha, "model-gate", "success");
  const inputs = { model: "flight-delay" };
  await octokit.request("POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches", {
    ...where,
    workflow_id: "promote.yml",
    ref: "main",
    inputs,
  });
  await octokit.request("POST /repos/{owner}/{repo}/dispatches", {
    ...where,
    event_type: "promote",
    client_payload: inputs,
  });
}

function find(name: string, action?: string): GithubEvent {
  const found = repo.events.find((one) => one.name === name && one.action === action);
  if (found === undefined) throw new Error(`no ${name} ${action ?? ""} happened`);
  return found;
}

const EXPECTED: readonly (readonly [string, string | undefined])[] = [
  ["push", undefined],
  ["pull_request", "opened"],
  ["pull_request", "edited"],
  ["pull_request", "labeled"],
  ["pull_request", "synchronize"],
  ["pull_request", "closed"],
  ["pull_request", "reopened"],
  ["pull_request", "enqueued"],
  ["pull_request_review", "submitted"],
  ["merge_group", "checks_requested"],
  ["merge_group", "destroyed"],
  ["workflow_dispatch", undefined],
  ["repository_dispatch", "promote"],
];

describe("payloads", () => {
  it.each(EXPECTED)("of %s %s are as GitHub describes them", (name, action) => {
    expect(payloadFindings(find(name, action))).toEqual([]);
  });

  it("are all described and all sound", () => {
    for (const event of repo.events)
      expect([event.name, event.action, payloadFindings(event)]).toEqual([event.name, event.action, []]);
  });

  it("that lack a field are found out", () => {
    const event = find("merge_group", "checks_requested");
    const { head_sha: _, ...merge_group } = event.payload["merge_group"] as Record<string, never>;
    const broken = { ...event, payload: { ...event.payload, merge_group } };
    expect(payloadFindings(broken)).toEqual(["/merge_group must have required property 'head_sha'"]);
  });

  it.each([
    ["pull_request", "opened", "pull_request"],
    ["pull_request", "synchronize", "pull_request"],
    ["push", undefined, "commits"],
    ["workflow_dispatch", undefined, "repository"],
    ["pull_request_review", "submitted", "review"],
  ] as const)("of %s %s have every field that GitHub's examples have", (name, action, part) => {
    const event =
      action === undefined ? repo.events.findLast((one) => one.name === name)! : find(name, action);
    const missing = sharedFields(name, action).filter((key) => !(key in event.payload));
    expect(missing).toEqual([]);
    const own = Object.keys(firstOf(event.payload[part]));
    expect(sharedFields(name, action, part).filter((key) => !own.includes(key))).toEqual([]);
  });
});

/** Fields that all of GitHub's examples of an event have, at the top or in one part; App installations aside. */
function sharedFields(name: string, action: string | undefined, part?: string): readonly string[] {
  const all = (
    examples as unknown as readonly { name: string; examples: readonly Record<string, unknown>[] }[]
  )
    .filter((one) => one.name === name)
    .flatMap((one) => one.examples)
    .filter((one) => one["action"] === action)
    .map((one) => (part === undefined ? one : firstOf(one[part])))
    .filter((one) => Object.keys(one).length > 0);
  expect(all.length).toBeGreaterThan(0);
  const [first = {}, ...rest] = all;
  return Object.keys(first).filter((key) => key !== "installation" && rest.every((one) => key in one));
}

function firstOf(value: unknown): object {
  return (Array.isArray(value) ? value[0] : value) ?? {};
}

describe("what a workflow sees", () => {
  it("is the merge commit of a pull request, and its branches", async () => {
    const { environment, payload } = find("pull_request", "opened");
    expect(environment).toMatchObject({
      GITHUB_EVENT_NAME: "pull_request",
      GITHUB_REF: "refs/pull/1/merge",
      GITHUB_BASE_REF: "main",
      GITHUB_HEAD_REF: "topic",
      GITHUB_ACTOR: "bob",
    });
    const { head, base } = payload["pull_request"] as unknown as Record<"head" | "base", { sha: string }>;
    expect(await repo.git("log", "-1", "--format=%P", environment["GITHUB_SHA"]!)).toBe(
      `${base.sha} ${head.sha}`,
    );
  });

  it("is the group's own commit and ref of a merge queue", () => {
    const { environment, payload } = find("merge_group", "checks_requested");
    const group = payload["merge_group"] as unknown as { head_sha: string; head_ref: string };
    expect(environment).toMatchObject({ GITHUB_SHA: group.head_sha, GITHUB_REF: group.head_ref });
  });

  it("is a file at GITHUB_EVENT_PATH", async () => {
    const event = find("workflow_dispatch");
    const path = await eventFile(event, temporaryFolder());
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
      ref: "refs/heads/main",
      inputs: { model: "flight-delay" },
    });
  });
});
