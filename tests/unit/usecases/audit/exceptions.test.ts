import { SMALL_POLICIES } from "../../../support/small-policies.ts";
import { beforeEach, describe, expect, it } from "vitest";
import { formatLedger } from "../../../../src/ledger/ledger-text.ts";
import { auditInMemory, gist, lastOf } from "../../../support/memory-audit.ts";
import { SyntheticHistory, trustOf, newKey } from "../../../support/synthetic-history.ts";

const SHADOW = { event: "PROMOTE_TO_SHADOW", model: "m", version: "1.0.0" } as const;

let history: SyntheticHistory;
let edited: string;

beforeEach(() => {
  history = new SyntheticHistory({ policies: SMALL_POLICIES, versions: [{ id: "m", version: "1.0.0" }] });
  history.tree.write("deployed.json", formatLedger(history.ledger).replace("{}", "[]"));
  edited = history.commit("edit by hand\n");
  history.tree.write("deployed.json", formatLedger(history.ledger));
  history.commit("taken back\n");
});

function acknowledge(commits: readonly string[], reason = "It was taken back at once."): void {
  const entries = commits.flatMap((commit) => [
    `  - commit: ${commit}`,
    `    reason: ${reason}`,
    "    owner: ada",
  ]);
  const text = ["apiVersion: modelgate/v1", "kind: AuditExceptions", "exceptions:", ...entries].join("\n");
  history.tree.write("policies/audit-exceptions.yaml", `${text}\n`);
}

describe("an exception", () => {
  it("acknowledges a failure, which is counted and named, and never passes", async () => {
    acknowledge([edited]);
    history.commit("acknowledge\n");
    history.promote(SHADOW);
    const report = await auditInMemory(history);
    expect(report.commits.map(gist)).toEqual([
      "PASS",
      expect.stringMatching(/^EXCEPTED /),
      "WARN AUDIT_LEDGER_RESTORED",
      "PASS",
      "PASS",
    ]);
    const exception = { commit: edited, reason: "It was taken back at once.", owner: "ada" };
    expect(report).toMatchObject({ outcome: "WARN", exceptions: [exception], problems: [] });
    expect(report.commits[1]?.exception).toEqual(exception);
    const level3 = report.claims.find(({ id }) => id === "SLSA_SOURCE_LEVEL_3");
    expect(level3).toMatchObject({ holds: true, since: report.commits[2]?.commit });
  });

  it("does not count when the commit that brings it fails itself, and a later one does not launder it", async () => {
    acknowledge([edited]);
    history.commit("acknowledge\n", newKey());
    expect(await problemsOf()).toEqual(["AUDIT_EXCEPTION_UNPROVEN"]);
    acknowledge([edited, history.head]);
    history.commit("acknowledge that\n");
    const report = await auditInMemory(history);
    expect(report.commits.map(({ outcome }) => outcome)).toEqual([
      "PASS",
      "FAIL",
      "WARN",
      "EXCEPTED",
      "PASS",
    ]);
    expect(report.problems.map(({ code }) => code)).toEqual(["AUDIT_EXCEPTION_UNPROVEN"]);
    expect(report.outcome).toBe("FAIL");
  });

  it("never brings into force what the commit brought", async () => {
    const mallory = newKey();
    history.tree.write("policies/trust.yaml", trustOf(mallory, 2));
    const coup = history.commit("mine now\n", mallory);
    acknowledge([edited, coup]);
    history.commit("all is well\n", mallory);
    expect(gist(lastOf(await auditInMemory(history)))).toBe("FAIL TRUST_KEY_UNKNOWN");
    acknowledge([edited, coup], "An owner looked at it.");
    history.commit("acknowledge\n");
    history.decide(SHADOW);
    history.commit("promote\n", mallory);
    const { commits } = await auditInMemory(history);
    expect(commits[3]?.outcome).toBe("EXCEPTED");
    expect(gist(lastOf({ ...(await auditInMemory(history)) }))).toBe("FAIL TRUST_KEY_UNKNOWN");
  });

  it("that names nothing that failed is told, and is no failure", async () => {
    const good = history.promote(SHADOW);
    acknowledge([edited, good]);
    history.commit("acknowledge too much\n");
    const report = await auditInMemory(history);
    expect(report.problems.map(({ code }) => code)).toEqual(["AUDIT_EXCEPTION_UNUSED"]);
    expect(report.outcome).toBe("WARN");
  });

  it("is read strictly", async () => {
    history.tree.write(
      "policies/audit-exceptions.yaml",
      "kind: AuditExceptions\nexceptions: [{ commit: HEAD }]\n",
    );
    history.commit("acknowledge\n");
    expect(gist(lastOf(await auditInMemory(history)))).toMatch(/^FAIL DOCUMENT_/);
  });
});

async function problemsOf(): Promise<string[]> {
  return (await auditInMemory(history)).problems.map(({ code }) => code);
}
