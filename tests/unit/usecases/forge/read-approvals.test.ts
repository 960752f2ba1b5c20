import { describe, expect, test } from "vitest";
import type { ForgePerson } from "../../../../src/domain/approvals.ts";
import { countApprovals } from "../../../../src/policy/judge/approvals.ts";
import { readApprovals } from "../../../../src/usecases/forge/read-approvals.ts";
import { START } from "../../../support/decisions.ts";
import { BOT, MemoryForge } from "../../../support/memory-forge.ts";
import { MemoryGit } from "../../../support/memory-git.ts";

const person = (id: number, login: string): ForgePerson => ({ id, login, kind: "person" });
const ada = person(1, "ada");
const grace = person(2, "grace");
const ROLES = { "release-manager": { people: ["ada", "grace"], teams: [] } };
const ASKED = { atLeast: 1, role: "release-manager", not: ["author", "last-pusher"] };

async function scene(message = "Promote m\n\nModelgate-Event: PROMOTE_TO_SHADOW\n") {
  const git = new MemoryGit();
  const base = git.seed(START);
  const forge = new MemoryForge(git);
  forge.writers.add("ada").add("grace");
  const push = async (parent: string, content: string, actor: ForgePerson): Promise<string> => {
    const change = new Map([["deployed.json", Buffer.from(content)]]);
    const expected = parent === base ? null : parent;
    const { commit } = await git.commit({ branch: "promote/prod/m", parent, expected, change, message });
    forge.pushed("promote/prod/m", { from: parent, to: commit, actor });
    return commit;
  };
  const head = await push(base, "1", BOT);
  await forge.openPullRequest({ head: "promote/prod/m", base: "main", title: "t", body: "b" });
  const read = (of = head, requestedBy: string | null = null) =>
    readApprovals(forge, { number: 1, head: of, roles: ROLES, requestedBy });
  return { git, forge, base, head, push, read };
}

describe("approvals read from the forge", () => {
  test("count for the head that was reviewed", async () => {
    const { forge, head, read } = await scene();
    forge.review(1, { reviewer: grace });
    const facts = await read();
    expect(facts).toMatchObject({ head, lastPusher: BOT, roles: { "release-manager": ["ada", "grace"] } });
    expect(countApprovals(ASKED, facts).outcome).toBe("PASS");
  });

  test("do not count after a push", async () => {
    const { forge, head, read, push } = await scene();
    forge.review(1, { reviewer: grace });
    const second = await push(head, "2", ada);
    expect(countApprovals(ASKED, await read(second)).reason).toBe("GATE_APPROVALS_MISSING");
  });

  test("are refused for a head that is no longer there", async () => {
    const { forge, head, read, push } = await scene();
    forge.review(1, { reviewer: grace });
    await push(head, "2", ada);
    await expect(read(head)).rejects.toMatchObject({ code: "FORGE_HEAD_MOVED" });
  });

  test("are refused when the head moves while they are read", async () => {
    const { forge, head, read, push } = await scene();
    forge.review(1, { reviewer: grace });
    let moved = false;
    forge.before = async (method) => {
      if (method !== "reviews" || moved) return;
      moved = true;
      await push(head, "2", ada);
    };
    await expect(read(head)).rejects.toMatchObject({ code: "FORGE_HEAD_MOVED" });
  });

  test("do not count for whoever pushed an older head back", async () => {
    const { forge, head, read, push } = await scene();
    forge.review(1, { reviewer: grace });
    const second = await push(head, "2", ada);
    forge.pushed("promote/prod/m", { from: second, to: head, actor: grace });
    expect(countApprovals(ASKED, await read(head))).toMatchObject({
      reason: "GATE_APPROVALS_MISSING",
      says: "none given. grace does not count: they pushed last. It can come from ada.",
    });
  });

  test("do not count for who asked for the promotion: the forge's own account is the author", async () => {
    const { forge, head, read } = await scene();
    forge.review(1, { reviewer: grace });
    expect(countApprovals(ASKED, await read(head, "Grace")).reason).toBe("GATE_APPROVALS_MISSING");
  });

  test.each([
    "grace <x@y.org>",
    "Anybody <2+grace@users.noreply.github.com>",
    "x <grace@users.noreply.github.com>",
  ])("do not count for the co-author %s", async (who) => {
    const { forge, read } = await scene(`Promote m\n\nModelgate-Event: X\nCo-authored-by: ${who}\n`);
    forge.review(1, { reviewer: grace });
    expect(countApprovals(ASKED, await read()).reason).toBe("GATE_APPROVALS_MISSING");
  });

  test("cannot be told when the forge names another push than that of the head", async () => {
    const { forge, base, head, read } = await scene();
    forge.review(1, { reviewer: grace });
    forge.lastPush = async () => ({ before: head, after: base, actor: ada });
    expect(countApprovals(ASKED, await read(head)).reason).toBe("GATE_APPROVALS_PUSHER_UNKNOWN");
  });

  test("know who may write, and who is in a team", async () => {
    const { forge, head } = await scene();
    forge.writers.delete("ada");
    forge.teams.set("release", ["grace"]);
    forge.review(1, { reviewer: grace });
    forge.review(1, { reviewer: ada });
    const roles = { "release-manager": { people: [], teams: ["release"] } };
    const facts = await readApprovals(forge, { number: 1, head, roles, requestedBy: null });
    expect(facts).toMatchObject({ writers: [grace.id], roles: { "release-manager": ["grace"] } });
  });
});
