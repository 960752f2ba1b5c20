import { Octokit } from "@octokit/core";
import { RequestError } from "@octokit/request-error";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startGithub, type LoopbackGithub, type LoopbackRepository } from "../support/github/index.ts";
import { restContract } from "../support/github/openapi/contract.ts";
import { SERVED_OPERATIONS } from "../support/github/openapi/served.ts";
import { ROUTES } from "../support/github/rest/routes.ts";

let github: LoopbackGithub;
beforeAll(async () => {
  github = await startGithub();
});
afterAll(async () => await github[Symbol.asyncDispose]());

interface Scene {
  readonly repo: LoopbackRepository;
  readonly where: { readonly owner: string; readonly repo: string };
  /** Octokit with a token. */
  readonly as: (token: string) => Octokit;
}

let count = 0;
async function scene(options: { private?: boolean } = {}): Promise<Scene> {
  count += 1;
  const name = `api-${count}`;
  const people = { ada: "admin", bob: "write", eve: "read" } as const;
  const repo = await github.addRepository(`acme/${name}`, {
    files: { "dir/a.txt": "a\n" },
    people,
    ...options,
  });
  const as = (auth: string): Octokit => new Octokit({ auth, baseUrl: github.apiUrl });
  return { repo, where: { owner: "acme", repo: name }, as };
}

/** Status and body of a refusal. */
async function refusal(call: Promise<unknown>): Promise<{ status: number; message: string; data: unknown }> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RequestError)) throw new Error(`expected a refusal by GitHub, got ${String(error)}`);
  const data = error.response?.data as { message: string };
  return { status: error.status, message: data.message, data };
}

const COMMIT = `mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) {
    commit { oid author { name email } committer { name } signature { isValid state wasSignedByGitHub } }
    ref { name }
  }
}`;

interface CommitAnswer {
  readonly data?: { readonly createCommitOnBranch: { readonly commit: Record<string, unknown> } | null };
  readonly errors?: readonly {
    readonly type?: string;
    readonly message: string;
    readonly path?: readonly string[];
  }[];
}

/** `createCommitOnBranch` over plain HTTP: status and body as they are. */
async function commitOnBranch(
  token: string,
  input: Record<string, unknown>,
): Promise<{ status: number; body: CommitAnswer }> {
  const response = await fetch(github.graphqlUrl, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: COMMIT, variables: { input } }),
  });
  return { status: response.status, body: (await response.json()) as CommitAnswer };
}

function commitInput({ repo }: Scene, head: string, path = "deployed.json"): Record<string, unknown> {
  return {
    branch: { repositoryNameWithOwner: repo.name, branchName: "main" },
    message: { headline: "Promote", body: "why" },
    expectedHeadOid: head,
    fileChanges: { additions: [{ path, contents: Buffer.from("{}\n").toString("base64") }] },
  };
}

describe("GitHub's description", () => {
  it("has a route for every operation that is served, and no other", () => {
    expect(Object.keys(ROUTES).toSorted()).toEqual([...SERVED_OPERATIONS].toSorted());
  });

  it.each([
    ["a field is missing", {}, /must have required property 'head_sha'/],
    ["a value is of the wrong kind", { name: 1, head_sha: "x" }, /\/name must be string/],
    ["a conclusion is unknown", { name: "n", head_sha: "x", conclusion: "fine" }, /must be equal to one of/],
    ["a field is misspelt", { name: "n", head_sha: "x", head_shaa: "x" }, /additional properties: head_shaa/],
  ])("refuses a request where %s", async (_, body, message) => {
    const { as, repo, where } = await scene();
    const call = as(repo.token("actions")).request("POST /repos/{owner}/{repo}/check-runs", {
      ...where,
      ...body,
    } as never);
    const { status, message: text } = await refusal(call);
    expect(status).toBe(422);
    expect(text).toMatch(message);
  });

  it("refuses a parameter that GitHub does not know", async () => {
    const { as, repo, where } = await scene();
    const call = as(repo.token("actions")).request("GET /repos/{owner}/{repo}/pulls", {
      ...where,
      states: "all",
    } as never);
    expect(await refusal(call)).toMatchObject({ status: 422, message: expect.stringContaining("?states") });
  });

  it("finds an answer of this server that GitHub would not give", () => {
    const contract = restContract();
    const label = { id: 1, node_id: "x", url: "http://x/", name: "n", color: "ededed", default: false };
    const operation = "GET /repos/{owner}/{repo}/labels/{name}";
    expect(contract.checkResponse(operation, 200, { ...label, description: null })).toEqual([]);
    expect(contract.checkResponse(operation, 200, label)).toEqual([
      "/ must have required property 'description'",
    ]);
    expect(contract.checkResponse(operation, 202, label)).toEqual(["GitHub never answers 202 here"]);
  });
});

describe("a server that errs", () => {
  it("answers 500, says where it broke the contract, and fails the test at its disposal", async () => {
    const own = await startGithub();
    const repo = await own.addRepository("acme/broken", { people: { bob: "write" } });
    await repo.push("bob", "topic", { "b.txt": "b\n" });
    await repo.openPull("bob", { head: "topic" });
    Object.assign(repo.pull(1), { state: "half open" });
    const octokit = new Octokit({ auth: repo.token("app"), baseUrl: own.apiUrl });
    const get = octokit.request("GET /repos/{owner}/{repo}/pulls/{pull_number}", {
      owner: "acme",
      repo: "broken",
      pull_number: 1,
    });
    expect((await refusal(get)).status).toBe(500);
    expect(own.violations).toEqual([
      expect.stringContaining("/state must be equal to one of the allowed values"),
    ]);
    await expect(own[Symbol.asyncDispose]()).rejects.toThrow("The loopback GitHub erred: GET /repos");
  });
});

describe("tokens", () => {
  it("are asked for, must be known, and hide private repositories from strangers", async () => {
    const { as, repo, where } = await scene({ private: true });
    const get = (token: string): Promise<unknown> => as(token).request("GET /repos/{owner}/{repo}", where);
    expect(await refusal(get("ghs_unknown"))).toMatchObject({ status: 401, message: "Bad credentials" });
    expect(await refusal(get(repo.token({ user: "mallory" })))).toMatchObject({
      status: 404,
      message: "Not Found",
    });
    await expect(get(repo.token({ user: "eve" }))).resolves.toMatchObject({ status: 200 });
  });

  it("answer 403 with the permission that is missing, in the words for their kind", async () => {
    const { as, repo, where } = await scene();
    const body = { ...where, name: "n", head_sha: (await repo.head("main"))! };
    const post = (token: string): Promise<unknown> =>
      as(token).request("POST /repos/{owner}/{repo}/check-runs", body);
    for (const token of [
      repo.token("fork"),
      repo.token("actions", { checks: "read" }),
      repo.token("app", {}),
    ]) {
      expect(await refusal(post(token))).toMatchObject({
        status: 403,
        message: "Resource not accessible by integration",
      });
    }
    const person = repo.token({ user: "bob" }, { contents: "write" });
    const { data } = await refusal(post(person));
    expect(data).toEqual({
      message: "Resource not accessible by personal access token",
      documentation_url: "https://docs.github.com/rest/reference/checks#create-a-check-run",
      status: "403",
    });
    expect(await refusal(post(repo.token({ user: "bob" })))).toMatchObject({
      status: 403,
      message: "You must authenticate via a GitHub App.",
    });
  });

  it("of GitHub Actions may open pull requests only where the switch is on, and their runs wait", async () => {
    const { as, repo, where } = await scene();
    await repo.push("bob", "topic", { "b.txt": "b\n" });
    const pull = { ...where, title: "t", head: "topic", base: "main" };
    const open = (): Promise<unknown> =>
      as(repo.token("actions")).request("POST /repos/{owner}/{repo}/pulls", pull);
    expect(await refusal(open())).toMatchObject({
      status: 403,
      message: "GitHub Actions is not permitted to create or approve pull requests.",
    });
    repo.settings.actionsMayCreatePullRequests = true;
    await open();
    expect(repo.takeEvent("pull_request", "opened")?.workflows).toBe("await-approval");
  });

  it("of an App and of a person start the runs of a pull request at once", async () => {
    for (const kind of ["app", { user: "bob" }] as const) {
      const { as, repo, where } = await scene();
      await repo.push("bob", "topic", { "b.txt": "b\n" });
      const pull = { ...where, title: "t", head: "topic", base: "main" };
      await as(repo.token(kind)).request("POST /repos/{owner}/{repo}/pulls", pull);
      expect(repo.takeEvent("pull_request", "opened")?.workflows).toBe("start");
    }
  });

  it("let a person approve runs that wait", async () => {
    const { as, repo, where } = await scene();
    repo.settings.actionsMayCreatePullRequests = true;
    await repo.push("bob", "topic", { "b.txt": "b\n" });
    const pull = { ...where, title: "t", head: "topic", base: "main" };
    await as(repo.token("actions")).request("POST /repos/{owner}/{repo}/pulls", pull);
    const { data } = await as(repo.token("actions")).request("GET /repos/{owner}/{repo}/actions/runs", {
      ...where,
      status: "action_required",
    });
    expect(data.workflow_runs.map(({ event, conclusion }) => [event, conclusion])).toEqual([
      ["pull_request", "action_required"],
    ]);
    expect(await repo.approveRuns("ada")).toBe(1);
    expect(repo.takeEvent("pull_request", "opened")?.workflows).toBe("start");
  });

  it("without `members: read` cannot ask a team for a review", async () => {
    const { as, repo, where } = await scene();
    github.addTeam("acme", "release-managers", ["ada"]);
    await repo.push("bob", "topic", { "b.txt": "b\n" });
    await repo.openPull("bob", { head: "topic" });
    const ask = (token: string): Promise<unknown> =>
      as(token).request("POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers", {
        ...where,
        pull_number: 1,
        team_reviewers: ["release-managers"],
      });
    expect((await refusal(ask(repo.token("actions")))).status).toBe(422);
    await expect(ask(repo.token("app"))).resolves.toMatchObject({ status: 201 });
    expect(repo.pull(1).requestedTeams).toEqual(["release-managers"]);
  });
});

describe("createCommitOnBranch", () => {
  it.each(["actions", "app"] as const)("is signed and verified for %s", async (kind) => {
    const one = await scene();
    const head = (await one.repo.head("main"))!;
    const { status, body } = await commitOnBranch(one.repo.token(kind), commitInput(one, head));
    expect(status).toBe(200);
    expect(body.data?.createCommitOnBranch?.commit).toMatchObject({
      oid: await one.repo.head("main"),
      committer: { name: "GitHub" },
      signature: { isValid: true, state: "VALID", wasSignedByGitHub: true },
    });
    expect(await one.repo.file("main", "deployed.json")).toBe("{}\n");
    expect(await one.repo.file("main", "dir/a.txt")).toBe("a\n");
  });

  it("is unsigned for a person", async () => {
    const one = await scene();
    const head = (await one.repo.head("main"))!;
    const { body } = await commitOnBranch(one.repo.token({ user: "bob" }), commitInput(one, head));
    expect(body.data?.createCommitOnBranch?.commit["signature"]).toBeNull();
  });

  it("answers a lost race with HTTP 200, STALE_DATA and GitHub's words, and changes nothing", async () => {
    const one = await scene();
    const head = (await one.repo.head("main"))!;
    await one.repo.push("ada", "main", { "c.txt": "c\n" });
    const moved = await one.repo.head("main");
    const { status, body } = await commitOnBranch(one.repo.token("app"), commitInput(one, head));
    expect(status).toBe(200);
    expect(body.data).toEqual({ createCommitOnBranch: null });
    expect(body.errors).toMatchObject([
      {
        type: "STALE_DATA",
        path: ["createCommitOnBranch"],
        message: `Expected branch to point to "${head}" but it did not. Pull and try again.`,
      },
    ]);
    expect(await one.repo.head("main")).toBe(moved);
  });

  it("lets exactly one of many racers win", async () => {
    const one = await scene();
    const head = (await one.repo.head("main"))!;
    const token = one.repo.token("app");
    const answers = await Promise.all(
      ["a", "b", "c", "d"].map((path) => commitOnBranch(token, commitInput(one, head, path))),
    );
    expect(answers.filter(({ body }) => body.errors === undefined)).toHaveLength(1);
    expect(await one.repo.git("rev-list", "--count", "main")).toBe("2");
  });

  it.each([
    ["a missing expectedHeadOid", { expectedHeadOid: undefined }, /expectedHeadOid.* was not provided/],
    ["an unknown field", { author: "me" }, /Field "author" is not defined/],
    ["a branch that does not exist", { branch: "gone" }, /Could not resolve to a Branch/],
    ["a path that leaves the repository", { path: "../x" }, /is invalid/],
    ["content that is no Base64", { contents: "{}" }, /must be Base64/],
    ["a deletion of nothing", { deletion: "nothing.txt" }, /does not exist as of commit/],
  ])("refuses %s", async (_, change: Record<string, string | undefined>, message) => {
    const one = await scene();
    const head = (await one.repo.head("main"))!;
    const { branch, path = "x", contents = "e30K", deletion, ...rest } = change;
    const input = {
      ...commitInput(one, head),
      ...("branch" in change
        ? { branch: { repositoryNameWithOwner: one.repo.name, branchName: branch } }
        : {}),
      fileChanges:
        deletion === undefined ? { additions: [{ path, contents }] } : { deletions: [{ path: deletion }] },
      ...rest,
    };
    const { body } = await commitOnBranch(one.repo.token("app"), input);
    expect(body.errors?.[0]?.message).toMatch(message);
    expect(await one.repo.head("main")).toBe(head);
  });

  it("needs contents: write", async () => {
    const one = await scene();
    const head = (await one.repo.head("main"))!;
    const { body } = await commitOnBranch(one.repo.token("fork"), commitInput(one, head));
    expect(body.errors).toMatchObject([
      { type: "FORBIDDEN", message: "Resource not accessible by integration" },
    ]);
  });
});

describe("commits by the REST git API", () => {
  it("are verified only for a bot that leaves the author to GitHub", async () => {
    const { as, repo, where } = await scene();
    const head = (await repo.head("main"))!;
    const tree = await repo.git("rev-parse", "main^{tree}");
    const commit = { ...where, message: "m", tree, parents: [head] };
    const author = { name: "Ada", email: "ada@example.org" };
    const verification = async (token: string, more: object = {}): Promise<unknown> => {
      const { data } = await as(token).request("POST /repos/{owner}/{repo}/git/commits", {
        ...commit,
        ...more,
      });
      return [data.verification.verified, data.verification.reason];
    };
    expect(await verification(repo.token("app"))).toEqual([true, "valid"]);
    expect(await verification(repo.token("actions"))).toEqual([true, "valid"]);
    expect(await verification(repo.token("app"), { author })).toEqual([false, "unsigned"]);
    expect(await verification(repo.token("app"), { committer: author })).toEqual([false, "unsigned"]);
    expect(await verification(repo.token({ user: "bob" }))).toEqual([false, "unsigned"]);
  });
});

describe("refs", () => {
  it("are created once, move forward only unless forced, and need an object", async () => {
    const { as, repo, where } = await scene();
    const octokit = as(repo.token("app"));
    const first = (await repo.head("main"))!;
    const second = await repo.push("ada", "main", { "b.txt": "b\n" });
    const create = (sha: string): Promise<unknown> =>
      octokit.request("POST /repos/{owner}/{repo}/git/refs", { ...where, ref: "refs/heads/topic", sha });
    const update = (sha: string, force = false): Promise<unknown> =>
      octokit.request("PATCH /repos/{owner}/{repo}/git/refs/{ref}", {
        ...where,
        ref: "heads/topic",
        sha,
        force,
      });
    expect((await refusal(create("0".repeat(40)))).message).toBe("Object does not exist");
    await create(second);
    expect((await refusal(create(second))).message).toBe("Reference already exists");
    expect((await refusal(update(first))).message).toBe("Update is not a fast forward");
    await update(first, true);
    expect(await repo.head("topic")).toBe(first);
    await octokit.request("DELETE /repos/{owner}/{repo}/git/refs/{ref}", { ...where, ref: "heads/topic" });
    expect(await repo.head("topic")).toBeUndefined();
  });
});

describe("pull requests", () => {
  it("exist once for a head and base, need commits, and are found by their head", async () => {
    const { as, repo, where } = await scene();
    const octokit = as(repo.token("app"));
    await repo.push("bob", "topic", { "b.txt": "b\n" });
    const pull = { ...where, title: "t", head: "topic", base: "main" };
    const open = (more: object = {}): Promise<unknown> =>
      octokit.request("POST /repos/{owner}/{repo}/pulls", { ...pull, ...more });
    await open();
    const { status, data } = await refusal(open());
    expect(status).toBe(422);
    expect(data).toMatchObject({
      message: "Validation Failed",
      errors: [{ message: "A pull request already exists for acme:topic." }],
    });
    expect((await refusal(open({ head: "gone" }))).data).toMatchObject({
      errors: [{ field: "head", code: "invalid" }],
    });
    await repo.forcePush("bob", "empty", (await repo.head("main"))!);
    expect((await refusal(open({ head: "empty" }))).data).toMatchObject({
      errors: [{ message: "No commits between main and empty" }],
    });
    const list = await octokit.request("GET /repos/{owner}/{repo}/pulls", {
      ...where,
      head: "acme:topic",
      base: "main",
    });
    expect(list.data.map(({ number }) => number)).toEqual([1]);
  });

  it("come from forks, whose own token may only read", async () => {
    const { as, repo, where } = await scene();
    const fork = await github.addRepository(`mallory/${where.repo}`, {
      forkOf: repo,
      people: { mallory: "admin" },
    });
    const sha = await fork.push("mallory", "evil", { "dir/a.txt": "evil\n" });
    const token = repo.token({ user: "mallory" });
    const pull = { ...where, title: "t", head: "mallory:evil", base: "main" };
    const { data } = await as(token).request("POST /repos/{owner}/{repo}/pulls", pull);
    expect(data).toMatchObject({
      head: { sha, repo: { full_name: fork.name, fork: true } },
      mergeable: true,
    });
    expect(await repo.git("rev-parse", "refs/pull/1/head")).toBe(sha);
    const comment = { ...where, issue_number: 1, body: "hello" };
    const write = as(repo.token("fork")).request(
      "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
      comment,
    );
    expect((await refusal(write)).status).toBe(403);
  });

  it("list their files, renames too, page by page", async () => {
    const { as, repo, where } = await scene();
    const files = Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`f/${at}.txt`, `${at}\n`]));
    await repo.push("bob", "topic", { ...files, "dir/a.txt": null, "dir/'b\n\".txt": "a\n" });
    await repo.openPull("bob", { head: "topic" });
    const list = async (page: number): Promise<{ names: string[]; link: string | undefined }> => {
      const query = { ...where, pull_number: 1, per_page: 100, page };
      const { data, headers } = await as(repo.token("actions")).request(
        "GET /repos/{owner}/{repo}/pulls/{pull_number}/files",
        query,
      );
      return { names: data.map(({ filename }) => filename), link: headers.link };
    };
    const [first, second] = [await list(1), await list(2)];
    expect([...first.names, ...second.names]).toHaveLength(102);
    expect(first.names).toContain("dir/'b\n\".txt");
    expect(first.link).toMatch(/^<http:.*page=2>; rel="next"/);
    expect(second.link).not.toContain('rel="next"');
  });
});
