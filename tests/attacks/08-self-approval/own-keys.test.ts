import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openSigner } from "../../../src/adapters/signing/open-signer.ts";
import type { ApprovalStatement } from "../../../src/domain/approval-statement.ts";
import { signApproval } from "../../../src/usecases/approve/sign-approval.ts";
import { formatApproval } from "../../../src/trust/approval/statement.ts";
import { type ApprovalScene, approvalScene, BRANCH } from "../../support/approval-scene.ts";
import { reseal } from "../../support/check-scene.ts";
import type { SshKey } from "../../support/audit-scene.ts";

/** Real keys, and a person who would like to be two. */
describe("who approves their own", () => {
  let scene: ApprovalScene;
  let start: string;
  let second: SshKey;
  beforeAll(async () => {
    scene = await approvalScene();
    second = scene.newKey("second");
    const [ada, grace, ...others] = scene.team;
    const adas = { ...ada!, keys: [...ada!.keys, { key: second }] };
    const graces = { ...grace!, keys: [...grace!.keys, { key: scene.newKey("graces-other") }] };
    scene.trust([adas, graces, ...others]);
    start = scene.git("rev-parse", "main");
  });
  afterAll(() => scene[Symbol.dispose]());
  beforeEach(() => {
    scene.signWith(scene.ada);
    scene.git("checkout", "-q", "-f", "-B", "main", start);
    if (scene.git("branch", "--list", BRANCH) !== "") scene.git("branch", "-q", "-D", BRANCH);
  });

  /** Writes what `modelgate approve` refuses to write. */
  const forge = async (
    key: SshKey,
    principal: string,
    more: { edit?: (one: ApprovalStatement) => ApprovalStatement; name?: string } = {},
  ): Promise<void> => {
    const { proposed, proven } = await scene.read();
    const unsigned = {
      schema_version: "modelgate/approval/v1" as const,
      ...proposed,
      principal,
      approved_at: "2026-11-21T10:00:00Z",
      comment: null,
      source: { kind: "key" as const },
    };
    const signed = await signApproval(unsigned, await openSigner(key.path, process.env));
    const statement = more.edit?.(signed) ?? signed;
    scene.git("checkout", "-q", BRANCH);
    const path = `${proven.stored.folder}/approvals/${more.name ?? principal}.json`;
    scene.commit({ [path]: formatApproval(statement) }, "an approval");
    scene.git("checkout", "-q", "main");
  };
  const audited = async (): Promise<string> => {
    scene.signWith(scene.ada);
    scene.check.merge(BRANCH);
    const { outcome, reasons } = scene.verdictOn(await scene.audit(), "main");
    return [outcome, ...reasons.map(({ code }) => code)].join(" ");
  };

  it("with another key of their own is refused: APPROVAL_BY_AUTHOR", async () => {
    await scene.propose();
    await expect(scene.approve(second)).rejects.toMatchObject({ code: "APPROVAL_BY_AUTHOR" });
    await forge(second, "ada");
    expect(await scene.verdict()).toMatch(/^FAIL none given\. ada does not count: .*\(APPROVAL_BY_AUTHOR\)/);
    expect(await audited()).toBe("FAIL AUDIT_APPROVALS_MISSING");
  });

  it.each([
    ["asked for it, as the ledger says", { requestedBy: "Grace <grace@example.org>" }, ""],
    ["asked for it by login", { requestedBy: "Grace-H" }, ""],
    ["is a co-author of a commit", {}, "Co-authored-by: Grace H <7+grace-h@users.noreply.github.com>"],
  ])("or %s", async (_why, ask, trailer) => {
    await scene.check.propose(ask, { enforcedElsewhere: ["approvals"] });
    if (trailer !== "") {
      scene.git("checkout", "-q", BRANCH);
      scene.git("commit", "-q", "--allow-empty", "-m", `nothing\n\n${trailer}`);
      scene.git("checkout", "-q", "main");
    }
    await expect(scene.approve(scene.grace)).rejects.toMatchObject({ code: "APPROVAL_BY_AUTHOR" });
    await forge(scene.grace, "grace");
    expect(await scene.verdict()).toContain("(APPROVAL_BY_AUTHOR)");
    expect(await audited()).toBe("FAIL AUDIT_APPROVALS_MISSING");
  });

  it("or made its last commit, or one that nobody signed", async () => {
    await scene.propose();
    scene.signWith(null);
    scene.git("checkout", "-q", BRANCH);
    scene.git("commit", "-q", "--allow-empty", "-m", "nothing");
    scene.git("checkout", "-q", "main");
    await expect(scene.approve(scene.grace)).rejects.toMatchObject({ code: "APPROVAL_AUTHOR_UNKNOWN" });
    await forge(scene.grace, "grace");
    expect(await scene.verdict()).toContain("(APPROVAL_AUTHOR_UNKNOWN)");
    expect(await audited()).toBe("FAIL AUDIT_APPROVALS_MISSING");
  });

  it("or rewrote it while merging main into it", async () => {
    await scene.propose();
    const { proven } = await scene.read();
    const file = `${proven.stored.folder}/integrity.json`;
    scene.git("checkout", "-q", "-B", "evil", "main");
    scene.git("merge", "-q", "--no-ff", "--no-commit", BRANCH);
    scene.check.repo.write(file, `${readFileSync(join(scene.root, file), "utf8")}\n`);
    reseal(scene.check);
    scene.signWith(scene.grace);
    scene.commit({}, "merge main");
    scene.git("branch", "-q", "-f", BRANCH, "evil");
    scene.git("checkout", "-q", "main");
    await expect(scene.approve(scene.grace)).rejects.toMatchObject({ code: "APPROVAL_BY_AUTHOR" });
    await forge(scene.grace, "grace");
    expect(await scene.verdict()).toContain("(APPROVAL_BY_AUTHOR)");
  });

  it("is one person, whatever keys: nobody fills two seats", async () => {
    scene.ask("{ at_least: 2, role: release-manager, not: [author, last-pusher] }");
    await scene.propose();
    await scene.approve(scene.grace);
    expect(await scene.verdict()).toBe("FAIL given by grace-h. It can come from linus.");
    await forge(scene.grace, "linus");
    expect(await scene.verdict()).toBe("FAIL APPROVAL_PRINCIPAL_MISMATCH");
  });

  it("and cannot lie under another's name, or a second time under a new one", async () => {
    await scene.propose();
    await forge(scene.grace, "grace", { name: "grace-2" });
    expect(await scene.verdict()).toBe("FAIL APPROVAL_MALFORMED");
  });

  it("and cannot be what another signed for another purpose, or edited", async () => {
    await scene.propose();
    await forge(scene.grace, "grace", { edit: (one) => ({ ...one, comment: "and the next one too" }) });
    expect(await scene.verdict()).toBe("FAIL SIGNATURE_WRONG");
  });
});
