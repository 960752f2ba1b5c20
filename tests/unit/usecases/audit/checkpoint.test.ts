import type { KeyObject } from "node:crypto";
import { SMALL_POLICIES } from "../../../support/small-policies.ts";
import { beforeEach, describe, expect, it } from "vitest";
import { keyObjectSigner } from "../../../../src/adapters/signing/key-object.ts";
import type { Checkpoint } from "../../../../src/domain/audit.ts";
import { GateError } from "../../../../src/errors.ts";
import { formatCheckpoint, parseCheckpoint } from "../../../../src/ledger/audit/checkpoint.ts";
import { auditedInMemory, auditInMemory, gist } from "../../../support/memory-audit.ts";
import { newKey, SyntheticHistory, trustOf } from "../../../support/synthetic-history.ts";

const VERSIONS = [
  { id: "m", version: "1.0.0" },
  { id: "m", version: "1.1.0" },
];
const SHADOW = { event: "PROMOTE_TO_SHADOW", model: "m", version: "1.0.0" } as const;
const NEXT = { event: "PROMOTE_TO_SHADOW", model: "m", version: "1.1.0" } as const;

let history: SyntheticHistory;

beforeEach(() => {
  history = new SyntheticHistory({ policies: SMALL_POLICIES, versions: VERSIONS });
  history.promote(SHADOW);
});

async function checkpoint(key: KeyObject | null = history.key): Promise<Checkpoint> {
  const audited = await auditedInMemory(history);
  const made = await audited.checkpoint(key && keyObjectSigner(key));
  if (!made) throw new Error("There is no checkpoint.");
  return made;
}

async function codesOf(from: Checkpoint): Promise<readonly string[]> {
  try {
    return (await auditInMemory(history, { checkpoint: from })).problems.map(({ code }) => code);
  } catch (error) {
    if (error instanceof GateError) return error.problems.map(({ code }) => code);
    throw error;
  }
}

describe("a checkpoint", () => {
  it("is a signed file that says where the audit ended", async () => {
    const made = await checkpoint();
    expect(parseCheckpoint(Buffer.from(formatCheckpoint(made)), "c.json")).toEqual(made);
    expect(made).toMatchObject({
      head: history.head,
      count: 2,
      transitions: 1,
      trust_root: history.objects.commits[0],
      excepted: 0,
      lapse: null,
      policy_versions: { shadow: 1, "policies/gates/shadow.yaml": 1 },
    });
  });

  it("lets the next audit look at the new commits only, and claim what the whole line proves", async () => {
    const from = await checkpoint();
    history.promote(NEXT);
    const [rest, whole] = [await auditInMemory(history, { checkpoint: from }), await auditInMemory(history)];
    expect(rest.commits).toEqual(whole.commits.slice(2));
    expect(rest).toMatchObject({ outcome: "PASS", audited: 1, count: 3, transitions: 2 });
    const since = (id: string) => rest.claims.find((claim) => claim.id === id)?.since;
    expect(since("SLSA_SOURCE_LEVEL_2")).toBe(history.objects.commits[0]);
  });

  it("carries the highest version of policies that are gone", async () => {
    const file = "policies/gates/shadow.yaml";
    const first = await history.text(file);
    history.tree.write(file, first.replace("version: 1", "version: 4"));
    history.commit();
    history.tree.write(file, null);
    history.commit();
    const from = await checkpoint();
    history.tree.write(file, first);
    history.commit();
    const { commits } = await auditInMemory(history, { checkpoint: from });
    expect(commits.map(gist)).toEqual(["FAIL POLICY_ROLLBACK"]);
  });

  it.each([
    ["another head", { head: "0".repeat(40) }, "AUDIT_HISTORY_REWRITTEN"],
    ["another count", { count: 1 }, "AUDIT_HISTORY_REWRITTEN"],
    ["a count beyond the line", { count: 1000 }, "AUDIT_HISTORY_REWRITTEN"],
    ["another revision", { transitions: 7 }, "AUDIT_CHECKPOINT_INVALID"],
    ["another ledger", { ledger_digest: null }, "AUDIT_CHECKPOINT_INVALID"],
    ["other keys", { trust_digest: null }, "AUDIT_CHECKPOINT_INVALID"],
    ["an edited version", { policy_versions: {} }, "SIGNATURE_WRONG"],
    ["an edited lapse", { lapse: "0".repeat(40) }, "SIGNATURE_WRONG"],
    ["no signature", { signature: null }, "AUDIT_CHECKPOINT_UNSIGNED"],
    ["a signature that is none", { signature: "AAAA" }, "SIGNATURE_MALFORMED"],
  ] as const)("with %s is refused", async (_, edit, code) => {
    const made = await checkpoint();
    expect(await codesOf({ ...made, ...edit })).toContain(code);
  });

  it("detects that a transition was taken out of the line", async () => {
    const start = new SyntheticHistory({ policies: SMALL_POLICIES, versions: VERSIONS });
    history.promote(NEXT);
    const from = await checkpoint();
    history = start;
    history.promote(SHADOW);
    history.promote({ ...SHADOW, environment: "staging" });
    expect(await codesOf(from)).toEqual(["AUDIT_HISTORY_REWRITTEN"]);
  });

  it("is not written by a key that nobody trusts with it, nor unsigned where keys are known", async () => {
    await expect(checkpoint(newKey())).rejects.toMatchObject({ code: "TRUST_KEY_UNKNOWN" });
    await expect(checkpoint(null)).rejects.toThrow("There is no checkpoint.");
  });

  it("is not written after a failure", async () => {
    history.decide(NEXT);
    history.commit("unsigned\n", null);
    await expect(checkpoint()).rejects.toThrow("There is no checkpoint.");
  });

  it("falls with its key: a revocation later on the line takes it back", async () => {
    const bot = newKey();
    const of = (version: number, end = "") =>
      `${trustOf(history.key, version)}${trustOf(bot).split("\n").slice(4, -1).join("\n").replaceAll("ada", "bot")}\n${end}`;
    history.tree.write("policies/trust.yaml", of(2));
    history.commit();
    const from = await checkpoint(bot);
    history.tree.write("policies/trust.yaml", of(3, "        revoked: { reason: stolen }\n"));
    history.commit();
    expect(await codesOf(from)).toEqual(["TRUST_KEY_REVOKED"]);
  });

  it("needs no signature where there is no trust.yaml", async () => {
    history = new SyntheticHistory({ policies: SMALL_POLICIES, versions: VERSIONS, trust: null });
    const from = await checkpoint(null);
    history.decide(SHADOW);
    history.commit("promote\n", null);
    expect((await auditInMemory(history, { checkpoint: from })).commits.map(gist)).toEqual(["PASS"]);
  });
});

describe("an audit from a revision", () => {
  it("takes that commit as given, and claims nothing before it", async () => {
    history.promote(NEXT);
    const [, middle = ""] = history.objects.commits;
    const report = await auditInMemory(history, { from: middle });
    expect(report.commits.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      "root PASS",
      "promotion PASS",
    ]);
    expect(new Set(report.claims.filter(({ holds }) => holds).map(({ since }) => since))).toEqual(
      new Set([middle]),
    );
  });

  it("refuses one that is not on the line", async () => {
    const other = new SyntheticHistory({
      policies: SMALL_POLICIES,
      versions: VERSIONS,
      start: 1_600_000_000,
    });
    await expect(auditInMemory(history, { from: other.head })).rejects.toMatchObject({
      code: "GIT_UNKNOWN_REVISION",
    });
  });
});
