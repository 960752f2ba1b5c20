import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuditScene, auditScene, type SshKey, trustYaml } from "../support/audit-scene.ts";
import { codesOf } from "../support/check-scene.ts";
import { gistOn, nextPolicy } from "../support/governed-commits.ts";

/** The audit's exceptions are a door: who opens it for themselves, or out of sight? */
describe("an exception for a commit that fails", () => {
  let scene: AuditScene;
  let eve: SshKey;
  let forged: string;
  const exceptions = (...commits: string[]): Record<string, string> => ({
    "policies/audit-exceptions.yaml": [
      "apiVersion: modelgate/v1",
      "kind: AuditExceptions",
      "exceptions:",
      ...commits.map((commit) => `  - { commit: ${commit}, reason: "a <b>slip</b>", owner: ada }`),
      "",
    ].join("\n"),
  });

  beforeAll(async () => {
    scene = await auditScene();
    eve = scene.newKey("eve");
    const principals = [
      { id: "ada", roles: ["policy-owner"], keys: [{ key: scene.ada }] },
      { id: "eve", roles: ["release-manager"], keys: [{ key: eve }] },
    ];
    scene.commit({ "policies/trust.yaml": trustYaml(principals, 2) }, "trust eve with releases");
    scene.signWith(eve);
    forged = scene.commit(nextPolicy(scene), "a policy by eve");
  });
  afterAll(() => scene[Symbol.dispose]());

  it("by whom the failure is fails itself, and acknowledges nothing", async () => {
    scene.signWith(eve);
    const head = scene.aside(() => scene.commit(exceptions(forged)));
    const report = await scene.audit({ head });
    expect([gistOn(report, forged), gistOn(report, head)]).toEqual([
      "FAIL TRUST_ROLE_MISSING",
      "FAIL TRUST_ROLE_MISSING",
    ]);
    expect(report.problems.map(({ code }) => code)).toEqual(["AUDIT_EXCEPTION_UNPROVEN"]);
  });

  it("for the commit that brings it, or one that is not there, acknowledges nothing", async () => {
    scene.signWith(scene.ada);
    const head = scene.aside(() => scene.commit(exceptions("a".repeat(40))));
    const report = await scene.audit({ head });
    expect([report.outcome, gistOn(report, forged)]).toEqual(["FAIL", "FAIL TRUST_ROLE_MISSING"]);
    expect(report.problems.map(({ code }) => code)).toEqual(["AUDIT_EXCEPTION_UNUSED"]);
  });

  it("by a policy owner passes the check, which tells the reviewer what it acknowledges; and is never a pass", async () => {
    scene.signWith(scene.ada);
    const head = scene.aside(() => scene.commit(exceptions(forged)));
    const checked = await scene.check.check("main", head);
    expect(codesOf(checked)).toEqual([]);
    expect(checked.notes).toContain(
      `Acknowledges that the audit fails on ${forged.slice(0, 12)} (ada): a <b>slip</b>`,
    );
    const report = await scene.audit({ head });
    expect([report.outcome, gistOn(report, forged)]).toEqual(["WARN", "EXCEPTED TRUST_ROLE_MISSING"]);
    expect(report.claims.find(({ id }) => id === "SLSA_SOURCE_LEVEL_3")?.since).toBe(head);
  });

  it("does not travel with a promotion, and one that cannot be read is refused", async () => {
    scene.signWith(scene.ada);
    const proposal = await scene.check.propose({});
    const mixed = scene.check.branch(
      "mixed",
      () => {
        for (const [path, text] of Object.entries(exceptions(forged))) scene.check.repo.write(path, text);
      },
      proposal,
    );
    expect(codesOf(await scene.check.check("main", mixed))).toEqual(["CHECK_MIXTURE"]);
    const nonsense = scene.aside(() => scene.commit({ "policies/audit-exceptions.yaml": "nonsense\n" }));
    expect(codesOf(await scene.check.check("main", nonsense))).toEqual(["DOCUMENT_TYPE_WRONG"]);
  });
});
