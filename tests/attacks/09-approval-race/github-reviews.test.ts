import { describe, expect, test } from "vitest";
import { countApprovals } from "../../../src/policy/judge/approvals.ts";
import { proposePullRequest } from "../../../src/usecases/forge/propose-pull-request.ts";
import { readApprovals } from "../../../src/usecases/forge/read-approvals.ts";
import { decide, NOW, request } from "../../support/decisions.ts";
import { type GithubScene, githubScene } from "../../support/github-scene.ts";

const BRANCH = "promote/prod/m";
const ROLES = { "release-manager": { people: ["ada", "grace", "linus"], teams: [] } };
const ASKED = { atLeast: 1, role: "release-manager", not: ["author", "last-pusher"] };

interface Proposed extends GithubScene {
  readonly head: string;
  readonly count: (head?: string, requestedBy?: string) => Promise<ReturnType<typeof countApprovals>>;
}

/** An open promotion pull request on GitHub, made by the App. */
async function proposed(): Promise<Proposed> {
  const scene = await githubScene();
  const forge = scene.forge("app");
  const ports = { git: scene.git, forge };
  const options = { now: NOW, text: "report\n", roles: {} };
  const { commit: head } = await proposePullRequest(ports, await decide(scene.git, request()), options);
  const count = async (of = head, requestedBy: string | null = null) =>
    countApprovals(ASKED, await readApprovals(forge, { number: 1, head: of, roles: ROLES, requestedBy }));
  return Object.assign(scene, { head, count });
}

describe("attacks on approvals, by GitHub's own API", () => {
  test("a release manager's approval of the head counts", async () => {
    await using scene = await proposed();
    await scene.repo.review("grace", 1, "APPROVE");
    expect(await scene.count()).toMatchObject({ outcome: "PASS", says: "given by grace." });
  });

  test("who asked for the promotion cannot approve what a program opened for them", async () => {
    await using scene = await proposed();
    await scene.repo.review("ada", 1, "APPROVE");
    expect((await scene.count(scene.head, "ada")).reason).toBe("GATE_APPROVALS_MISSING");
  });

  test("a reader of a public repository cannot approve", async () => {
    await using scene = await proposed();
    await scene.repo.review("eve", 1, "APPROVE");
    expect((await scene.count()).reason).toBe("GATE_APPROVALS_MISSING");
  });

  test("approve, then push: the approval is of another commit, and the pusher cannot approve their own", async () => {
    await using scene = await proposed();
    await scene.repo.review("grace", 1, "APPROVE");
    const second = await scene.repo.push("linus", BRANCH, { "deployed.json": "{}\n" });
    expect((await scene.count(second)).reason).toBe("GATE_APPROVALS_MISSING");
    await scene.repo.review("linus", 1, "APPROVE");
    expect((await scene.count(second)).reason).toBe("GATE_APPROVALS_MISSING");
    await scene.repo.review("grace", 1, "APPROVE");
    expect((await scene.count(second)).outcome).toBe("PASS");
  });

  test("approve, push, force-push back: who pushed back cannot be the one who approved", async () => {
    await using scene = await proposed();
    await scene.repo.review("grace", 1, "APPROVE");
    await scene.repo.push("linus", BRANCH, { "deployed.json": "{}\n" });
    await scene.repo.forcePush("grace", BRANCH, scene.head);
    expect(await scene.count()).toMatchObject({
      reason: "GATE_APPROVALS_MISSING",
      says: "none given. grace does not count: they pushed last. It can come from ada, linus.",
    });
  });

  test("the judged head is no longer the head", async () => {
    await using scene = await proposed();
    await scene.repo.review("grace", 1, "APPROVE");
    await scene.repo.push("linus", BRANCH, { "deployed.json": "{}\n" });
    await expect(scene.count()).rejects.toMatchObject({ code: "FORGE_HEAD_MOVED" });
  });

  test("changes that were asked for stand until they are settled", async () => {
    await using scene = await proposed();
    await scene.repo.review("grace", 1, "APPROVE");
    await scene.repo.review("linus", 1, "REQUEST_CHANGES");
    expect((await scene.count()).reason).toBe("GATE_APPROVALS_CHANGES_REQUESTED");
    await scene.repo.review("linus", 1, "COMMENT");
    expect((await scene.count()).reason).toBe("GATE_APPROVALS_CHANGES_REQUESTED");
    await scene.repo.review("linus", 1, "APPROVE");
    expect((await scene.count()).outcome).toBe("PASS");
  });
});
