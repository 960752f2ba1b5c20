import { describe, expect, it } from "vitest";
import { openGit } from "../../../src/adapters/git/open.ts";
import { branchOf } from "../../../src/host/event.ts";
import { branchNamed } from "../../../src/usecases/check/branch-named.ts";
import { GIT_ENV, gitRepo } from "../../support/git-repo.ts";

describe("the branch that a change goes into", () => {
  it.each([
    ["pull_request", { pull_request: { base: { ref: "main" } } }, "refs/heads/main"],
    ["pull_request_review", { pull_request: { base: { ref: "staging" } } }, "refs/heads/staging"],
    ["merge_group", { merge_group: { base_ref: "refs/heads/main" } }, "refs/heads/main"],
    ["push", { ref: "refs/heads/main" }, "refs/heads/main"],
    ["push", { ref: "refs/tags/v1" }, undefined],
    ["schedule", { ref: "refs/heads/main" }, undefined],
    ["pull_request", null, undefined],
  ])("is told by the event %s %j", (name, payload, ref) => {
    expect(branchOf({ name, sha: "", payload }).ref).toBe(ref);
  });

  it("is told by a revision that names it, here or on a remote", async () => {
    using repo = gitRepo();
    const commit = repo.commit({ a: "1" });
    repo.git("update-ref", "refs/remotes/origin/release/1", commit);
    const git = await openGit(repo.root, GIT_ENV);
    const named = (revision: string) => branchNamed(git, revision);
    expect(await named("main")).toBe("refs/heads/main");
    expect(await named("origin/release/1")).toBe("refs/heads/release/1");
    expect(await named("origin/gone")).toBeNull();
    expect(await named("HEAD")).toBeNull();
    expect(await named(commit)).toBeNull();
  });
});
