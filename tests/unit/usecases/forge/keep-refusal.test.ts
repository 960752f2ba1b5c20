import { expect, test } from "vitest";
import { keepRefusal } from "../../../../src/usecases/forge/keep-refusal.ts";
import { proposePullRequest } from "../../../../src/usecases/forge/propose-pull-request.ts";
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

function scene() {
  const git = new MemoryGit();
  const base = git.seed({ ...START, "policies/gates/shadow.yaml": GATE });
  return { git, base, forge: new MemoryForge(git) };
}

const text = "Promote m 1.0.0: FAIL.\n";

test("keeps each refusal on one append-only ref, signed by the forge", async () => {
  const { git, base, forge } = scene();
  const first = await keepRefusal({ forge }, await decide(git, request(), { outcome: "FAIL" }), {
    text,
  });
  const again = await decide(git, request(), { outcome: "INCONCLUSIVE", nonce: "11111111" });
  const second = await keepRefusal({ forge }, again, { text });
  expect(first).toMatchObject({ ref: "refs/modelgate/refusals", signed: true, withdrawn: null });
  expect((await git.facts(first.commit)).parents).toEqual([]);
  expect((await git.facts(second.commit)).parents).toEqual([first.commit]);
  expect(await git.resolve("refs/modelgate/refusals")).toBe(second.commit);
  expect(await git.folders(second.commit, "evidence/m/1.0.0")).toHaveLength(2);
  expect(await git.branches("")).toEqual([{ name: "main", commit: base }]);
});

test("closes the pull request that proposed the refused version, with the report", async () => {
  const { git, forge } = scene();
  await proposePullRequest({ git, forge }, await decide(git, request()), {
    now: NOW,
    text: "fine",
    roles: {},
  });
  const refused = await decide(git, request(), { outcome: "FAIL", nonce: "11111111" });
  expect((await keepRefusal({ forge }, refused, { text })).withdrawn).toMatchObject({
    number: 1,
    notes: [],
  });
  expect(forge.pull(1).state).toBe("closed");
  expect((await forge.comments(1))[0]?.body).toMatch(
    /^<!-- modelgate:refusal -->\nPromote m 1\.0\.0: FAIL\./,
  );
});

test("leaves the pull request of another version alone", async () => {
  const { git, forge } = scene();
  const other = await decide(git, request({ version: "1.1.0" }));
  await proposePullRequest({ git, forge }, other, { now: NOW, text: "fine", roles: {} });
  const refused = await decide(git, request(), { outcome: "FAIL" });
  expect((await keepRefusal({ forge }, refused, { text })).withdrawn).toBe(null);
  expect(forge.pull(1).state).toBe("open");
});

test("appends behind a rival who was faster", async () => {
  const { git, forge } = scene();
  const rival = await decide(git, request(), { outcome: "FAIL", nonce: "22222222" });
  let raced = false;
  forge.before = async (method) => {
    if (method !== "appendRecord" || raced) return;
    raced = true;
    await keepRefusal({ forge }, rival, { text });
  };
  const mine = await keepRefusal({ forge }, await decide(git, request(), { outcome: "FAIL" }), { text });
  const [parent = ""] = (await git.facts(mine.commit)).parents;
  expect((await git.facts(parent)).message).toContain("_22222222");
});

test("keeps nothing that may merge", async () => {
  const { git, forge } = scene();
  const kept = keepRefusal({ forge }, await decide(git, request()), { text });
  await expect(kept).rejects.toMatchObject({ code: "LEDGER_NOT_REFUSED" });
  expect(forge.calls).toEqual([]);
});

test("keeps also what the forge does not sign, and says so", async () => {
  const { git, forge } = scene();
  forge.signs = { verified: false, reason: "unsigned" };
  const kept = await keepRefusal({ forge }, await decide(git, request(), { outcome: "FAIL" }), { text });
  expect(kept.signed).toBe(false);
  expect(await git.resolve("refs/modelgate/refusals")).toBe(kept.commit);
});
