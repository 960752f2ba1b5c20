import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSigner } from "../../../src/adapters/signing/open-signer.ts";
import { formatApproval } from "../../../src/trust/approval/statement.ts";
import { signApproval } from "../../../src/usecases/approve/sign-approval.ts";
import { type ApprovalScene, approvalScene, BRANCH } from "../../support/approval-scene.ts";
import { trustYaml, type SshKey } from "../../support/audit-scene.ts";

/** A promotion that brings the approver whom it needs. */
describe("an approver who lets themselves in", () => {
  let scene: ApprovalScene;
  let eve: SshKey;
  let approval: { path: string; text: string };
  let start: string;
  const trusting = (): string => {
    const own = { id: "eve", roles: ["release-manager"], keys: [{ key: eve }] };
    return trustYaml([...scene.team, own], 9);
  };
  beforeAll(async () => {
    scene = await approvalScene();
    eve = scene.newKey("eve");
    start = scene.git("rev-parse", "main");
    await scene.propose();
    const { proposed, proven } = await scene.read();
    const unsigned = {
      schema_version: "modelgate/approval/v1" as const,
      ...proposed,
      principal: "eve",
      approved_at: "2026-11-21T10:00:00Z",
      comment: null,
      source: { kind: "key" as const },
    };
    const statement = await signApproval(unsigned, await openSigner(eve.path, process.env));
    approval = { path: `${proven.stored.folder}/approvals/eve.json`, text: formatApproval(statement) };
  });
  afterAll(() => scene[Symbol.dispose]());

  it("by a key that only the proposal trusts", async () => {
    const head = scene.check.branch(
      "brings-its-key",
      () => {
        scene.check.repo.write("policies/trust.yaml", trusting());
        scene.check.repo.write(approval.path, approval.text);
      },
      BRANCH,
    );
    expect(await scene.verdict(head)).toBe("FAIL CHECK_MIXTURE");
  });

  it("by a key that nobody trusts yet", async () => {
    await expect(scene.approve(eve)).rejects.toMatchObject({ code: "TRUST_KEY_UNKNOWN" });
    const head = scene.check.branch(
      "unknown",
      () => scene.check.repo.write(approval.path, approval.text),
      BRANCH,
    );
    expect(await scene.verdict(head)).toBe("FAIL TRUST_KEY_UNKNOWN");
  });

  it("merged all the same: the audit goes by the trust before the merge", async () => {
    scene.git("merge", "-q", "--no-ff", "-m", "merge", "unknown");
    const verdict = scene.verdictOn(await scene.audit(), "main");
    expect(verdict.reasons.map(({ code }) => code)).toEqual(["TRUST_KEY_UNKNOWN", "AUDIT_APPROVALS_MISSING"]);
    scene.git("reset", "-q", "--hard", start);
  });

  it("with a lower threshold in the same change", async () => {
    const path = "policies/gates/shadow.yaml";
    const lower = scene.git("show", `main:${path}`).replace("at_least: 1", "at_least: 0");
    const head = scene.check.branch("lower", () => scene.check.repo.write(path, `${lower}\n`), BRANCH);
    expect(await scene.verdict(head)).toBe("FAIL CHECK_MIXTURE");
  });
});
