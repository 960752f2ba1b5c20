import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GIT_ENV, temporaryFolder } from "../support/git-repo.ts";
import {
  protectMain,
  startGithub,
  type LoopbackGithub,
  type LoopbackRepository,
} from "../support/github/index.ts";

const run = promisify(execFile);

let github: LoopbackGithub;
beforeAll(async () => {
  github = await startGithub();
});
afterAll(async () => await github[Symbol.asyncDispose]());

let count = 0;
async function newRepository(options: { private?: boolean } = {}): Promise<LoopbackRepository> {
  count += 1;
  const people = { ada: "admin", bob: "write", eve: "read" } as const;
  return await github.addRepository(`acme/forecasts-${count}`, {
    files: { "a.txt": "a\n" },
    people,
    ...options,
  });
}

/** Real git in a folder; rejects with stderr in its message. */
async function git(folder: string, ...args: string[]): Promise<string> {
  const { stdout } = await run("git", args, { cwd: folder, env: { ...GIT_ENV, GIT_TERMINAL_PROMPT: "0" } });
  return stdout.trim();
}

async function clone(url: string): Promise<string> {
  const folder = join(temporaryFolder(), "clone");
  await git("/", "clone", "-q", url, folder);
  return folder;
}

async function commit(folder: string, path: string, text: string): Promise<string> {
  writeFileSync(join(folder, path), text);
  await git(folder, "add", "-A");
  await git(folder, "commit", "-q", "-m", `change ${path}`);
  return await git(folder, "rev-parse", "HEAD");
}

describe("git over HTTP", () => {
  it("clones, pushes and fetches with a token, and tells of the push", async () => {
    const repo = await newRepository({ private: true });
    const folder = await clone(repo.cloneUrl(repo.token({ user: "bob" })));
    const sha = await commit(folder, "b.txt", "b\n");
    await git(folder, "push", "-q", "origin", "HEAD:refs/heads/topic");
    expect(await repo.head("topic")).toBe(sha);
    expect(await repo.file("topic", "b.txt")).toBe("b\n");
    const event = repo.takeEvent("push");
    expect(event?.payload).toMatchObject({ ref: "refs/heads/topic", after: sha, pusher: { name: "bob" } });
    expect(event?.workflows).toBe("start");

    const later = await repo.push("ada", "main", { "c.txt": "c\n" });
    await git(folder, "fetch", "-q", "origin");
    expect(await git(folder, "rev-parse", "origin/main")).toBe(later);
  });

  it("answers to the name that GITHUB_SERVER_URL has", async () => {
    const repo = await newRepository();
    const { GITHUB_SERVER_URL } = repo.environment(repo.token("actions"));
    const folder = await clone(`${GITHUB_SERVER_URL}/${repo.name}.git`);
    expect(await git(folder, "rev-parse", "HEAD")).toBe(await repo.head("main"));
  });

  it.each([
    ["no token", () => undefined],
    ["an unknown token", () => "ghs_unknown"],
  ])("asks for a password of a private repository: %s", async (_, token) => {
    const repo = await newRepository({ private: true });
    await expect(clone(repo.cloneUrl(token()))).rejects.toThrow(
      /could not read Username|Authentication failed/,
    );
  });

  it("refuses a push by tokens that may only read", async () => {
    const repo = await newRepository();
    for (const token of [
      repo.token("fork"),
      repo.token({ user: "eve" }),
      repo.token("actions", { contents: "read" }),
    ]) {
      const folder = await clone(repo.cloneUrl(token));
      await commit(folder, "b.txt", "b\n");
      await expect(git(folder, "push", "-q", "origin", "HEAD:refs/heads/topic")).rejects.toThrow(/403/);
    }
    expect(await repo.head("topic")).toBeUndefined();
  });

  it("updates an open pull request, and closes it when its branch is deleted", async () => {
    const repo = await newRepository();
    await repo.push("bob", "topic", { "b.txt": "1\n" });
    const number = await repo.openPull("bob", { head: "topic" });
    const folder = await clone(repo.cloneUrl(repo.token({ user: "bob" })));
    await git(folder, "checkout", "-q", "topic");
    const sha = await commit(folder, "b.txt", "2\n");
    await git(folder, "push", "-q");
    expect(repo.pull(number).headSha).toBe(sha);
    expect(await repo.git("rev-parse", `refs/pull/${number}/head`)).toBe(sha);
    await git(folder, "push", "-q", "origin", "--delete", "topic");
    expect(repo.pull(number)).toMatchObject({ state: "closed", mergedAt: null });
  });
});

describe("rules at the door", () => {
  it("refuses an unsigned push with GH013 and lets nothing in", async () => {
    const repo = await newRepository();
    repo.addRuleset(protectMain({ signatures: true }));
    const before = await repo.head("main");
    const folder = await clone(repo.cloneUrl(repo.token({ user: "ada" })));
    const sha = await commit(folder, "b.txt", "b\n");
    await expect(git(folder, "push", "origin", "main")).rejects.toThrow(
      /GH013: Repository rule violations found for refs\/heads\/main[^]*Commits must have verified signatures[^]*remote rejected/,
    );
    expect(await repo.head("main")).toBe(before);
    await expect(repo.git("cat-file", "-e", sha)).rejects.toThrow("git cat-file -e");
  });

  it("takes a push that is signed by a registered key, and not by another", async () => {
    const repo = await newRepository();
    repo.addRuleset(protectMain({ signatures: true }));
    const keys = temporaryFolder();
    const [known, unknown] = [join(keys, "known"), join(keys, "unknown")];
    for (const key of [known, unknown]) await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    repo.trustSigningKey((await run("cat", [`${known}.pub`])).stdout);
    const folder = await clone(repo.cloneUrl(repo.token({ user: "ada" })));
    await git(folder, "config", "gpg.format", "ssh");
    await git(folder, "config", "commit.gpgsign", "true");
    await git(folder, "config", "user.signingkey", `${unknown}.pub`);
    await commit(folder, "b.txt", "b\n");
    await expect(git(folder, "push", "origin", "main")).rejects.toThrow(/GH013/);
    await git(folder, "config", "user.signingkey", `${known}.pub`);
    await git(folder, "commit", "-q", "--amend", "--no-edit");
    await git(folder, "push", "-q", "origin", "main");
    expect(await repo.head("main")).toBe(await git(folder, "rev-parse", "HEAD"));
  });

  it("refuses a push to main where a pull request is demanded, forced or not, and its deletion", async () => {
    const repo = await newRepository();
    repo.addRuleset(protectMain({ reviews: 0, checks: ["model-gate"] }));
    const folder = await clone(repo.cloneUrl(repo.token({ user: "ada" })));
    await commit(folder, "b.txt", "b\n");
    await expect(git(folder, "push", "origin", "main")).rejects.toThrow(
      /Changes must be made through a pull request[^]*"model-gate" is expected/,
    );
    await git(folder, "commit", "-q", "--amend", "--allow-empty", "-m", "other");
    await git(folder, "reset", "-q", "--hard", "HEAD~1");
    await git(folder, "commit", "-q", "--amend", "-m", "rewritten");
    await expect(git(folder, "push", "-f", "origin", "main")).rejects.toThrow(
      /Cannot force-push to this branch/,
    );
    await expect(git(folder, "push", "origin", "--delete", "main")).rejects.toThrow(
      /Cannot delete this protected ref/,
    );
  });
});

describe("workflow files", () => {
  const path = ".github/workflows/evil.yml";

  it("cannot be pushed without the permission for them", async () => {
    const repo = await newRepository();
    const folder = await clone(repo.cloneUrl(repo.token("actions")));
    mkdirSync(join(folder, ".github/workflows"), { recursive: true });
    await commit(folder, path, "on: push\n");
    await expect(git(folder, "push", "origin", "HEAD:refs/heads/topic")).rejects.toThrow(
      "refusing to allow a GitHub App to create or update workflow `.github/workflows/evil.yml`",
    );
    await git(folder, "push", "-q", repo.cloneUrl(repo.token("app")), "HEAD:refs/heads/topic");
    expect(await repo.file("topic", path)).toBe("on: push\n");
  });

  it("that main has may travel in any branch", async () => {
    const repo = await newRepository();
    await repo.push("bob", "topic", { "t.txt": "t\n" });
    await repo.push("ada", "main", { [path]: "on: push\n" });
    const folder = await clone(repo.cloneUrl(repo.token("actions")));
    await git(folder, "merge", "-q", "--no-edit", "origin/topic");
    const sha = await commit(folder, "b.txt", "b\n");
    await git(folder, "push", "-q", "origin", "HEAD:refs/heads/topic");
    expect(await repo.head("topic")).toBe(sha);
  });
});

describe("signatures", () => {
  it("are real: git itself verifies what GitHub signs, with GitHub's public key alone", async () => {
    const repo = await newRepository();
    await repo.push("bob", "topic", { "b.txt": "b\n" });
    await repo.merge("ada", await repo.openPull("bob", { head: "topic" }));
    const folder = await clone(repo.cloneUrl());
    const allowed = join(temporaryFolder(), "allowed");
    writeFileSync(allowed, `noreply@github.com ${github.signingKey}\n`);
    await git(folder, "config", "gpg.ssh.allowedSignersFile", allowed);
    await expect(git(folder, "verify-commit", "HEAD")).resolves.toBe("");
    await expect(git(folder, "verify-commit", "HEAD^2")).rejects.toThrow("Command failed: git verify-commit");
  });
});
