import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditReport } from "../../../src/domain/audit.ts";
import { type AuditScene, auditScene, type TestPrincipal, trustYaml } from "../../support/audit-scene.ts";
import { gitVerdict, signedCommit } from "../../support/commit-oracle.ts";
import { gistOn, nextPolicy } from "../../support/governed-commits.ts";

/**
 * Whoever holds a key that was revoked writes any date into the commit. Git believes it: it asks whether the key was valid
 * at the date that the commit itself claims. The audit asks where in the log it stands.
 */
describe("a commit by a revoked key that claims to be from before the revocation", () => {
  let scene: AuditScene;
  let report: AuditReport;
  const commits: Record<string, string> = {};
  const DATES = { "1970": "@0 +0000", "2020": "2020-01-01T00:00:00Z", "2100": "@4102444800 +0000" };

  beforeAll(async () => {
    scene = await auditScene();
    const eve = scene.newKey("eve");
    const principals = (ended: boolean): TestPrincipal[] => [
      { id: "ada", roles: ["policy-owner"], keys: [{ key: scene.ada }] },
      {
        id: "eve",
        roles: ["policy-owner"],
        keys: [{ key: eve, ...(ended ? { standing: "revoked: { reason: stolen }" } : {}) }],
      },
    ];
    const signedAt = (date: string, change = nextPolicy(scene), key = eve): string => {
      for (const [path, text] of Object.entries(change)) scene.check.repo.write(path, text);
      scene.git("add", "-A");
      return signedCommit(scene.check.repo, key, { GIT_COMMITTER_DATE: date, GIT_AUTHOR_DATE: date });
    };
    scene.commit({ "policies/trust.yaml": trustYaml(principals(false), 2) }, "trust eve");
    commits["while it was valid"] = signedAt("2024-06-01T00:00:00Z");
    scene.commit({ "policies/trust.yaml": trustYaml(principals(true), 3) }, "revoke eve");
    for (const [name, date] of Object.entries(DATES)) commits[name] = signedAt(date);
    commits["a README"] = signedAt("2020-01-01T00:00:00Z", { "README.md": "hello\n" });
    const stranger = scene.newKey("stranger");
    commits["a stranger's"] = signedAt("2020-01-01T00:00:00Z", { "README.md": "hello!\n" }, stranger);
    commits["git"] = gitVerdict(
      scene.check.repo,
      commits["2020"] ?? "",
      `ada@example.org valid-before="20250101" ${eve.line}\n`,
    );
    report = await scene.audit();
  });
  afterAll(() => scene[Symbol.dispose]());

  it("is good to git", () => {
    expect(commits["git"]).toBe("G");
  });

  it.each(Object.keys(DATES))("is refused, be it from %s", (name) => {
    expect(gistOn(report, commits[name]!)).toBe("FAIL TRUST_KEY_REVOKED");
  });

  it("is told, and fails nothing, where nothing governed changes: somebody still has the key", () => {
    expect(gistOn(report, commits["a README"]!)).toBe("WARN TRUST_KEY_REVOKED");
    expect(gistOn(report, commits["a stranger's"]!)).toBe("PASS");
  });

  it("what the key signed before stands", () => {
    expect(gistOn(report, commits["while it was valid"]!)).toBe("PASS");
  });
});
