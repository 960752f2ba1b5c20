import { describe, expect, it } from "vitest";
import { checkSchema } from "../../../src/domain/document/check-schema.ts";
import { formatJson } from "../../../src/domain/document/format.ts";
import { parseJson } from "../../../src/domain/document/json.ts";
import type { AuditReport } from "../../../src/domain/audit.ts";
import { problem } from "../../../src/errors.ts";
import { AUDIT_V1 } from "../../../src/generated/audit-v1.js";
import { reportAudit } from "../../../src/host/reports/audit.ts";
import { auditHeadline, auditMarkdown, auditText } from "../../../src/report/audit.ts";
import { auditInMemory } from "../../support/memory-audit.ts";
import { SMALL_POLICIES } from "../../support/small-policies.ts";
import { SyntheticHistory } from "../../support/synthetic-history.ts";

/** A promotion, then a commit that edits an old pack: that fails. */
async function report(): Promise<AuditReport> {
  const history = new SyntheticHistory({
    versions: [{ id: "m", version: "1.0.0" }],
    policies: SMALL_POLICIES,
  });
  history.promote({ event: "PROMOTE_TO_SHADOW", model: "m", version: "1.0.0" });
  history.tree.write("evidence/m/1.0.0/old/pack.json", "{}\n");
  history.commit();
  return auditInMemory(history);
}

/** With so many reasons at its last commit. */
async function withReasons(count: number): Promise<AuditReport> {
  const plain = await report();
  const reasons = Array.from({ length: count }, (_, n) =>
    problem("CHECK_PACK_FOREIGN", `Reason ${n} \u001b[31m<b>|`, { where: { file: `evidence/${n}` } }),
  );
  const commits = plain.commits.map((one) => (one.outcome === "FAIL" ? { ...one, reasons } : one));
  return { ...plain, commits };
}

describe("the report of an audit", () => {
  it("fits its schema, as it is written", async () => {
    const text = formatJson(await report());
    const read = checkSchema<AuditReport>(parseJson(Buffer.from(text), "audit.json"), AUDIT_V1);
    expect(read.commits.map(({ outcome }) => outcome)).toEqual(["PASS", "PASS", "FAIL"]);
  });

  it("fits into its columns, and has no colours unless told", async () => {
    const found = await withReasons(3);
    const text = auditText(found, { width: 80 });
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(text).not.toContain("\u001b");
    const colored = auditText(found, { width: 80, color: true });
    expect(colored).toContain("\u001b[31mFAIL\u001b[39m");
    // oxlint-disable-next-line no-control-regex -- these are the colours
    expect(colored.replaceAll(/\u001b\[\d+m/g, "")).toBe(text);
  });

  it("shows five reasons of a commit, and says how many are left", async () => {
    const shown = auditText(await withReasons(7)).match(/Reason \d/g);
    expect(shown).toEqual(["Reason 0", "Reason 1", "Reason 2", "Reason 3", "Reason 4"]);
    expect(auditText(await withReasons(7))).toContain("and 2 more reasons in the JSON document");
    expect(auditMarkdown(await withReasons(6))).toContain("and 1 more reason in the JSON document");
    expect(auditText(await withReasons(5))).not.toContain("more reason");
  });
});

describe("the headline of an audit", () => {
  const headline = (commits: number, more: Partial<AuditReport>) => {
    const one = { outcome: "PASS", reasons: [] } as unknown as AuditReport["commits"][number];
    const report = { commits: Array.from({ length: commits }, () => one), problems: [], ...more };
    const told = { head: "0123456789abcdef", outcome: "PASS", audited: commits, count: 1 } as const;
    return auditHeadline({ ...told, ...report } as AuditReport);
  };

  it("counts one commit as one, and says when there was nothing new", () => {
    expect(headline(1, {})).toBe("Audit of 1 commit up to 0123456789ab: PASS. Every commit stands.");
    expect(headline(2, { count: 9 })).toBe(
      "Audit of 2 of 9 commits up to 0123456789ab: PASS. Every commit stands.",
    );
    expect(headline(0, { count: 9 })).toBe(
      "Audit of 0 of 9 commits up to 0123456789ab: PASS. Nothing came since the checkpoint.",
    );
  });

  it("does not say of an acknowledged failure that its commit stands", () => {
    const commits = ["PASS", "EXCEPTED"].map((outcome) => ({ outcome, reasons: [] }));
    const two = { commits: commits as unknown as AuditReport["commits"], count: 2, outcome: "WARN" } as const;
    expect(headline(2, two)).toBe(
      "Audit of 2 commits up to 0123456789ab: WARN. Every other commit stands, 1 failure acknowledged.",
    );
  });

  it("does not pass over what is wrong with the ground", () => {
    const problems = [problem("TRUST_KEY_REVOKED", "The key of the checkpoint is revoked.")];
    expect(headline(0, { count: 9, problems, outcome: "FAIL" })).toBe(
      "Audit of 0 of 9 commits up to 0123456789ab: FAIL. 0 commits failed, 1 objection to the ground.",
    );
  });
});

describe("the audit as a step of a workflow", () => {
  it("counts what failed, names what is proven, and annotates the commit, not a file of today", async () => {
    const { annotations, outcome, outputs, broken } = reportAudit(await withReasons(7));
    expect([outcome, broken]).toEqual(["FAIL", false]);
    expect(outputs).toMatchObject({ count: "3", audited: "3", failed: "1", excepted: "0", transitions: "1" });
    expect(annotations).toHaveLength(3);
    expect(annotations[0]).toMatchObject({ level: "error" });
    expect(annotations[0]?.title).toMatch(/^CHECK_PACK_FOREIGN: [0-9a-f]{12}$/);
    expect(annotations[0]).not.toHaveProperty("where");
    expect(JSON.parse(outputs["claims"] ?? "")).toEqual([
      { id: "SLSA_SOURCE_LEVEL_1", since: expect.stringMatching(/^[0-9a-f]{40}$/) as string },
    ]);
  });

  it("ends as broken when the audit itself failed on a commit", async () => {
    const plain = await report();
    expect(reportAudit({ ...plain, broken: true }).broken).toBe(true);
  });
});
