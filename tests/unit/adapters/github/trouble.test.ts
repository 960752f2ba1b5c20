import { describe, expect, test } from "vitest";
import { openGit } from "../../../../src/adapters/git/open.ts";
import { parsePromotionBlock } from "../../../../src/domain/promotion-block.ts";
import { GateError } from "../../../../src/errors.ts";
import type { Forge } from "../../../../src/ports/forge.ts";
import { proposePullRequest } from "../../../../src/usecases/forge/propose-pull-request.ts";
import { proveSigning } from "../../../../src/usecases/forge/prove-signing.ts";
import type { Proposal } from "../../../../src/usecases/transition/propose.ts";
import { decide, type Judgement, NOW, request } from "../../../support/decisions.ts";
import { type GithubScene, githubScene } from "../../../support/github-scene.ts";
import type { TokenKind } from "../../../support/github/index.ts";
import type { Faults } from "../../../support/github/http/faults.ts";

const ROLES = { "release-manager": { people: ["grace", "linus"], teams: [] } };
const BRANCH = "promote/prod/m";

async function propose(scene: GithubScene, forge: Forge, how: Judgement = {}): Promise<Proposal> {
  const decision = await decide(scene.git, request(), how);
  return proposePullRequest({ git: scene.git, forge }, decision, {
    now: NOW,
    text: "report\n",
    roles: ROLES,
  });
}

/** One open pull request whose head is the proposal, and nothing else left over. */
async function expectWhole(scene: GithubScene, { commit }: Proposal): Promise<void> {
  const { repo, github } = scene;
  expect(repo.pulls().filter(({ state }) => state === "open")).toMatchObject([{ headSha: commit }]);
  const refs = await repo.git("for-each-ref", "--format=%(refname)", "refs/heads");
  expect(refs.trim().split("\n").sort()).toEqual(["refs/heads/main", `refs/heads/${BRANCH}`]);
  expect(parsePromotionBlock(repo.pulls().at(-1)?.body ?? "").commit).toBe(commit);
  expect(github.violations).toEqual([]);
}

test.each<[string, TokenKind, made: number, updated: number]>([
  ["an App's", "app", 10, 11],
  ["the job's own", "actions", 10, 11],
  ["a person's, which is tried first", { user: "ada" }, 11, 12],
])("a promotion with %s token costs at most twelve calls, made or updated", async (_, token, ...calls) => {
  await using scene = await githubScene({ signCommitsOfUsers: true });
  const promote = async (how?: Judgement): Promise<[Proposal, number]> => {
    const [before, forge] = [scene.github.requests.length, scene.forge(token)];
    await proveSigning(forge, { branch: "main", commit: (await scene.repo.head("main")) ?? "" }, NOW);
    const proposal = await propose(scene, forge, how);
    return [proposal, scene.github.requests.length - before];
  };
  const [first, made] = await promote();
  await expectWhole(scene, first);
  // Who has reviewed is asked again: the review was of another commit.
  await scene.repo.review("grace", 1, "APPROVE");
  await scene.repo.push("ada", "main", { "docs/x.md": "x" }, { bypass: true });
  scene.pull();
  const [second, updated] = await promote({ nonce: "11111111" });
  expect(second).toMatchObject({ created: true, pullRequest: { number: 1, operation: "updated" } });
  await expectWhole(scene, second);
  expect([made, updated]).toEqual(calls);
});

test("never closes its pull request by an empty change while it is updated", async () => {
  await using scene = await githubScene();
  await propose(scene, scene.forge("app"));
  await scene.repo.push("ada", "main", { "docs/x.md": "x" }, { bypass: true });
  scene.pull();
  await propose(scene, scene.forge("app"), { nonce: "11111111" });
  const actions = scene.repo.events.filter(({ name }) => name === "pull_request").map(({ action }) => action);
  expect(actions).not.toContain("closed");
});

describe("trouble that passes is waited out", () => {
  test.each<[string, (faults: Faults) => void, readonly number[]]>([
    [
      "a secondary rate limit",
      (faults) => faults.secondaryRateLimit({ on: "POST /repos/{owner}/{repo}/pulls", retryAfter: 7 }),
      [7000],
    ],
    [
      "the same as 429",
      (faults) =>
        faults.secondaryRateLimit({ on: "POST /repos/{owner}/{repo}/git/refs", status: 429, retryAfter: 3 }),
      [3000],
    ],
    [
      "a primary rate limit that ends soon",
      (faults) =>
        faults.primaryRateLimit({
          on: "GET /repos/{owner}/{repo}/pulls",
          reset: Date.parse("2026-11-20T10:00:30Z") / 1000,
        }),
      [31_000],
    ],
    [
      "5xx, longer each time, with jitter",
      (faults) => faults.serverError({ on: "GET /repos/{owner}/{repo}/commits/{ref}", times: 3 }),
      [375, 750, 1500],
    ],
    [
      "5xx from GraphQL",
      (faults) => faults.serverError({ on: "POST /graphql createCommitOnBranch", status: 502 }),
      [375],
    ],
    [
      "a connection that breaks",
      (faults) => faults.dropBefore({ on: "POST /repos/{owner}/{repo}/git/refs" }),
      [375],
    ],
    [
      "a lost answer about the scratch branch",
      (faults) => faults.dropAfter({ on: "POST /repos/{owner}/{repo}/git/refs" }),
      [375],
    ],
    [
      "a lost answer about the commit",
      (faults) => faults.dropAfter({ on: "POST /graphql createCommitOnBranch" }),
      [375],
    ],
    ["a lost answer about the move", (faults) => faults.dropAfter({ on: "POST /graphql updateRefs" }), [375]],
    [
      "a lost answer about the pull request",
      (faults) => faults.dropAfter({ on: "POST /repos/{owner}/{repo}/pulls" }),
      [375],
    ],
  ])("%s", async (_, order, pauses) => {
    await using scene = await githubScene();
    order(scene.github.faults);
    const proposal = await propose(scene, scene.forge("app"));
    await expectWhole(scene, proposal);
    expect(scene.pauses).toEqual(pauses);
    expect(scene.repo.pulls()).toMatchObject([
      { labels: [{ name: "model-promotion" }, { name: "env:prod" }] },
    ]);
  });

  test("a pull request that is not visible everywhere yet", async () => {
    await using scene = await githubScene();
    scene.repo.settings.nodeVisibleAfter = 2;
    const proposal = await propose(scene, scene.forge("app"));
    await expectWhole(scene, proposal);
    expect(proposal.pullRequest?.notes).toEqual([]);
    expect(scene.pauses.length).toBeGreaterThan(0);
  });
});

test("a connection that never holds is no answer of GitHub's", async () => {
  await using scene = await githubScene();
  scene.github.faults.dropBefore({ on: "POST /repos/{owner}/{repo}/git/refs", times: 99 });
  await expect(propose(scene, scene.forge("app"))).rejects.toMatchObject({
    code: "FORGE_UNAVAILABLE",
    message: expect.stringMatching(/^FORGE_UNAVAILABLE: POST \S+\/git\/refs got no answer: /) as string,
  });
});

describe("trouble that stays is told, and no pull request is half made", () => {
  test.each<[string, (faults: Faults) => void, string]>([
    [
      "GitHub is down",
      (faults) => faults.serverError({ on: "POST /graphql createCommitOnBranch", times: 99 }),
      "FORGE_UNAVAILABLE",
    ],
    [
      "no pull request can be made",
      (faults) => faults.serverError({ on: "POST /repos/{owner}/{repo}/pulls", times: 99 }),
      "FORGE_UNAVAILABLE",
    ],
    [
      "the limit ends in an hour",
      (faults) =>
        faults.primaryRateLimit({
          on: "GET /repos/{owner}/{repo}/pulls",
          reset: Date.parse("2026-11-20T11:00:00Z") / 1000,
        }),
      "FORGE_RATE_LIMITED",
    ],
    [
      "the secondary limit never ends",
      (faults) => faults.secondaryRateLimit({ on: "POST /repos/{owner}/{repo}/git/refs", times: 99 }),
      "FORGE_RATE_LIMITED",
    ],
    [
      "a ruleset refuses the branch",
      (faults) =>
        faults.refuse({
          on: "POST /repos/{owner}/{repo}/git/refs",
          status: 422,
          message: "Repository rule violations found",
        }),
      "FORGE_REFUSED",
    ],
  ])("%s", async (_, order, code) => {
    await using scene = await githubScene();
    order(scene.github.faults);
    await expect(propose(scene, scene.forge("app"))).rejects.toMatchObject({ code });
    expect(scene.repo.pulls()).toEqual([]);
  });
});

test("a deployment whose answer was lost is told at once, and made once", async () => {
  await using scene = await githubScene();
  const forge = scene.forge("app");
  const commit = (await scene.repo.head("main"))!;
  scene.github.faults.dropAfter({ on: "POST /repos/{owner}/{repo}/deployments" });
  const asked = { commit, environment: "prod", description: "d", payload: {} };
  await expect(forge.createDeployment(asked)).rejects.toMatchObject({ code: "FORGE_UNAVAILABLE" });
  expect(await forge.deployments("prod", commit)).toHaveLength(1);
  scene.github.faults.secondaryRateLimit({ on: "POST /repos/{owner}/{repo}/deployments", retryAfter: 7 });
  await forge.createDeployment(asked);
  expect(scene.pauses).toEqual([7000]);
});

async function refusal(asked: Promise<unknown>): Promise<GateError> {
  try {
    await asked;
  } catch (error) {
    if (error instanceof GateError) return error;
    throw error;
  }
  throw new Error("It was not refused.");
}

describe("tokens", () => {
  test("an unknown one is refused, and never printed", async () => {
    await using scene = await githubScene();
    const token = "ghs_0123456789secret";
    const error = await refusal(propose(scene, scene.forgeWith(token)));
    expect(error.code).toBe("FORGE_TOKEN_REFUSED");
    expect(JSON.stringify([error.message, error.problems, error.stack])).not.toContain(token);
    expect(error.cause).toBeUndefined();
  });

  test("an empty one is refused before anything is asked", async () => {
    await using scene = await githubScene();
    expect(() => scene.forgeWith("")).toThrow(
      expect.objectContaining({ code: "FORGE_TOKEN_MISSING" }) as Error,
    );
  });

  test("one that may only read is refused with the YAML to add, and nothing was written", async () => {
    await using scene = await githubScene();
    const error = await refusal(
      propose(scene, scene.forge("actions", { contents: "read", pull_requests: "read" })),
    );
    expect(error.code).toBe("FORGE_PERMISSION_MISSING");
    expect(error.problems[0].fix).toContain("permissions:\n  contents: write");
    expect((await scene.repo.git("for-each-ref", "--format=%(refname)", "refs/heads")).trim()).toBe(
      "refs/heads/main",
    );
  });

  test("one that may not open pull requests says so", async () => {
    await using scene = await githubScene();
    const error = await refusal(
      propose(scene, scene.forge("actions", { contents: "write", pull_requests: "read" })),
    );
    expect(error.code).toBe("FORGE_PERMISSION_MISSING");
    expect(error.problems[0].fix).toContain("pull-requests: write");
  });

  test("GITHUB_TOKEN where workflows may not open pull requests is told where the switch is", async () => {
    await using scene = await githubScene();
    scene.repo.settings.actionsMayCreatePullRequests = false;
    const error = await refusal(propose(scene, scene.forge("actions")));
    expect(error.code).toBe("FORGE_PULL_REQUESTS_FORBIDDEN");
    expect(error.problems[0].fix).toContain("Allow GitHub Actions to create and approve pull requests");
  });

  test("that of a fork's pull request can write nothing", async () => {
    await using scene = await githubScene();
    expect((await refusal(propose(scene, scene.forge("fork")))).code).toBe("FORGE_PERMISSION_MISSING");
  });

  test("a person's, whose commits GitHub does not sign, fails closed", async () => {
    await using scene = await githubScene();
    expect((await refusal(propose(scene, scene.forge({ user: "ada" })))).code).toBe(
      "FORGE_COMMIT_UNVERIFIED",
    );
    expect((await scene.repo.git("for-each-ref", "--format=%(refname)", "refs/heads")).trim()).toBe(
      "refs/heads/main",
    );
    expect(scene.repo.pulls()).toEqual([]);
  });

  test("GITHUB_TOKEN works, and the pull request says that its checks wait", async () => {
    await using scene = await githubScene();
    const proposal = await propose(scene, scene.forge("actions"));
    await expectWhole(scene, proposal);
    expect(proposal.pullRequest?.runsWait).toBe(true);
    expect(scene.repo.pulls()[0]?.body).toContain("Its checks wait for approval.");
    expect(scene.repo.takeEvent("pull_request", "opened")).toMatchObject({ workflows: "await-approval" });
  });
});

describe("the world moves on", () => {
  test("the base moved on GitHub", async () => {
    await using scene = await githubScene();
    await scene.repo.push("ada", "main", { "docs/x.md": "x" }, { bypass: true });
    expect((await refusal(propose(scene, scene.forge("app")))).code).toBe("FORGE_BASE_MOVED");
  });

  test("the pull request was closed by hand, its branch deleted", async () => {
    await using scene = await githubScene();
    await propose(scene, scene.forge("app"));
    await scene.repo.closePull("ada", 1);
    await scene.repo.deleteBranch("ada", BRANCH);
    expect((await propose(scene, scene.forge("app"))).pullRequest).toMatchObject({
      number: 2,
      operation: "created",
    });
  });

  test("somebody pushed to the branch: refused, and their work is there", async () => {
    await using scene = await githubScene();
    await propose(scene, scene.forge("app"));
    const theirs = await scene.repo.push("grace", BRANCH, { "notes.md": "mine" });
    expect((await refusal(propose(scene, scene.forge("app"), { nonce: "11111111" }))).code).toBe(
      "LEDGER_BRANCH_FOREIGN",
    );
    expect(await scene.repo.head(BRANCH)).toBe(theirs);
  });

  test("two runs at once: one wins, one is told, nothing is half done", async () => {
    await using scene = await githubScene();
    const [a, b] = [scene.forge("app"), scene.forge("app")];
    using second = scene.anotherClone();
    const rival = { ...scene, git: await openGit(second.root) };
    const results = await Promise.allSettled([propose(scene, a), propose(rival, b, { nonce: "11111111" })]);
    const won = results.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const lost = results.flatMap((one) =>
      one.status === "rejected" ? [(one.reason as GateError).code] : [],
    );
    expect(won.length).toBeGreaterThan(0);
    expect(new Set(lost)).toEqual(lost.length === 0 ? new Set() : new Set(["FORGE_RACE_LOST"]));
    await expectWhole(scene, await propose(scene, scene.forge("app"), { nonce: "22222222" }));
  });
});
