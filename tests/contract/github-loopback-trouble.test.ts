import { Octokit } from "@octokit/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  protectMain,
  startGithub,
  type LoopbackGithub,
  type LoopbackRepository,
} from "../support/github/index.ts";

let github: LoopbackGithub;
let repo: LoopbackRepository;
let octokit: Octokit;
const where = { owner: "acme", repo: "forecasts" };
beforeAll(async () => {
  github = await startGithub();
  const people = { ada: "admin", bob: "write" } as const;
  repo = await github.addRepository("acme/forecasts", { people });
  octokit = new Octokit({ auth: repo.token("app"), baseUrl: github.apiUrl });
});
afterAll(async () => await github[Symbol.asyncDispose]());

const GET = "GET /repos/{owner}/{repo}";
const get = (): Promise<{ status: number }> => octokit.request(GET, where);

describe("trouble on demand", () => {
  it("is a secondary rate limit with retry-after, once", async () => {
    github.faults.secondaryRateLimit({ on: GET, retryAfter: 7 });
    await expect(get()).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining("You have exceeded a secondary rate limit"),
      response: { headers: { "retry-after": "7" } },
    });
    await expect(get()).resolves.toMatchObject({ status: 200 });
    github.faults.secondaryRateLimit({ on: GET, status: 429 });
    await expect(get()).rejects.toMatchObject({ status: 429 });
  });

  it("is the primary limit, with the time when it ends", async () => {
    github.faults.primaryRateLimit({ on: GET, reset: 1_800_000_000 });
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1800000000" };
    await expect(get()).rejects.toMatchObject({ status: 403, response: { headers } });
  });

  it("is a server error, as often and as late as ordered", async () => {
    github.faults.serverError({ on: GET, status: 503, times: 2, skip: 1 });
    await expect(get()).resolves.toMatchObject({ status: 200 });
    await expect(get()).rejects.toMatchObject({ status: 503 });
    await expect(get()).rejects.toMatchObject({ status: 503 });
    await expect(get()).resolves.toMatchObject({ status: 200 });
  });

  it("is a connection that breaks, before the work or after it", async () => {
    const on = "POST /repos/{owner}/{repo}/labels";
    const create = (name: string): Promise<unknown> => octokit.request(on, { ...where, name });
    const known = (name: string): Promise<unknown> =>
      octokit.request("GET /repos/{owner}/{repo}/labels/{name}", { ...where, name });
    github.faults.dropBefore({ on });
    await expect(create("before")).rejects.toMatchObject({ status: 500 });
    await expect(known("before")).rejects.toMatchObject({ status: 404 });
    github.faults.dropAfter({ on });
    await expect(create("after")).rejects.toMatchObject({ status: 500 });
    await expect(known("after")).resolves.toMatchObject({ status: 200 });
  });

  it("is a read that does not know yet what was written", async () => {
    github.faults.notFoundOnce({ on: GET });
    await expect(get()).rejects.toMatchObject({ status: 404 });
    await expect(get()).resolves.toMatchObject({ status: 200 });
  });

  it("strikes one GraphQL field and spares the others", async () => {
    github.faults.serverError({ on: "POST /graphql repository", status: 502 });
    await expect(octokit.graphql("{ viewer { login } }")).resolves.toEqual({
      viewer: { login: "modelgate[bot]" },
    });
    const query = `{ repository(owner: "acme", name: "forecasts") { nameWithOwner } }`;
    await expect(octokit.graphql(query)).rejects.toMatchObject({ status: 502 });
    await expect(octokit.graphql(query)).resolves.toEqual({
      repository: { nameWithOwner: "acme/forecasts" },
    });
  });

  it("is a fresh pull request that is no node yet", async () => {
    repo.settings.nodeVisibleAfter = 1;
    await repo.push("bob", "fresh", { "f.txt": "f\n" });
    const number = await repo.openPull("bob", { head: "fresh" });
    repo.settings.nodeVisibleAfter = 0;
    const label = (): Promise<{ status: number }> =>
      octokit.request("POST /repos/{owner}/{repo}/issues/{issue_number}/labels", {
        ...where,
        issue_number: number,
        labels: ["x"],
      });
    await expect(label()).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining("Could not resolve to a node"),
    });
    await expect(label()).resolves.toMatchObject({ status: 200 });
  });

  it("is used up by the calls that it hits", async () => {
    expect(github.faults.pending).toBe(0);
    github.faults.serverError({ on: GET });
    expect(github.faults.pending).toBe(1);
    await expect(get()).rejects.toMatchObject({ status: 502 });
    expect(github.faults.pending).toBe(0);
  });

  it("is recorded call by call, with what was answered", async () => {
    const from = github.requests.length;
    await get();
    await octokit.graphql("{ viewer { login } }");
    expect(github.requests.slice(from)).toEqual([
      { method: "GET", path: "/repos/acme/forecasts", operation: GET, status: 200, login: "modelgate[bot]" },
      {
        method: "POST",
        path: "/graphql",
        operation: "POST /graphql viewer",
        status: 200,
        login: "modelgate[bot]",
      },
    ]);
  });
});

describe("limits", () => {
  let sha: string;
  beforeAll(async () => {
    sha = await repo.push("bob", "limits", { "l.txt": "l\n" });
    await repo.openPull("bob", { head: "limits" });
  });
  const annotation = {
    path: "a",
    start_line: 1,
    end_line: 1,
    annotation_level: "failure",
    message: "m",
  } as const;
  const checkRun = (output: object): Promise<{ status: number; data: { id: number | bigint } }> =>
    octokit.request("POST /repos/{owner}/{repo}/check-runs", {
      ...where,
      name: "n",
      head_sha: sha,
      output: { title: "t", summary: "s", ...output },
    } as never);

  it("allow 50 annotations a request, and more by updates", async () => {
    const fifty = Array.from({ length: 50 }, () => annotation);
    await expect(checkRun({ annotations: [...fifty, annotation] })).rejects.toMatchObject({ status: 422 });
    const { data } = await checkRun({ annotations: fifty });
    const update = {
      ...where,
      check_run_id: Number(data.id),
      output: { title: "t", summary: "s", annotations: fifty },
    };
    const answer = await octokit.request("PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}", update);
    expect(answer.data.output.annotations_count).toBe(100);
  });

  it.each(["summary", "text"])("allow 65,535 characters of %s", async (field) => {
    await expect(checkRun({ [field]: "x".repeat(65_535) })).resolves.toMatchObject({ status: 201 });
    await expect(checkRun({ [field]: "x".repeat(65_536) })).rejects.toMatchObject({ status: 422 });
  });

  it("allow 65,536 characters of a comment and of a pull request's body", async () => {
    const number = repo.pulls().at(-1)!.number;
    const comment = (length: number): Promise<{ status: number }> =>
      octokit.request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
        ...where,
        issue_number: number,
        body: "x".repeat(length),
      });
    await expect(comment(65_536)).resolves.toMatchObject({ status: 201 });
    await expect(comment(65_537)).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining("is too long"),
    });
    await expect(comment(0)).rejects.toMatchObject({
      message: expect.stringContaining("Body cannot be blank"),
    });
    const body = "x".repeat(65_537);
    const update = { ...where, pull_number: number, body };
    const patch = octokit.request("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", update);
    await expect(patch).rejects.toMatchObject({ status: 422 });
  });

  it("allow ten keys and 64 KB of a repository_dispatch", async () => {
    const dispatch = (client_payload: Record<string, unknown>): Promise<{ status: number }> =>
      octokit.request("POST /repos/{owner}/{repo}/dispatches", { ...where, event_type: "e", client_payload });
    const keys = (count: number): Record<string, number> =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, at]));
    await expect(dispatch(keys(10))).resolves.toMatchObject({ status: 204 });
    await expect(dispatch(keys(11))).rejects.toMatchObject({ status: 422 });
    await expect(dispatch({ k: "x".repeat(65_536) })).rejects.toMatchObject({ status: 422 });
  });
});

describe("deployments", () => {
  it("conflict with failed checks unless they are told not to look", async () => {
    const sha = await repo.push("bob", "deploy", { "d.txt": "d\n" });
    await repo.check(sha, "model-gate", "failure");
    const create = (more: object): Promise<{ status: number }> =>
      octokit.request("POST /repos/{owner}/{repo}/deployments", {
        ...where,
        ref: sha,
        environment: "prod",
        ...more,
      });
    await expect(create({})).rejects.toMatchObject({ status: 409 });
    await expect(create({ required_contexts: [] })).resolves.toMatchObject({ status: 201 });
  });
});

describe("auto-merge", () => {
  const ENABLE = `mutation ($id: ID!) {
    enablePullRequestAutoMerge(input: { pullRequestId: $id, mergeMethod: MERGE }) { pullRequest { number } }
  }`;

  it("is refused where it is off or has nothing to wait for, and merges when the check arrives", async () => {
    const people = { ada: "admin", bob: "write" } as const;
    const own = await github.addRepository("acme/auto", { people });
    const sha = await own.push("bob", "topic", { "t.txt": "t\n" });
    await own.openPull("bob", { head: "topic" });
    const enable = (): Promise<unknown> => {
      const app = new Octokit({ auth: own.token("app"), baseUrl: github.apiUrl });
      return app.graphql(ENABLE, { id: `PR_${own.pull(1).id}` });
    };
    await expect(enable()).rejects.toThrow("Auto merge is not allowed");
    own.settings.allowAutoMerge = true;
    await expect(enable()).rejects.toThrow("Pull request is in clean status");
    own.addRuleset(protectMain({ checks: ["model-gate"] }));
    await enable();
    expect(own.pull(1).mergedAt).toBeNull();
    await own.check(sha, "model-gate", "success");
    expect(own.pull(1)).toMatchObject({ mergedBy: { login: "modelgate[bot]" } });
    expect(await own.head("main")).toBe(own.pull(1).mergeCommit);
  });
});
