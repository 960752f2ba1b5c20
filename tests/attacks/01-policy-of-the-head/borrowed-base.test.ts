import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rangeOf } from "../../../src/host/event.ts";
import { type CheckScene, checkScene, codesOf } from "../../support/check-scene.ts";

const REPOSITORY = { default_branch: "main" };

/**
 * Attack 3: a check is bound to a head, not to a base. A head that passes on a base of the attacker's own keeps its green
 * check for as long as the next run takes, once the pull request is pointed at main.
 */
describe("a base that whoever opens the pull request has made", () => {
  let scene: CheckScene;
  let main: string;
  let head: string;
  beforeAll(async () => {
    scene = await checkScene();
    const { repo } = scene;
    main = repo.git("rev-parse", "main");
    repo.git("update-ref", "refs/remotes/origin/main", main);
    repo.git("checkout", "-q", "-b", "evil");
    repo.git("rm", "-q", "deployed.json");
    repo.git("rm", "-q", "-r", "policies");
    repo.commit({}, "a base without rules");
    repo.git("checkout", "-q", "-b", "topic");
    head = repo.commit({ "README.md": "harmless\n" }, "nothing governed, seen from here");
    repo.git("checkout", "-q", "main");
  });
  afterAll(() => scene[Symbol.dispose]());

  const event = (name: string, payload: object) => ({
    name,
    sha: "",
    payload: { repository: REPOSITORY, ...payload },
  });
  const onto = (ref: string) => ({
    pull_request: { number: 7, base: { ref, sha: scene.repo.git("rev-parse", ref) }, head: { sha: head } },
  });

  it.each(["pull_request", "pull_request_review"])("does not judge, on %s: main does", async (name) => {
    const range = await rangeOf(event(name, onto("evil")), scene.ports.git);
    expect(range).toEqual({ base: main, head });
    const report = await scene.check(range.base, range.head);
    expect(report.outcome).toBe("FAIL");
    expect(codesOf(report)).toContain("CHECK_LEDGER_DELETED");
  });

  it("is what main was when the pull request was opened: main as it is now judges", async () => {
    const { repo } = scene;
    const old = { pull_request: { number: 7, base: { ref: "main", sha: main }, head: { sha: head } } };
    repo.git("checkout", "-q", "main");
    const now = repo.commit({ "docs/later.md": "x\n" });
    repo.git("update-ref", "refs/remotes/origin/main", now);
    expect(await rangeOf(event("pull_request", old), scene.ports.git)).toEqual({ base: now, head });
    repo.git("reset", "-q", "--hard", main);
    repo.git("update-ref", "refs/remotes/origin/main", main);
  });

  it("is no base at all where main was not fetched", async () => {
    const payload = { ...onto("evil"), repository: { default_branch: "trunk" } };
    await expect(rangeOf({ name: "pull_request", sha: "", payload }, scene.ports.git)).rejects.toMatchObject({
      code: "CHECK_EVENT_UNUSABLE",
    });
  });

  it("is what a branch was before the last push: a push is judged on the default branch alone", async () => {
    const push = { before: scene.repo.git("rev-parse", "evil"), after: head };
    const { git } = scene.ports;
    await expect(rangeOf(event("push", { ...push, ref: "refs/heads/topic" }), git)).rejects.toMatchObject({
      code: "CHECK_EVENT_UNUSABLE",
    });
    await expect(rangeOf(event("push", { ...push, ref: "refs/tags/main" }), git)).rejects.toMatchObject({
      code: "CHECK_EVENT_UNUSABLE",
    });
    expect(await rangeOf(event("push", { ...push, ref: "refs/heads/main" }), git)).toEqual({
      base: push.before,
      head,
    });
  });
});
