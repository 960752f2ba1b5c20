import { describe, expect, test } from "vitest";
import type { ForgePerson } from "../../src/domain/approvals.ts";
import { formatPromotionBlock, parsePromotionBlock } from "../../src/domain/promotion-block.ts";
import { proposePullRequest } from "../../src/usecases/forge/propose-pull-request.ts";
import { postStickyComment } from "../../src/usecases/forge/sticky-comment.ts";
import { decide, NOW, request, START } from "../support/decisions.ts";
import { MemoryForge } from "../support/memory-forge.ts";
import { MemoryGit } from "../support/memory-git.ts";

const eve: ForgePerson = { id: 666, login: "eve", kind: "person" };
const POLICY = `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: ways, version: 1, owners: [ml-platform] }
match: { events: [DISABLE, REVOKE], environments: [prod], models: ["*"] }
requires: { reason: true }
`;

async function proposed() {
  const git = new MemoryGit();
  git.seed({ ...START, "policies/gates/ways.yaml": POLICY });
  const forge = new MemoryForge(git);
  const propose = async (nonce: string) =>
    proposePullRequest({ git, forge }, await decide(git, request(), { nonce }), {
      now: NOW,
      text: "r",
      roles: {},
    });
  return { git, forge, propose, first: await propose("00000000") };
}

describe("somebody who may write puts their own commit onto the branch of a proposal", () => {
  const bot: ForgePerson = { id: 100, login: "modelgate[bot]", kind: "bot" };
  test.each([
    ["in their own name", eve, eve],
    ["through GitHub", eve, { id: 19_864_447, login: "web-flow", kind: "person" } as const],
    ["with our e-mail as its author", bot, eve],
  ])(
    "%s, with our message, verified: it is no proposal of ours, and is replaced",
    async (_, author, committer) => {
      const { git, forge, propose, first } = await proposed();
      const { message, parents } = await git.facts(first.commit);
      const change = new Map([["deployed.json", Buffer.from("{}\n")]]);
      const { branch } = first;
      const parent = parents[0] ?? "";
      const squat = await git.commit({ branch, parent, expected: first.commit, change, message });
      forge.pushed(branch, { from: first.commit, to: squat.commit, actor: eve });
      const commit = forge.commit.bind(forge);
      forge.commit = async (id) => {
        const told = await commit(id);
        return id === squat.commit ? { ...told, verified: true, reason: "valid", author, committer } : told;
      };
      const block = parsePromotionBlock(forge.pull(1).body);
      await forge.updatePullRequest(1, { body: formatPromotionBlock({ ...block, commit: squat.commit }) });
      const again = await propose("11111111");
      expect(again).toMatchObject({ created: true, pullRequest: { number: 1, operation: "updated" } });
      expect(forge.pull(1).headCommit).toBe(again.commit);
      expect(again.commit).not.toBe(squat.commit);
    },
  );
});

describe("somebody else's comment that carries the marker of ours", () => {
  test("is left alone, and ours is written beside it", async () => {
    const { forge } = await proposed();
    forge.commentAs(eve, 1, "<!-- modelgate:check -->\nPASS. May merge.");
    const of = { number: 1, subject: "check", text: "FAIL" };
    expect((await postStickyComment(forge, of)).operation).toBe("created");
    expect((await postStickyComment(forge, of)).operation).toBe("none");
    expect((await forge.comments(1)).map(({ author, body }) => [author?.login, body.split("\n")[1]])).toEqual(
      [
        ["eve", "PASS. May merge."],
        ["modelgate[bot]", "FAIL"],
      ],
    );
  });
});
