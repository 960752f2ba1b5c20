import { madeBy } from "../../support/ledgers.ts";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditReport } from "../../../src/domain/audit.ts";
import type { Ledger } from "../../../src/domain/ledger.ts";
import { formatLedger, parseLedger } from "../../../src/ledger/ledger-text.ts";
import { apply } from "../../../src/ledger/apply.ts";
import { type AuditScene, auditScene } from "../../support/audit-scene.ts";
import { codesOf } from "../../support/check-scene.ts";
import { gistOn } from "../../support/governed-commits.ts";

/** Somebody who may push to main, and whose key may sign promotions, leaves the gate out. */
describe("deployed.json pushed to main without the gate", () => {
  let scene: AuditScene;
  let report: AuditReport;
  let before: string;
  let lawful: string;
  const commits: Record<string, string> = {};
  const push = (name: string, text: string): void => {
    writeFileSync(join(scene.root, "deployed.json"), text);
    commits[name] = scene.commit({}, name);
  };
  const edited = (change: (ledger: Ledger) => Ledger): string =>
    formatLedger(change(parseLedger(Buffer.from(lawful))));

  /** What apply makes of one more transition, which names the evidence of the one before. */
  function onTop(): Ledger {
    const ledger = parseLedger(Buffer.from(lawful));
    const next = { ...madeBy(ledger), version: "1.1.0", environment: "staging", reason: "trust me" };
    return apply(ledger, next, [{ name: "staging", canaryPhases: [] }]);
  }

  beforeAll(async () => {
    scene = await auditScene(["flight-delay@1.0.0", "flight-delay@1.1.0"]);
    const branch = await scene.check.propose({});
    before = scene.git("rev-parse", "HEAD");
    const proposed = `${scene.git("show", `${branch}:deployed.json`)}\n`;
    push("as the gate would have written it, without evidence", proposed);
    scene.git("reset", "-q", "--hard", before);
    scene.check.merge(branch);
    lawful = readFileSync(join(scene.root, "deployed.json"), "utf8");
    commits["lawful"] = scene.git("rev-parse", "HEAD");
    push(
      "another version in the slot",
      edited((ledger) => JSON.parse(JSON.stringify(ledger).replaceAll('"1.0.0"', '"1.1.0"')) as Ledger),
    );
    push("put back", lawful);
    push(
      "from the first revision again",
      edited((ledger) => ({ ...ledger, models: {} })),
    );
    push("put back again", lawful);
    push("a transition on top, by the evidence of another", formatLedger(onTop()));
    report = await scene.audit();
  });
  afterAll(() => scene[Symbol.dispose]());

  it.each([
    ["lawful", "PASS"],
    ["another version in the slot", "FAIL LEDGER_APPLY_MISMATCH"],
    ["put back", "WARN AUDIT_LEDGER_RESTORED"],
    ["from the first revision again", "FAIL LEDGER_APPLY_MISMATCH"],
    ["put back again", "WARN AUDIT_LEDGER_RESTORED"],
    ["a transition on top, by the evidence of another", "FAIL CHECK_PACK_MISSING"],
  ])("%s", (name, gist) => {
    expect(gistOn(report, commits[name]!)).toBe(gist);
  });

  it("is named by its commit, be it the gate's own bytes", async () => {
    const name = "as the gate would have written it, without evidence";
    const head = commits[name]!;
    const found = await scene.audit({ head });
    expect(gistOn(found, head)).toBe("FAIL CHECK_PACK_MISSING");
    expect(codesOf(await scene.check.check(before, head))).toEqual(["CHECK_PACK_MISSING"]);
  });
});
