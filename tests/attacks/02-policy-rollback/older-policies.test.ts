import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditReport } from "../../../src/domain/audit.ts";
import { type AuditScene, auditScene } from "../../support/audit-scene.ts";
import { codesOf } from "../../support/check-scene.ts";
import { gistOn, nextPolicy, SHADOW_POLICY } from "../../support/governed-commits.ts";

/**
 * CVE-2026-44544 of gittuf: a policy that was once valid and validly signed is put back, byte for byte, by somebody who
 * may sign policies. A signature is no freshness.
 */
describe("exact bytes of an older policy, signed by a key that may", () => {
  let scene: AuditScene;
  let report: AuditReport;
  const commits: Record<string, string> = {};
  const text = (path: string): string => readFileSync(join(scene.root, path), "utf8");

  beforeAll(async () => {
    scene = await auditScene();
    commits["second"] = scene.commit(nextPolicy(scene), "second");
    const second = text(SHADOW_POLICY);
    commits["third"] = scene.commit(nextPolicy(scene), "third");
    const third = text(SHADOW_POLICY);
    commits["back"] = scene.commit({ [SHADOW_POLICY]: second }, "back");
    commits["restored"] = scene.commit({ [SHADOW_POLICY]: third }, "restored");
    rmSync(join(scene.root, SHADOW_POLICY));
    commits["removed"] = scene.commit({}, "removed");
    commits["again"] = scene.commit({ [SHADOW_POLICY]: second }, "again");
    commits["renamed"] = scene.commit({ "policies/gates/s.yaml": second }, "renamed");
    report = await scene.audit();
  });
  afterAll(() => scene[Symbol.dispose]());

  it.each([
    ["the second version, when it is new", "second", "PASS"],
    ["the third version, when it is new", "third", "PASS"],
    ["the second over the third", "back", "FAIL POLICY_ROLLBACK"],
    ["the second after the file was removed", "again", "FAIL POLICY_ROLLBACK"],
  ])("%s", (_, commit, gist) => {
    expect(gistOn(report, commits[commit]!)).toBe(gist);
  });

  it("fails the audit as a whole, and the required check before it", async () => {
    expect(report.outcome).toBe("FAIL");
    const checked = await scene.check.check(commits["third"]!, commits["back"]!);
    expect([checked.outcome, codesOf(checked)]).toEqual(["FAIL", ["POLICY_ROLLBACK"]]);
  });
});
