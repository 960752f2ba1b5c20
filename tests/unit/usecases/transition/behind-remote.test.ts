import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openGit } from "../../../../src/adapters/git/open.ts";
import { behindRemote } from "../../../../src/usecases/transition/behind-remote.ts";
import { GIT_ENV, type GitRepo, gitRepo } from "../../../support/git-repo.ts";

const BIN = resolve(import.meta.dirname, "../../../../bin/modelgate.js");
const run = promisify(execFile);

describe("the base of a transition", () => {
  let repo: GitRepo;
  let [first, second] = ["", ""];
  beforeEach(() => {
    repo = gitRepo();
    first = repo.commit({ "a.txt": "1" });
    second = repo.commit({ "a.txt": "2" });
    repo.git("remote", "add", "origin", "https://example.invalid/a/b.git");
  });
  afterEach(() => repo[Symbol.dispose]());

  const at = async (base: string, remote: string | null) => {
    repo.git("reset", "-q", "--hard", base);
    if (remote !== null) repo.git("update-ref", "refs/remotes/origin/main", remote);
    return behindRemote(await openGit(repo.root, GIT_ENV), "origin", { commit: base, branch: "main" });
  };

  it("that is behind its remote gets a warning, with the command that updates it", async () => {
    const [tip, base] = [second.slice(0, 12), first.slice(0, 12)];
    expect(await at(first, second)).toBe(
      `main is behind its remote: origin/main is at ${tip}, and the decision stands on ${base}. Update it: git pull --ff-only origin main`,
    );
    const terminal = { cwd: repo.root, env: { ...GIT_ENV, NO_COLOR: "1", COLUMNS: "400" } };
    const args = ["promote", "m@1.0.0", "--to", "SHADOW", "--env", "prod", "--dry-run"];
    const ended = await run(process.execPath, [BIN, ...args], terminal).catch((error: unknown) => error);
    expect((ended as { stderr: string }).stderr).toContain(
      "Warning: main is behind its remote: origin/main is at",
    );
  });

  it("that parted from its remote gets a warning, with the command that shows both", async () => {
    repo.git("checkout", "-q", "-B", "other", first);
    const theirs = repo.commit({ "a.txt": "3" });
    repo.git("checkout", "-q", "main");
    expect(await at(second, theirs)).toMatch(
      /went different ways: .* git log --oneline --left-right main\.\.\.origin\/main$/,
    );
  });

  it.each([
    ["at it", () => [second, second] as const],
    ["ahead of it", () => [second, first] as const],
    ["without a remote branch", () => [second, null] as const],
  ])("%s gets none", async (_what, of) => {
    const [base, remote] = of();
    expect(await at(base, remote)).toBeNull();
  });
});
