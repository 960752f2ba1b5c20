import { describe, expect, test } from "vitest";
import { formatPromotionBlock, parsePromotionBlock } from "../../../../src/domain/promotion-block.ts";
import { proposePullRequest } from "../../../../src/usecases/forge/propose-pull-request.ts";
import { record, type RecordedRevision } from "../../../../src/usecases/forge/record.ts";
import type { Proposal } from "../../../../src/usecases/transition/propose.ts";
import { gateError } from "../../../../src/errors.ts";
import { decide, NOW, request, START } from "../../../support/decisions.ts";
import { MemoryForge } from "../../../support/memory-forge.ts";
import { MemoryGit } from "../../../support/memory-git.ts";

const POLICY = `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: ways, version: 1, owners: [ml-platform] }
match: { events: [DISABLE, REVOKE], environments: [prod], models: ["*"] }
requires: { reason: true }
`;

class Scene {
  readonly git = new MemoryGit();
  readonly forge = new MemoryForge(this.git);
  runs = 0;

  constructor() {
    this.git.seed({ ...START, "policies/gates/ways.yaml": POLICY });
  }

  async propose(ask: Parameters<typeof request>[0] = {}): Promise<Proposal> {
    this.runs += 1;
    const nonce = this.runs.toString(16).padStart(8, "0");
    const decision = await decide(this.git, request(ask), { nonce });
    return proposePullRequest(this, decision, { now: NOW, text: "report", roles: {} });
  }

  async promote(ask: Parameters<typeof request>[0] = {}): Promise<string> {
    const { pullRequest } = await this.propose(ask);
    return this.forge.merge(pullRequest?.number ?? 0);
  }

  async record(before: string | null = null): Promise<readonly RecordedRevision[]> {
    const { commit: head } = await this.git.head();
    return record(this, { head, before, branch: "main" });
  }
}

describe("record", () => {
  test("proves the pointer and tells the deployment, with model and digests", async () => {
    const scene = new Scene();
    const commit = await scene.promote();
    const block = parsePromotionBlock(scene.forge.pull(1).body);
    expect(await scene.record()).toMatchObject([
      {
        commit,
        revision: 1,
        pullRequest: { number: 1 },
        deployment: { id: 1, environment: "prod", state: "success", created: true },
        closed: [],
        notes: [],
      },
    ]);
    expect(scene.forge.told).toMatchObject([
      {
        commit,
        environment: "prod",
        state: "success",
        description: "Promote m 1.0.0 to SHADOW in prod",
        payload: {
          model: "m",
          version: "1.0.0",
          revision: 1,
          ledger_digest: block.ledger_digest,
          evidence_digest: block.evidence_digest,
          manifest_digest: block.manifest_digest,
        },
      },
    ]);
  });

  test("records once, however often it runs", async () => {
    const scene = new Scene();
    await scene.promote();
    await scene.record();
    expect(await scene.record()).toMatchObject([{ deployment: { id: 1, created: false } }]);
    expect(scene.forge.told.length).toBe(1);
  });

  test("records every revision of one push, oldest first", async () => {
    const scene = new Scene();
    const before = (await scene.git.head()).commit;
    const first = await scene.promote();
    const second = await scene.promote({ event: "DISABLE" });
    expect((await scene.record(before)).map(({ commit, deployment }) => [commit, deployment?.state])).toEqual(
      [
        [first, "success"],
        [second, "inactive"],
      ],
    );
  });

  test("closes the pull requests that propose a revoked version, and no others", async () => {
    const scene = new Scene();
    await scene.propose({ version: "1.1.0" });
    await scene.propose({ version: "1.0.0", environment: "staging" });
    const commit = await scene.promote({
      event: "REVOKE",
      version: "1.1.0",
      environment: null,
      reason: "leaks *names*",
    });
    expect(await scene.record()).toMatchObject([{ commit, deployment: null, closed: [1] }]);
    expect([scene.forge.pull(1).state, scene.forge.pull(2).state]).toEqual(["closed", "open"]);
    const [comment] = await scene.forge.comments(1);
    expect(comment?.body).toBe(
      "<!-- modelgate:withdrawn -->\n`m 1.1.0` was revoked: leaks \\*names\\*. It can no longer be promoted, so this is closed.",
    );
  });

  test.each<[string, (scene: Scene) => Promise<void>, string]>([
    [
      "somebody pushed a revision",
      async (scene) => void scene.git.merge((await scene.propose()).branch),
      "RECORD_NOT_MERGED",
    ],
    [
      "the head was pushed past the review, which GitHub calls merged",
      async (scene) => {
        const { pullRequest, commit } = await scene.propose();
        scene.git.point("main", commit);
        scene.forge.markMerged(pullRequest?.number ?? 0, commit);
      },
      "RECORD_NOT_MERGED",
    ],
    [
      "the block announces another ledger",
      async (scene) => {
        await scene.promote();
        const block = parsePromotionBlock(scene.forge.pull(1).body);
        const body = formatPromotionBlock({ ...block, ledger_digest: `sha256:${"0".repeat(64)}` });
        await scene.forge.updatePullRequest(1, { body });
      },
      "RECORD_LEDGER_MISMATCH",
    ],
    [
      "the block announces another version",
      async (scene) => {
        await scene.promote();
        const block = parsePromotionBlock(scene.forge.pull(1).body);
        await scene.forge.updatePullRequest(1, {
          body: formatPromotionBlock({ ...block, version: "1.1.0" }),
        });
      },
      "RECORD_LEDGER_MISMATCH",
    ],
    [
      "the block is gone",
      async (scene) => {
        await scene.promote();
        await scene.forge.updatePullRequest(1, { body: "" });
      },
      "FORGE_BLOCK_INVALID",
    ],
    [
      "the revision follows from no other",
      async (scene) => {
        await scene.promote();
        scene.git.seed({ "deployed.json": START["deployed.json"]! });
      },
      "RECORD_CHAIN_BROKEN",
    ],
  ])("refuses when %s, and deploys nothing", async (_, act, code) => {
    const scene = new Scene();
    await act(scene);
    await expect(scene.record()).rejects.toMatchObject({ code });
    expect(scene.forge.told).toEqual([]);
  });

  test("refuses a push that left the pointer where it was", async () => {
    const scene = new Scene();
    await scene.promote();
    const before = (await scene.git.head()).commit;
    scene.git.seed({ "docs/x.md": "x" });
    await expect(scene.record(before)).rejects.toMatchObject({ code: "RECORD_POINTER_UNMOVED" });
  });
});

describe("a deployment whose making was disturbed", () => {
  test("is the same one when the answer was lost", async () => {
    const scene = new Scene();
    await scene.promote();
    const make = scene.forge.createDeployment.bind(scene.forge);
    let lost = 0;
    scene.forge.createDeployment = async (asked) => {
      const made = await make(asked);
      if ((lost += 1) === 1) throw gateError("FORGE_UNAVAILABLE", "502");
      return made;
    };
    expect(await scene.record()).toMatchObject([{ deployment: { id: 1, state: "success", created: true } }]);
    expect(scene.forge.told).toMatchObject([{ state: "success" }]);
  });

  test("is made when nobody had made it, and given up when nobody does", async () => {
    const scene = new Scene();
    await scene.promote();
    const make = scene.forge.createDeployment.bind(scene.forge);
    let failures = 99;
    scene.forge.createDeployment = (asked) => {
      if ((failures -= 1) >= 0) throw gateError("FORGE_UNAVAILABLE", "502");
      return make(asked);
    };
    await expect(scene.record()).rejects.toMatchObject({ code: "FORGE_UNAVAILABLE" });
    expect(failures).toBe(96);
    failures = 2;
    expect(await scene.record()).toMatchObject([{ deployment: { created: true } }]);
    expect(scene.forge.told).toMatchObject([{ state: "success" }]);
  });

  test("is told by the next run when this one ended before it was", async () => {
    const scene = new Scene();
    await scene.promote();
    scene.forge.before = async (method) => {
      if (method === "setDeploymentStatus") throw gateError("FORGE_RATE_LIMITED", "later");
    };
    await expect(scene.record()).rejects.toMatchObject({ code: "FORGE_RATE_LIMITED" });
    scene.forge.before = async () => {};
    expect(await scene.record()).toMatchObject([{ deployment: { id: 1, created: false } }]);
    expect(scene.forge.told).toMatchObject([{ state: "success" }]);
  });
});
