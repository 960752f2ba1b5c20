import { madeBy, withEntry } from "../../../support/ledgers.ts";
import { beforeEach, describe, expect, it } from "vitest";
import { formatJson } from "../../../../src/domain/document/format.ts";
import type { Ledger } from "../../../../src/domain/ledger.ts";
import { formatLedger } from "../../../../src/ledger/ledger-text.ts";
import { auditInMemory, gist, lastOf } from "../../../support/memory-audit.ts";
import { SMALL_POLICIES } from "../../../support/small-policies.ts";
import { newKey, SyntheticHistory, trustOf } from "../../../support/synthetic-history.ts";
import { syntheticVersion } from "../../../support/synthetic-version.ts";

const VERSIONS = [
  { id: "m", version: "1.0.0" },
  { id: "m", version: "1.1.0" },
  { id: "n", version: "1.0.0" },
];
const SHADOW = { event: "PROMOTE_TO_SHADOW", model: "m", version: "1.0.0" } as const;
const CANARY = { event: "PROMOTE_TO_CANARY", model: "m", version: "1.0.0", phase: "5%" } as const;

let history: SyntheticHistory;

beforeEach(() => {
  history = new SyntheticHistory({ versions: VERSIONS, policies: SMALL_POLICIES });
});

async function last(): Promise<string> {
  return gist(lastOf(await auditInMemory(history)));
}

function manifestOf(version: string): string {
  return syntheticVersion("m", version).get("manifest.json") ?? "";
}

/** The ledger as it stands, with something changed by hand. */
function handEdit(edit: (ledger: Ledger) => Ledger): void {
  history.tree.write("deployed.json", formatLedger(edit(history.ledger)));
}

describe("a commit that promotes", () => {
  it("passes with its signer and its transition", async () => {
    history.promote(SHADOW);
    const report = await auditInMemory(history);
    expect(lastOf(report)).toMatchObject({
      position: 1,
      kind: "promotion",
      outcome: "PASS",
      reasons: [],
      signer: { principal: "ada" },
      transition: { revision: 1, event: "PROMOTE_TO_SHADOW", verdict: "PASS", approved_by: [] },
    });
    expect(report).toMatchObject({ outcome: "PASS", broken: false, count: 2, audited: 2, transitions: 1 });
  });

  it("passes where history facts decide: soak is counted from the walk itself", async () => {
    history.promote(SHADOW);
    history.promote({ ...SHADOW, model: "n" });
    history.promote(CANARY);
    expect(await last()).toBe("PASS");
  });

  it.each([
    ["without its evidence", "FAIL CHECK_PACK_MISSING"],
    ["with another byte in it", "FAIL EVIDENCE_DIGEST_MISMATCH"],
    ["with a file that nobody listed", "FAIL EVIDENCE_UNLISTED"],
    ["with a verdict of one's own", "FAIL CHECK_VERDICT_MISMATCH"],
    ["with a verdict of one's own in words and numbers", "FAIL CHECK_VERDICT_MISMATCH"],
    ["with one sentence more than the verdict has", "FAIL CHECK_VERDICT_MISMATCH"],
    [
      "with a verdict that says twice what was refused, the second time without end",
      "FAIL DOCUMENT_DUPLICATE_KEY DOCUMENT_TOO_DEEP",
    ],
    ["with a file of another pack", "FAIL CHECK_PACK_FOREIGN"],
    ["with other code", "FAIL CHECK_MIXTURE CHECK_PACK_FOREIGN"],
    ["unsigned", "FAIL AUDIT_UNSIGNED"],
    ["signed by a stranger", "FAIL TRUST_KEY_UNKNOWN"],
  ])("fails %s", async (how, expected) => {
    const transition = history.decide(SHADOW);
    const folder = `evidence/m/1.0.0/${transition.run_id}`;
    let key: SyntheticHistory["key"] | null = history.key;
    if (how === "without its evidence") history.tree.write(folder, null);
    if (how === "with another byte in it") history.tree.write(`${folder}/verdict.json`, "{}\n");
    if (how === "with a file that nobody listed") history.tree.write(`${folder}/more.json`, "{}\n");
    if (how === "with a file of another pack") history.tree.write("evidence/m/1.0.0/other/pack.json", "{}\n");
    if (how === "with other code") history.tree.write("src/train.py", "print()\n");
    if (how === "unsigned") key = null;
    if (how === "signed by a stranger") key = newKey();
    if (how === "with a verdict of one's own") await forgeVerdict(folder, { samples: 1_000_000 });
    if (how.endsWith("in words and numbers"))
      await forgeVerdict(folder, { says: "Good.", samples: 1_000_000 });
    if (how.startsWith("with one sentence more")) await forgeVerdict(folder, { group: "It is fine." });
    if (how.startsWith("with a verdict that says twice")) await sealVerdict(folder, ENDLESS);
    history.commit("promote\n", key);
    expect(await last()).toBe(expected);
  });

  const ENDLESS = `{
  "policies": [{ "requirements": [{ "id": "x", "outcome": "NOT_APPLICABLE" }] }],
  "refused_before": [],
  "refused_before": ${"[".repeat(20_000)}${"]".repeat(20_000)}
}
`;

  it("warns where all that differs are sentences, which another version words otherwise", async () => {
    const transition = history.decide(SHADOW);
    const folder = `evidence/m/1.0.0/${transition.run_id}`;
    await forgeVerdict(folder, { says: "It is fine.", title: "what was sealed" });
    history.commit("promote\n");
    const report = await auditInMemory(history);
    expect(report.outcome).toBe("WARN");
    expect(lastOf(report)).toMatchObject({
      outcome: "WARN",
      transition: { revision: 1, verdict: "PASS" },
      reasons: [
        {
          code: "AUDIT_VERDICT_REWORDED",
          where: { file: `${folder}/verdict.json`, pointer: "/policies/0/objectives/0/says" },
        },
      ],
    });
  });

  async function forgeVerdict(folder: string, objective: Readonly<Record<string, unknown>>): Promise<void> {
    const verdict = await history.read<{ policies: { objectives: object[] }[] }>(`${folder}/verdict.json`);
    Object.assign(verdict.policies[0]?.objectives[0] ?? {}, objective);
    await sealVerdict(folder, formatJson(verdict));
  }

  /** A careful forger keeps all digests in step. */
  async function sealVerdict(folder: string, text: string): Promise<void> {
    const { digestOf } = await import("../../../../src/domain/digest.ts");
    const pack = await history.read<{ files: { path: string; sha256: string; size: number }[] }>(
      `${folder}/pack.json`,
    );
    history.tree.write(`${folder}/verdict.json`, text);
    for (const entry of pack.files.filter(({ path }) => path === "verdict.json"))
      Object.assign(entry, { sha256: digestOf(text), size: text.length });
    history.tree.write(`${folder}/pack.json`, formatJson(pack));
    handEdit((ledger) => {
      const transition = madeBy(ledger);
      const sealed = { ...transition, evidence_digest: digestOf(formatJson(pack)) };
      return withEntry(ledger, transition.model, { transition: sealed });
    });
  }

  it("fails when the ledger says more than its transition does", async () => {
    history.decide(SHADOW);
    handEdit((ledger) =>
      withEntry(ledger, "n", {
        revision: 1,
        previous: madeBy(ledger).policy_digest,
        transition: { ...madeBy(ledger), model: "n" },
      }),
    );
    history.commit();
    expect(await last()).toBe("FAIL LEDGER_APPLY_MISMATCH");
  });

  it("tells the verdict on each commit: one failure hides no other", async () => {
    history.decide(SHADOW);
    history.commit("unsigned\n", null);
    history.promote(CANARY);
    const { commits, outcome } = await auditInMemory(history);
    expect(commits.map(gist)).toEqual(["PASS", "FAIL AUDIT_UNSIGNED", "PASS"]);
    expect(outcome).toBe("FAIL");
  });
});

describe("a ledger that was edited by hand", () => {
  beforeEach(() => {
    history.promote(SHADOW);
  });

  it("fails, and so does what builds on it, until it is put back", async () => {
    const before = history.ledger;
    handEdit((ledger) => ({ ...ledger, models: {} }));
    history.commit("edit\n");
    history.tree.write("deployed.json", formatLedger(before));
    history.commit("put back\n");
    history.promote({ ...SHADOW, version: "1.1.0" });
    const { commits } = await auditInMemory(history);
    expect(commits.slice(2).map(gist)).toEqual([
      "FAIL LEDGER_APPLY_MISMATCH",
      "WARN AUDIT_LEDGER_RESTORED",
      "PASS",
    ]);
  });

  it("gives no ground to a transition that follows from it byte for byte", async () => {
    const { apply } = await import("../../../../src/ledger/apply.ts");
    const { ENVIRONMENTS, toShadow } = await import("../../../support/transitions.ts");
    const edited: Ledger = { ...history.ledger, models: {} };
    history.tree.write("deployed.json", formatLedger(edited));
    history.commit("edit\n");
    history.tree.write("deployed.json", formatLedger(apply(edited, toShadow("1.1.0"), ENVIRONMENTS)));
    history.commit("on top\n");
    expect(await last()).toBe("FAIL AUDIT_LEDGER_UNLAWFUL");
  });

  it("fails when it is deleted, or comes back as if nothing had happened", async () => {
    history.tree.write("deployed.json", null);
    history.commit("delete\n");
    const { GENESIS } = await import("../../../../src/ledger/ledger-text.ts");
    history.tree.write("deployed.json", formatLedger(GENESIS));
    history.commit("again\n");
    const { commits } = await auditInMemory(history);
    expect(commits.slice(2).map(gist)).toEqual([
      "FAIL CHECK_LEDGER_DELETED CHECK_PACK_FOREIGN",
      "FAIL AUDIT_LEDGER_UNLAWFUL",
    ]);
  });

  it("fails when merged evidence is edited, and when it is deleted", async () => {
    const folder = `evidence/m/1.0.0/${madeBy(history.ledger).run_id}`;
    history.tree.write(`${folder}/verdict.json`, "{}\n");
    history.commit("edit\n");
    expect(await last()).toBe("FAIL CHECK_EVIDENCE_IMMUTABLE CHECK_PACK_FOREIGN");
    history.tree.write(`${folder}/verdict.json`, null);
    history.commit("delete\n");
    expect(await last()).toBe("FAIL CHECK_EVIDENCE_IMMUTABLE CHECK_PACK_FOREIGN");
  });
});

describe("a commit that registers", () => {
  it("passes for a new version, and fails for an edit, an addition and a manifest of another version", async () => {
    history.register("m", "1.2.0");
    history.commit("register\n");
    history.tree.write("models/m/1.0.0/manifest.json", manifestOf("1.0.1"));
    history.commit("edit\n");
    history.tree.write("models/m/1.1.0/extra.bin", "x");
    history.commit("add\n");
    history.tree.write("models/m/1.3.0/manifest.json", manifestOf("9.9.9"));
    history.commit("misname\n");
    history.tree.write("models/m/1.4.0/CHANGES.md", "x");
    history.commit("no manifest\n");
    const { commits } = await auditInMemory(history);
    expect(commits.slice(1).map(gist)).toEqual([
      "PASS",
      "FAIL MANIFEST_VERSION_IMMUTABLE",
      "FAIL MANIFEST_VERSION_IMMUTABLE",
      "FAIL MANIFEST_REF_MISMATCH",
      "FAIL MANIFEST_MISSING",
    ]);
  });
});

describe("a commit that changes policies", () => {
  const FILE = "policies/gates/shadow.yaml";

  async function rewrite(version: number, more = ""): Promise<void> {
    const text = (await history.text(FILE)).replace(/version: \d+/, `version: ${version}`);
    history.tree.write(FILE, `${text.replace(/\n# more.*/s, "\n")}${more}`);
    history.commit(`version ${version}\n`);
  }

  it("passes as long as versions grow", async () => {
    await rewrite(2);
    await rewrite(5);
    expect((await auditInMemory(history)).outcome).toBe("PASS");
  });

  it("is no way back to an older text, also by removing the file in between", async () => {
    const first = await history.text(FILE);
    await rewrite(2);
    history.tree.write(FILE, first);
    history.commit("back\n");
    expect(await last()).toBe("FAIL POLICY_ROLLBACK");
    await rewrite(3);
    history.tree.write(FILE, null);
    history.commit("remove\n");
    expect(await last()).toBe("PASS");
    await rewrite(3, "# more\n").catch(() => undefined);
    history.tree.write(FILE, first.replace("version: 1", "version: 3"));
    history.commit("again\n");
    expect(await last()).toBe("FAIL POLICY_VERSION_NOT_RAISED");
  });

  it("fails when one version would mean two texts, or no text at all", async () => {
    await rewrite(1, "# more\n");
    expect(await last()).toBe("FAIL POLICY_VERSION_NOT_RAISED");
    history.tree.write(FILE, "kind: [\n");
    history.commit("broken\n");
    expect(await last()).toMatch(/^FAIL DOCUMENT_/);
  });
});

describe("keys", () => {
  it("count from the commit after the one that brings them", async () => {
    const grace = newKey();
    history.tree.write("policies/trust.yaml", both(history.key, grace, 2));
    history.commit("trust grace\n", grace);
    expect(await last()).toBe("FAIL TRUST_KEY_UNKNOWN");
    history.decide(SHADOW);
    history.commit("promote\n", grace);
    // What nobody entitled to it has signed never comes into force.
    expect(await last()).toBe("FAIL TRUST_KEY_UNKNOWN");
  });

  it("sign from the next commit on when an owner has added them", async () => {
    const grace = newKey();
    history.tree.write("policies/trust.yaml", both(history.key, grace, 2));
    history.commit("trust grace\n");
    history.decide(SHADOW);
    history.commit("promote\n", grace);
    const { commits } = await auditInMemory(history);
    expect(commits.slice(1).map(gist)).toEqual(["PASS", "PASS"]);
    expect(commits.at(-1)?.signer?.principal).toBe("grace");
  });

  it("stay in force when the file is deleted or rolled back", async () => {
    const first = trustOf(history.key);
    history.tree.write("policies/trust.yaml", both(history.key, newKey(), 2));
    history.commit("more\n");
    history.tree.write("policies/trust.yaml", first);
    history.commit("less\n");
    expect(await last()).toBe("FAIL TRUST_ROLLBACK TRUST_KEY_REMOVED");
    history.tree.write("policies/trust.yaml", null);
    history.commit("none\n");
    expect(await last()).toBe("FAIL TRUST_FILE_REMOVED");
    history.decide(SHADOW);
    history.commit("promote\n", null);
    expect(await last()).toBe("FAIL AUDIT_UNSIGNED");
  });

  it("are not asked for where there is no trust.yaml, and the report says so", async () => {
    history = new SyntheticHistory({ versions: VERSIONS, policies: SMALL_POLICIES, trust: null });
    history.decide(SHADOW);
    history.commit("promote\n", null);
    const report = await auditInMemory(history);
    expect(report.commits.map(gist)).toEqual(["PASS", "PASS"]);
    expect(report.trust).toBeNull();
    expect(report.claims.filter(({ holds }) => holds).map(({ id }) => id)).toEqual([
      "SLSA_SOURCE_LEVEL_1",
      "ORG_SOURCE_MODELGATE_TRANSITIONS_REPLAYED",
    ]);
    expect(report.unproven[0]).toContain("Who made any change");
  });
});

function both(ada: SyntheticHistory["key"], grace: SyntheticHistory["key"], version: number): string {
  const second = trustOf(grace).split("\n").slice(4).join("\n").replaceAll("ada", "grace");
  return `${trustOf(ada, version)}${second}`;
}
