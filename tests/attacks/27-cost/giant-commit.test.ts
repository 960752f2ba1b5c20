import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGit } from "../../../src/adapters/git/open.ts";
import type { AuditReport } from "../../../src/domain/audit.ts";
import { audit } from "../../../src/usecases/audit/audit.ts";
import { GIT_ENV, type GitRepo, gitRepo } from "../../support/git-repo.ts";
import { gist } from "../../support/memory-audit.ts";
import { recordedProgress } from "../../support/parity-run.ts";

let repo: GitRepo;
let giant: string;

beforeAll(() => {
  repo = gitRepo();
  repo.commit({ "README.md": "1\n" });
  repo.write("README.md", "2\n");
  repo.git("add", "-A");
  const args = ["commit-tree", repo.git("write-tree"), "-p", "HEAD", "-F", "-"];
  const message = Buffer.alloc(65 * 1024 * 1024, "x");
  giant = execFileSync("git", args, { cwd: repo.root, env: GIT_ENV, input: message }).toString().trim();
  repo.git("reset", "-q", "--hard", giant);
});
afterAll(() => repo[Symbol.dispose]());

async function audited(): Promise<AuditReport> {
  const git = await openGit(repo.root, GIT_ENV);
  return (await audit({ git, progress: recordedProgress() }, {})).report;
}

/** It changes nothing governed here; what does, fails for a commit that cannot be read. */
describe("a commit of 65 MiB", () => {
  it("is a finding as the newest one, and those before it are judged", async () => {
    const { head, commits } = await audited();
    expect(head).toBe(giant);
    expect(commits.map(gist)).toEqual([expect.stringMatching(/^(?:PASS|WARN)/), "WARN GIT_TOO_LARGE"]);
  });

  it("is a finding alone: what comes after it is judged on its tree", async () => {
    repo.commit({ "README.md": "3\n" });
    const { commits } = await audited();
    expect(commits.map(gist)).toEqual([
      expect.stringMatching(/^(?:PASS|WARN)/),
      "WARN GIT_TOO_LARGE",
      expect.stringMatching(/^(?:PASS|WARN)/),
    ]);
  });

  it("can be a base: its files are read", async () => {
    const git = await openGit(repo.root, GIT_ENV);
    expect(Buffer.from((await git.show(giant, "README.md")) ?? []).toString()).toBe("2\n");
  });
});
