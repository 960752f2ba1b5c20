import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ApprovalScene, approvalScene, BRANCH } from "../../../support/approval-scene.ts";

/** Approvals by key, as the audit proves them from Git alone. */
describe("the audit of approvals by key", () => {
  let scene: ApprovalScene;
  beforeAll(async () => {
    scene = await approvalScene();
  });
  afterAll(() => scene[Symbol.dispose]());
  beforeEach(() => scene.startOver());
  const merged = async (): Promise<{
    gist: string;
    by: readonly string[] | undefined;
    claim: boolean | undefined;
  }> => {
    scene.check.merge(BRANCH);
    const report = await scene.audit();
    const { outcome, reasons, transition } = scene.verdictOn(report, "main");
    const claim = report.claims.find(({ id }) => id.endsWith("TRANSITIONS_APPROVED"));
    return {
      gist: [outcome, ...reasons.map(({ code }) => code)].join(" "),
      by: transition?.approved_by,
      claim: claim?.holds,
    };
  };

  it("names who approved, and claims it", async () => {
    await scene.approve(scene.grace);
    await scene.approve(scene.linus);
    expect(await merged()).toEqual({ gist: "PASS", by: ["grace", "linus"], claim: true });
  });

  it("fails a promotion that was merged without", async () => {
    expect(await merged()).toEqual({ gist: "FAIL AUDIT_APPROVALS_MISSING", by: [], claim: false });
  });

  it("asks for as many people as the policy of that commit did, whatever it asks for later", async () => {
    scene.ask("{ at_least: 2, role: release-manager, not: [author, last-pusher] }");
    scene.git("branch", "-q", "-D", BRANCH);
    await scene.propose();
    await scene.approve(scene.grace);
    scene.check.merge(BRANCH);
    const commit = scene.git("rev-parse", "main");
    scene.ask("{ at_least: 1 }");
    const verdict = scene.verdictOn(await scene.audit(), commit);
    expect(verdict.reasons.map(({ code, message }) => `${code} ${message}`)).toEqual([
      "AUDIT_APPROVALS_MISSING Asked for were 2 by a release-manager: given by grace-h. It can come from linus.",
    ]);
  });

  it("goes by the keys in force before the merge: a later end of a key takes nothing back", async () => {
    await scene.approve(scene.grace);
    scene.check.merge(BRANCH);
    const commit = scene.git("rev-parse", "main");
    const keys = [{ key: scene.grace, standing: "retired: { reason: left }" }];
    scene.trustNow({ id: "grace", roles: ["release-manager"], keys });
    expect(scene.verdictOn(await scene.audit(), commit).outcome).toBe("PASS");
  });
});
