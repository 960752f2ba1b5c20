import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ApprovalStatement } from "../../../../src/domain/approval-statement.ts";
import { approvalPayload } from "../../../../src/trust/approval/statement.ts";
import { type ApprovalScene, approvalScene, BRANCH } from "../../../support/approval-scene.ts";

describe("an approval by key", () => {
  let scene: ApprovalScene;
  beforeAll(async () => {
    scene = await approvalScene();
  });
  afterAll(() => scene[Symbol.dispose]());
  beforeEach(() => scene.startOver());

  it("is missing at first, and once given lets the promotion in", async () => {
    expect(await scene.verdict()).toBe("FAIL none given. It can come from grace-h, linus.");
    const given = await scene.approve(scene.grace, { comment: "agreed" });
    expect(given).toMatchObject({ principal: "grace", key: scene.grace.fingerprint, created: true });
    expect(await scene.verdict()).toBe("PASS given by grace-h.");
    const [, path] = scene.git("show", "--format=", "--name-status", BRANCH).split("\t");
    expect(path).toBe(given.path);
    expect(path).toMatch(/^evidence\/flight-delay\/1\.0\.0\/[^/]+\/approvals\/grace\.json$/);
  });

  it("says what was approved, in the words of git", async () => {
    const proposal = scene.git("rev-parse", BRANCH);
    const { statement } = await scene.approve(scene.grace, { comment: "agreed" });
    expect(statement).toMatchObject({
      ref: "refs/heads/main",
      from: { commit: scene.start },
      to: { tree: scene.git("rev-parse", `${proposal}^{tree}`) },
      event: "PROMOTE_TO_SHADOW",
      environment: "prod",
      comment: "agreed",
      source: { kind: "key" },
    });
  });

  it("is signed so that ssh-keygen takes it, for this purpose alone", async () => {
    const { statement } = await scene.approve(scene.grace);
    const verifies = (namespace: string): boolean => sshVerifies(scene, statement, namespace);
    expect(verifies("approval@modelgate")).toBe(true);
    expect(verifies("manifest@modelgate")).toBe(false);
  });

  it("twice by one key is one, and writes nothing", async () => {
    const first = await scene.approve(scene.grace);
    const again = await scene.approve(scene.grace);
    expect(again).toMatchObject({ created: false, commit: first.commit, replaces: null });
  });

  it("by another key of the same person takes the place of the first, and says so", async () => {
    const second = scene.newKey("grace-2");
    const keys = [{ key: scene.grace }, { key: second }];
    scene.trustNow({ id: "grace", github: "grace-h", roles: ["release-manager"], keys });
    scene.git("branch", "-q", "-D", BRANCH);
    await scene.propose();
    const first = await scene.approve(scene.grace);
    expect(first.replaces).toBeNull();
    const again = await scene.approve(second);
    const { key, approved_at, run_id } = first.statement;
    expect(again).toMatchObject({ created: true, path: first.path, replaces: { key, approved_at, run_id } });
    expect(await scene.verdict()).toBe("PASS given by grace-h.");
  });

  it("is found without a name, by the end of its name, or where it is checked out", async () => {
    for (const proposal of [undefined, "flight-delay", "prod/flight-delay", BRANCH])
      expect((await scene.read({ proposal })).branch).toBe(BRANCH);
    scene.git("checkout", "-q", BRANCH);
    expect(await scene.read()).toMatchObject({ branch: BRANCH, base: { name: "main", commit: scene.start } });
  });

  it.each([
    ["the author, who signed the proposal", "ada", "APPROVAL_BY_AUTHOR"],
    ["somebody without the role", "mallory", "APPROVAL_ROLE_MISSING"],
  ] as const)("is refused of %s", async (_who, name, code) => {
    await expect(scene.approve(scene[name])).rejects.toMatchObject({ code });
    expect(scene.git("rev-parse", `${BRANCH}^`)).toBe(scene.start);
  });

  it("is refused of a key that nobody holds", async () => {
    const stranger = scene.newKey(`stranger-${Date.now()}`);
    await expect(scene.approve(stranger)).rejects.toMatchObject({ code: "TRUST_KEY_UNKNOWN" });
  });

  it.each([
    ["retired", "TRUST_KEY_RETIRED"],
    ["revoked", "TRUST_KEY_REVOKED"],
  ])("is refused of a key that is %s, and does not count any more", async (how, code) => {
    await scene.approve(scene.grace);
    const keys = [{ key: scene.grace, standing: `${how}: { reason: lost }` }];
    scene.trustNow({ id: "grace", roles: ["release-manager"], keys });
    expect(await scene.verdict()).toMatch(
      new RegExp(`^FAIL none given\\. grace does not count: .*\\(${code}\\)`),
    );
    await scene.propose();
    await expect(scene.approve(scene.grace)).rejects.toMatchObject({ code });
  });

  it("is refused of who pushed last", async () => {
    scene.signWith(scene.linus);
    scene.git("checkout", "-q", BRANCH);
    scene.git("commit", "-q", "--allow-empty", "-m", "nothing");
    scene.git("checkout", "-q", "main");
    scene.signWith(scene.ada);
    await expect(scene.approve(scene.linus)).rejects.toMatchObject({ code: "APPROVAL_BY_AUTHOR" });
  });

  it("is refused while nobody knows whose the proposal is", async () => {
    scene.signWith(null);
    scene.git("branch", "-q", "-D", BRANCH);
    await scene.propose();
    scene.signWith(scene.ada);
    await expect(scene.approve(scene.grace)).rejects.toMatchObject({ code: "APPROVAL_AUTHOR_UNKNOWN" });
  });

  it("is refused of a proposal that was overtaken", async () => {
    const other = await scene.check.propose({ environment: "staging" }, { enforcedElsewhere: ["approvals"] });
    scene.check.merge(other);
    await expect(scene.approve(scene.grace, { proposal: BRANCH })).rejects.toMatchObject({
      code: "CHECK_STALE",
    });
  });

  it("is refused where there is nothing to approve", async () => {
    await expect(scene.read({ proposal: "promote/prod/churn" })).rejects.toMatchObject({
      code: "APPROVE_PROPOSAL_UNKNOWN",
    });
    await scene.check.propose({ environment: "staging" }, { enforcedElsewhere: ["approvals"] });
    await expect(scene.read()).rejects.toMatchObject({ code: "APPROVE_AMBIGUOUS" });
    await expect(scene.read({ proposal: BRANCH, onto: "nowhere" })).rejects.toMatchObject({
      code: "GIT_UNKNOWN_REVISION",
    });
    scene.check.merge(BRANCH);
    await expect(scene.read({ proposal: BRANCH })).rejects.toMatchObject({ code: "APPROVE_NOTHING" });
  });

  it("is asked for by nobody, or nobody could prove it", async () => {
    scene.git("branch", "-q", "-D", BRANCH);
    scene.git("checkout", "-q", "-B", "main", "HEAD~1");
    await scene.propose();
    await expect(scene.read()).rejects.toMatchObject({ code: "APPROVE_NOTHING" });
    scene.git("branch", "-q", "-D", BRANCH);
    scene.git("rm", "-q", "policies/trust.yaml");
    scene.commit({}, "no trust");
    await scene.propose();
    await expect(scene.read()).rejects.toMatchObject({ code: "APPROVE_UNTRUSTED_REPOSITORY" });
  });
});

function sshVerifies(scene: ApprovalScene, statement: ApprovalStatement, namespace: string): boolean {
  const blob = (statement.signature ?? "").replaceAll(/(.{70})/g, "$1\n");
  const armored = `-----BEGIN SSH SIGNATURE-----\n${blob}\n-----END SSH SIGNATURE-----\n`;
  scene.check.repo.write("../allowed", `grace ${scene.grace.line}\n`);
  scene.check.repo.write("../signature", armored);
  const args = ["-Y", "verify", "-f", "../allowed", "-I", "grace", "-n", namespace, "-s", "../signature"];
  try {
    execFileSync("ssh-keygen", args, { cwd: scene.root, input: approvalPayload(statement), stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}
