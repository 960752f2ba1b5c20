import { once } from "node:events";
import { readdirSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { openGit } from "../../../../src/adapters/git/open.ts";
import type { Git, GitRemote } from "../../../../src/ports/git.ts";
import { GIT_ENV, gitRepo, type GitRepo, temporaryFolder } from "../../../support/git-repo.ts";
import { type LoopbackGithub, type LoopbackRepository, startGithub } from "../../../support/github/index.ts";

let github: LoopbackGithub;
let repo: LoopbackRepository;
let clone: GitRepo;
let git: Git;
let have: string;
/** Where this run keeps what it keeps for a moment. */
let temporary: string;
/** What came after the clone was made. */
let commit: string;

beforeAll(async () => {
  github = await startGithub();
});
afterAll(() => github[Symbol.asyncDispose]());

let count = 0;
beforeEach(async () => {
  count += 1;
  const people = { ada: "admin" } as const;
  const files = { "a.txt": "a\n" };
  repo = await github.addRepository(`acme/private-${count}`, { files, people, private: true });
  clone = gitRepo();
  clone.git("fetch", "-q", repo.folder, "main");
  clone.git("checkout", "-q", "-B", "main", "FETCH_HEAD");
  have = clone.git("rev-parse", "main");
  await repo.push("ada", "main", { "b.txt": "b\n" });
  commit = await repo.push("ada", "main", { "models/m/model.onnx": "x".repeat(200_000) });
  git = await openGit(clone.root, GIT_ENV);
  temporary = temporaryFolder();
  vi.stubEnv("TMPDIR", temporary);
  return () => {
    vi.unstubAllEnvs();
    rmSync(temporary, { recursive: true });
    clone[Symbol.dispose]();
  };
});

const remote = (token = repo.token("fork"), url = `${github.url}/${repo.name}.git`): GitRemote => ({
  url,
  authorization: `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`,
});
const refs = (): string => clone.git("for-each-ref", "--format=%(refname)");
const leftovers = (): string[] => readdirSync(temporary);

describe("fetching a commit", () => {
  test("brings it and what lies between, with a token that may only read, and moves nothing", async () => {
    expect(await git.resolve(commit)).toBeUndefined();
    await git.fetch(remote(), { commit, have });
    expect(await git.resolve(commit)).toBe(commit);
    expect(await git.isAncestor(have, commit)).toBe(true);
    expect(Buffer.from((await git.show(commit, "b.txt"))!).toString()).toBe("b\n");
    expect((await git.show(commit, "models/m/model.onnx"))?.length).toBe(200_000);
    expect(await git.history(commit, "b.txt")).toHaveLength(1);
    expect(refs()).toBe("refs/heads/main");
    expect(await git.head()).toEqual({ commit: have, branch: "main" });
    expect(clone.git("status", "--porcelain")).toBe("");
    expect(clone.git("fsck", "--strict", "--no-dangling", "--no-progress")).toBe("");
    expect(leftovers()).toEqual([]);
  });

  test("asks the address alone, whatever the repository's own configuration says", async () => {
    const evil = "http://127.0.0.1:9/";
    for (const [key, value] of [
      [`url.${evil}.insteadOf`, github.url],
      ["http.proxy", evil],
      ["credential.helper", "!false"],
      ["core.askPass", "/bin/false"],
      ["fetch.bundleURI", evil],
    ])
      clone.git("config", key ?? "", value ?? "");
    await git.fetch(remote(), { commit, have });
    expect(await git.resolve(commit)).toBe(commit);
  });

  test.each<[string, () => GitRemote, RegExp]>([
    ["the token is none", () => remote("ghs_unknown"), /could not read Username|Authentication failed/],
    ["there is no such repository", () => remote(undefined, `${github.url}/acme/nowhere.git`), /not found/],
    [
      "nobody answers",
      () => remote(undefined, "http://127.0.0.1:9/acme/x.git"),
      /Failed to connect|Couldn't connect/,
    ],
    ["the address is a folder", () => remote(undefined, `file://${repo.folder}`), /is no web address/],
    ["the address is a program", () => remote(undefined, "ext::sh -c touch% /tmp/x"), /is no web address/],
  ])("is refused when %s, and the token is not told", async (_, from, says) => {
    const failure = await git.fetch(from(), { commit, have }).then(
      () => "fetched",
      (error: Error) => error,
    );
    expect(failure).toMatchObject({ code: "GIT_FETCH_FAILED", message: expect.stringMatching(says) });
    expect(String(failure)).not.toMatch(/Basic|ghs_|eC1hY2Nlc3M/);
    expect(await git.resolve(commit)).toBeUndefined();
    expect(leftovers()).toEqual([]);
  });

  test("is refused when the other side has no such commit", async () => {
    const unknown = "1".repeat(40);
    await expect(git.fetch(remote(), { commit: unknown, have })).rejects.toMatchObject({
      code: "GIT_FETCH_FAILED",
    });
  });

  test("follows nobody elsewhere with the credentials", async () => {
    const asked: (string | undefined)[] = [];
    await using elsewhere = await listening((request, response) => {
      asked.push(request.url);
      response.writeHead(404).end();
    });
    await using redirecting = await listening((request, response) => {
      asked.push("first");
      response.writeHead(302, { location: `${elsewhere.url}${request.url}` }).end();
    });
    await expect(
      git.fetch(remote(undefined, `${redirecting.url}/acme/x.git`), { commit, have }),
    ).rejects.toMatchObject({ code: "GIT_FETCH_FAILED" });
    expect(asked).toEqual(["first"]);
  });
});

async function listening(answer: RequestListener): Promise<AsyncDisposable & { url: string }> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}
