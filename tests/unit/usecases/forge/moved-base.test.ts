import { describe, expect, test } from "vitest";
import { parsePromotionBlock } from "../../../../src/domain/promotion-block.ts";
import { forgeProposals } from "../../../../src/usecases/forge/proposals.ts";
import { transact, type TransitionResult } from "../../../../src/usecases/transition/transact.ts";
import { decide, NOW, request, START } from "../../../support/decisions.ts";
import { MemoryForge } from "../../../support/memory-forge.ts";
import { MemoryGit } from "../../../support/memory-git.ts";

const GATE = `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: shadow, version: 1, owners: [ml-platform] }
match: { events: [PROMOTE_TO_SHADOW], environments: [prod], models: ["*"] }
objectives:
  - { id: parity, metric: parity.max_abs_diff, hard: "<= 1e-5", why: w, fix: f }
`;

class Scene {
  readonly git = new MemoryGit();
  readonly forge = new MemoryForge(this.git);
  judged = 0;

  constructor() {
    this.git.seed({ ...START, "policies/gates/shadow.yaml": GATE });
  }

  /** Something lands on main of the forge. */
  move(): string {
    return this.git.seed({ "docs/notes.md": `${this.judged}` });
  }

  /** Promotes; `meanwhile` happens after each decision. */
  promote(meanwhile: () => unknown): Promise<TransitionResult> {
    const judge = async (of: ReturnType<typeof request>) => {
      this.judged += 1;
      const decision = await decide(this.git, of, { nonce: String(this.judged).padStart(8, "0") });
      meanwhile();
      return decision;
    };
    const proposals = forgeProposals(this, {});
    return transact({ git: this.git, judge, describe: () => "# Report\n", proposals }, request(), {
      now: NOW,
    });
  }
}

describe("a base that moves on the forge", () => {
  test("once: there is one pull request, of the second decision, on the new base", async () => {
    const scene = new Scene();
    let base = "";
    const result = await scene.promote(() => (base ||= scene.move()));
    expect(result).toMatchObject({
      kind: "proposed",
      decision: { baseCommit: base, verdict: { run_id: expect.stringMatching(/_00000002$/) } },
      proposal: { pullRequest: { number: 1, operation: "created" } },
    });
    expect(parsePromotionBlock(scene.forge.pull(1).body)).toMatchObject({ base_commit: base });
    expect(await scene.git.facts(scene.forge.pull(1).headCommit)).toMatchObject({ parents: [base] });
    expect((await scene.git.branches("")).map(({ name }) => name)).toEqual(["main", "promote/prod/m"]);
  });

  test("again and again: nothing was written, and nobody tries for ever", async () => {
    const scene = new Scene();
    await expect(scene.promote(() => scene.move())).rejects.toMatchObject({
      problems: [
        {
          code: "FORGE_BASE_MOVED",
          message: expect.stringMatching(/It moved each of the 3 times that it was judged\.$/),
          fix: expect.stringMatching(/^Run the workflow again/),
        },
      ],
    });
    expect(scene.judged).toBe(3);
    expect((await scene.git.branches("")).map(({ name }) => name)).toEqual(["main"]);
    expect(scene.forge.calls).not.toContain("createBranch");
    expect(scene.forge.calls).not.toContain("openPullRequest");
  });

  test("to another history, or away: it is not judged again", async () => {
    const rewritten = new Scene();
    const rewrite = (): void => {
      rewritten.git.point("main", null);
      rewritten.git.seed(START);
    };
    await expect(rewritten.promote(rewrite)).rejects.toMatchObject({
      code: "FORGE_BASE_MOVED",
      message: expect.stringMatching(/The branch main was rewritten/),
    });
    expect(rewritten.judged).toBe(1);
    const gone = new Scene();
    gone.forge.branch = async () => null;
    gone.forge.branches = async (names) => names.map(() => null);
    await expect(gone.promote(() => {})).rejects.toMatchObject({
      code: "FORGE_BASE_MOVED",
      message: expect.stringMatching(/does not exist/),
    });
    expect(gone.judged).toBe(1);
  });

  test("under an open pull request: that one follows, and its reviewers are told", async () => {
    const scene = new Scene();
    await scene.promote(() => {});
    let base = "";
    const result = await scene.promote(() => (base ||= scene.move()));
    expect(result).toMatchObject({ proposal: { pullRequest: { number: 1, operation: "updated" } } });
    expect(await scene.git.facts(scene.forge.pull(1).headCommit)).toMatchObject({ parents: [base] });
    expect((await scene.forge.comments(1))[0]?.body).toContain("the base moved from");
  });
});
