import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openGit } from "../../src/adapters/git/open.ts";
import { GIT_ENV, gitRepo } from "../support/git-repo.ts";

const SECRETS = {
  INPUT_TOKEN: "ghs_input",
  GITHUB_TOKEN: "ghs_github",
  GH_TOKEN: "ghs_gh",
  ACTIONS_RUNTIME_TOKEN: "runtime",
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: "oidc",
  ACTIONS_ID_TOKEN_REQUEST_URL: "https://oidc.test",
  "INPUT_PRIVATE-KEY": "key",
};

it("a program that git starts, or that stands for git, sees no token of the step", async () => {
  using repo = gitRepo();
  using tools = gitRepo();
  const commit = repo.commit({ a: "1" });
  const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
  const seen = join(tools.root, "seen");
  writeFileSync(join(tools.root, "git"), `#!/bin/sh\nenv >> '${seen}'\nexec '${real}' "$@"\n`);
  chmodSync(join(tools.root, "git"), 0o755);
  const path = `${tools.root}:${GIT_ENV["PATH"] ?? ""}`;
  const git = await openGit(repo.root, { ...GIT_ENV, ...SECRETS, PATH: path, SSH_AUTH_SOCK: "/agent" });
  expect((await git.diff(commit, commit)).length).toBe(0);
  expect(await git.resolve("HEAD")).toBe(commit);
  const names = readFileSync(seen, "utf8")
    .split("\n")
    .map((line) => line.split("=")[0]);
  expect(names).toContain("SSH_AUTH_SOCK");
  expect(names.filter((name) => name !== undefined && Object.hasOwn(SECRETS, name))).toEqual([]);
});
