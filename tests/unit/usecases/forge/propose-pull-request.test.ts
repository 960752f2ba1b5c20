import { modelState } from "../../../../src/domain/ledger.ts";
import { modelDigest } from "../../../../src/ledger/ledger-text.ts";
import { readLedger } from "../../../../src/usecases/gate/base-ledger.ts";
import { describe, expect, test } from "vitest";
import { parsePromotionBlock } from "../../../../src/domain/promotion-block.ts";
import { gateError } from "../../../../src/errors.ts";
import {
  proposePullRequest,
  type PullRequestOptions,
} from "../../../../src/usecases/forge/propose-pull-request.ts";
import type { Proposal } from "../../../../src/usecases/transition/propose.ts";
import { decide, type Judgement, NOW, request, START } from "../../../support/decisions.ts";
import { MemoryForge } from "../../../support/memory-forge.ts";
import { MemoryGit } from "../../../support/memory-git.ts";

const GATE = `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: shadow, version: 1, owners: [ml-platform] }
match: { events: [PROMOTE_TO_SHADOW], environments: [prod], models: ["*"] }
requires: { approvals: { at_least: 1, role: release-manager } }
objectives:
  - { id: parity, metric: parity.max_abs_diff, hard: "<= 1e-5", why: w, fix: f }
`;
const BRANCH = "promote/prod/m";
const OPTIONS: PullRequestOptions = {
  now: NOW,
  text: "Promote m 1.0.0: PASS.\n",
  roles: { "release-manager": { people: ["grace", "linus"], teams: ["release"] } },
};

class Scene {
  readonly git = new MemoryGit();
  readonly forge = new MemoryForge(this.git);
  readonly base: string;

  constructor() {
    this.base = this.git.seed({ ...START, "policies/gates/shadow.yaml": GATE });
  }

  async propose(
    ask: Parameters<typeof request>[0] = {},
    how: Judgement = {},
    options: Partial<PullRequestOptions> = {},
  ): Promise<Proposal> {
    const decision = await decide(this.git, request(ask), how);
    return proposePullRequest(this, decision, { ...OPTIONS, ...options });
  }
}

describe("a promotion pull request", () => {
  test("is one verified commit on the base, with the report, the digests, labels and reviewers", async () => {
    const scene = new Scene();
    const proposal = await scene.propose();
    expect(proposal).toMatchObject({
      branch: BRANCH,
      created: true,
      replaced: null,
      signed: true,
      revision: 1,
      pullRequest: {
        number: 1,
        operation: "created",
        headCommit: proposal.commit,
        runsWait: false,
        notes: [],
      },
    });
    expect(await scene.git.facts(proposal.commit)).toMatchObject({ parents: [scene.base] });
    expect(await scene.git.changed(scene.base, proposal.commit)).toEqual([
      "deployed.json",
      `evidence/m/1.0.0/${proposal.transition.run_id}/pack.json`,
      `evidence/m/1.0.0/${proposal.transition.run_id}/verdict.json`,
    ]);
    const pull = scene.forge.pull(1);
    expect(pull).toMatchObject({
      title: "Promote m 1.0.0 to SHADOW in prod",
      head: BRANCH,
      base: "main",
      headCommit: proposal.commit,
      labels: ["model-promotion", "env:prod"],
      reviewers: ["grace", "linus"],
    });
    expect(pull.body).toMatch(
      /^Promote m 1\.0\.0: PASS\.\n\n\*\*To let it through\*\*[^\n]+\n\n<!-- modelgate:promotion\n/,
    );
    const { ledger } = await readLedger(scene.git, proposal.commit);
    expect(parsePromotionBlock(pull.body)).toEqual({
      schema_version: "modelgate/promotion/v1",
      event: "PROMOTE_TO_SHADOW",
      model: "m",
      version: "1.0.0",
      environment: "prod",
      canary_phase: null,
      revision: 1,
      ledger_digest: modelDigest(modelState(ledger, "m")),
      manifest_digest: proposal.transition.manifest_digest,
      policy_digest: proposal.transition.policy_digest,
      evidence_digest: proposal.transition.evidence_digest,
      verdict: "PASS",
      run_id: proposal.transition.run_id,
      base_commit: scene.base,
      commit: proposal.commit,
    });
  });

  test("leaves no scratch branch, and costs at most twelve calls", async () => {
    const scene = new Scene();
    await scene.propose();
    expect((await scene.git.branches("")).map(({ name }) => name)).toEqual(["main", BRANCH]);
    expect(scene.forge.calls.length).toBeLessThanOrEqual(12);
  });

  test("is the same when the same is asked twice: nothing is written", async () => {
    const scene = new Scene();
    const first = await scene.propose();
    scene.forge.calls.length = 0;
    const second = await scene.propose({}, { nonce: "11111111", decidedAt: "2026-11-20T11:00:00Z" });
    expect(second).toMatchObject({
      commit: first.commit,
      created: false,
      pullRequest: { operation: "none" },
    });
    expect(new Set(scene.forge.calls)).toEqual(
      new Set(["identity", "branches", "openPullRequests", "commit"]),
    );
  });

  test("is updated in place for another version, and says what was replaced", async () => {
    const scene = new Scene();
    const first = await scene.propose();
    scene.forge.calls.length = 0;
    const second = await scene.propose({ version: "1.1.0" });
    expect(second).toMatchObject({
      created: true,
      replaced: { commit: first.commit, transition: { event: "PROMOTE_TO_SHADOW", version: "1.0.0" } },
      pullRequest: { number: 1, operation: "updated" },
    });
    expect(scene.forge.calls.length).toBeLessThanOrEqual(12);
    expect(scene.forge.pull(1)).toMatchObject({
      title: "Promote m 1.1.0 to SHADOW in prod",
      headCommit: second.commit,
    });
    expect(await scene.git.tree(second.commit, "evidence/m/1.0.0")).toEqual([]);
    const [comment] = await scene.forge.comments(1);
    expect(comment?.body).toContain(
      "`PROMOTE_TO_SHADOW 1.0.0` was proposed before, now it is `PROMOTE_TO_SHADOW 1.1.0`.",
    );
  });

  test("moves to a new base in one step, so that it is never without a change", async () => {
    const scene = new Scene();
    await scene.propose();
    const tips: (string | null)[] = [];
    scene.forge.before = async () =>
      void tips.push((await scene.git.resolve(`refs/heads/${BRANCH}`)) ?? null);
    const base = scene.git.seed({ "docs/x.md": "x" });
    const second = await scene.propose();
    expect(await scene.git.facts(second.commit)).toMatchObject({ parents: [base] });
    expect(tips).not.toContain(base);
    expect((await scene.forge.comments(1))[0]?.body).toContain("the base moved from");
  });

  test("warns when its checks wait for somebody's approval", async () => {
    const scene = new Scene();
    scene.forge.who = { login: "github-actions[bot]", kind: "workflow" };
    const { pullRequest } = await scene.propose();
    expect(pullRequest?.runsWait).toBe(true);
    expect(scene.forge.pull(1).body).toContain("**Its checks wait for approval.**");
  });

  test("asks anew when somebody edited the block away", async () => {
    const scene = new Scene();
    const first = await scene.propose();
    await scene.forge.updatePullRequest(1, { body: "looks good" });
    const second = await scene.propose({}, { nonce: "11111111" });
    expect(second).toMatchObject({ created: true, pullRequest: { number: 1, operation: "updated" } });
    expect(second.commit).not.toBe(first.commit);
    expect(parsePromotionBlock(scene.forge.pull(1).body).commit).toBe(second.commit);
  });

  test("is opened again when it was closed by hand", async () => {
    const scene = new Scene();
    await scene.propose();
    scene.forge.close(1);
    expect(await scene.propose()).toMatchObject({
      created: true,
      pullRequest: { number: 2, operation: "created" },
    });
  });

  test("goes on after its last merge, whose branch was left behind", async () => {
    const scene = new Scene();
    await scene.propose();
    scene.forge.merge(1);
    const ask = { event: "PROMOTE_TO_CANARY", phase: "5%" } as const;
    expect(await scene.propose(ask)).toMatchObject({
      revision: 2,
      replaced: null,
      pullRequest: { number: 2 },
    });
  });

  test("tells what could not be done about labels and reviewers, and stands all the same", async () => {
    const scene = new Scene();
    const { pullRequest } = await scene.propose(
      {},
      {},
      {
        roles: { "release-manager": { people: ["nobody"], teams: [] } },
      },
    );
    expect(pullRequest?.notes).toEqual([
      "The reviewers could not be set: FORGE_REFUSED: Reviews may only be requested from collaborators.",
    ]);
    expect(scene.forge.pull(1).labels).toEqual(["model-promotion", "env:prod"]);
  });
});

describe("a promotion pull request is refused", () => {
  test("when the base moved on the forge", async () => {
    const scene = new Scene();
    const decision = await decide(scene.git, request());
    scene.git.seed({ "docs/x.md": "x" });
    await expect(proposePullRequest(scene, decision, OPTIONS)).rejects.toMatchObject({
      code: "FORGE_BASE_MOVED",
    });
    expect(await scene.git.branches("promote/")).toEqual([]);
  });

  test("when its commit is not verified: neither branch nor pull request is there", async () => {
    const scene = new Scene();
    scene.forge.signs = { verified: false, reason: "unsigned" };
    await expect(scene.propose()).rejects.toMatchObject({ code: "FORGE_COMMIT_UNVERIFIED" });
    expect((await scene.git.branches("")).map(({ name }) => name)).toEqual(["main"]);
    expect(scene.forge.calls).not.toContain("openPullRequest");
  });

  test("when somebody pushed to its branch: their work is not lost", async () => {
    const scene = new Scene();
    const first = await scene.propose();
    const theirs = await scene.git.commit({
      branch: BRANCH,
      parent: first.commit,
      expected: first.commit,
      change: new Map([["notes.md", Buffer.from("mine")]]),
      message: "a note",
    });
    await expect(scene.propose({ version: "1.1.0" })).rejects.toMatchObject({
      code: "LEDGER_BRANCH_FOREIGN",
    });
    expect(await scene.git.resolve(BRANCH)).toBe(theirs.commit);
  });

  test("when a rival was faster: theirs stands", async () => {
    const scene = new Scene();
    const rival = await decide(scene.git, request({ version: "1.1.0" }), { nonce: "22222222" });
    let raced = false;
    scene.forge.before = async (method) => {
      if (method !== "moveBranches" || raced) return;
      raced = true;
      await proposePullRequest(scene, rival, OPTIONS);
    };
    await expect(scene.propose()).rejects.toMatchObject({ code: "FORGE_RACE_LOST" });
    expect((await scene.git.branches("")).map(({ name }) => name)).toEqual(["main", BRANCH]);
    expect(parsePromotionBlock(scene.forge.pull(1).body).version).toBe("1.1.0");
  });
});

test.each([
  "identity",
  "branches",
  "openPullRequests",
  "createBranch",
  "commitOnBranch",
  "moveBranches",
  "openPullRequest",
  "addLabels",
])("a forge that fails in %s leaves a repository that the next run completes", async (method) => {
  const scene = new Scene();
  scene.forge.before = async (called) => {
    if (called === method) throw gateError("FORGE_UNAVAILABLE", "502");
  };
  const failed = await scene.propose().then(
    (proposal) => proposal.pullRequest?.notes.length,
    () => "refused",
  );
  expect(failed).toBe(method === "addLabels" ? 1 : "refused");
  scene.forge.before = async () => {};
  const { commit } = await scene.propose({}, { nonce: "11111111" });
  expect(await scene.forge.openPullRequests()).toMatchObject([{ headCommit: commit }]);
  expect(await scene.git.facts(commit)).toMatchObject({ parents: [scene.base] });
});
