import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openSigner } from "../../../src/adapters/signing/open-signer.ts";
import type { ApprovalStatement } from "../../../src/domain/approval-statement.ts";
import { strayProblems } from "../../../src/trust/approval/strays.ts";
import { signApproval } from "../../../src/usecases/approve/sign-approval.ts";
import { type ApprovalScene, approvalScene, BRANCH } from "../../support/approval-scene.ts";
import { reseal } from "../../support/check-scene.ts";

const OTHER = `sha256:${"0".repeat(64)}` as const;
type Change = (one: ApprovalStatement) => Partial<ApprovalStatement>;

/** Approve one thing, merge another. */
describe("an approval of something else", () => {
  let scene: ApprovalScene;
  let start: string;
  let proposal: string;
  let folder: string;
  let statement: ApprovalStatement;
  beforeAll(async () => {
    scene = await approvalScene();
    start = scene.git("rev-parse", "main");
    await scene.propose();
    proposal = scene.git("rev-parse", BRANCH);
    const given = await scene.approve(scene.grace);
    statement = given.statement;
    folder = given.path.replace("/approvals/grace.json", "");
  });
  afterAll(() => scene[Symbol.dispose]());
  beforeEach(() => {
    scene.git("checkout", "-q", "-f", "-B", "main", start);
    scene.git("branch", "-q", "-f", BRANCH, proposal);
  });
  const path = (): string => `${folder}/approvals/grace.json`;
  const text = (one: ApprovalStatement = statement): string => `${JSON.stringify(one, null, 2)}\n`;
  const onProposal = (change: () => void): string => {
    const name = `head-${Math.random()}`;
    return scene.check.branch(name, change, BRANCH);
  };

  it.each<[string, Change, string]>([
    ["ref", () => ({ ref: "refs/heads/release" }), "APPROVAL_REF_MISMATCH"],
    ["from.commit", (one) => ({ from: { ...one.from, commit: "1".repeat(40) } }), "APPROVAL_TREE_MISMATCH"],
    [
      "from.ledger_digest",
      (one) => ({ from: { ...one.from, ledger_digest: OTHER } }),
      "APPROVAL_LEDGER_MISMATCH",
    ],
    ["to.tree", (one) => ({ to: { ...one.to, tree: "1".repeat(40) } }), "APPROVAL_TREE_MISMATCH"],
    ["to.ledger_digest", (one) => ({ to: { ...one.to, ledger_digest: OTHER } }), "APPROVAL_TREE_MISMATCH"],
    [
      "run_id",
      (one) => ({ run_id: `${one.run_id.slice(0, -1)}${one.run_id.endsWith("0") ? "1" : "0"}` }),
      "APPROVAL_TREE_MISMATCH",
    ],
    ["subject", (one) => ({ subject: { ...one.subject, version: "1.0.1" } }), "APPROVAL_SUBJECT_MISMATCH"],
    [
      "subject.manifest_digest",
      (one) => ({ subject: { ...one.subject, manifest_digest: OTHER } }),
      "APPROVAL_SUBJECT_MISMATCH",
    ],
    ["event", () => ({ event: "PROMOTE_TO_PRODUCTION" }), "APPROVAL_REQUEST_MISMATCH"],
    ["environment", () => ({ environment: "staging" }), "APPROVAL_REQUEST_MISMATCH"],
    ["canary_phase", () => ({ canary_phase: "5%" }), "APPROVAL_REQUEST_MISMATCH"],
    ["policy_digest", () => ({ policy_digest: OTHER }), "APPROVAL_POLICY_MISMATCH"],
    ["evidence_digest", () => ({ evidence_digest: OTHER }), "APPROVAL_TREE_MISMATCH"],
    [
      "findings, one more",
      (one) => ({ findings: [...one.findings, "objective x WARN"] }),
      "APPROVAL_FINDINGS_MISMATCH",
    ],
    ["principal", () => ({ principal: "linus" }), "APPROVAL_PRINCIPAL_MISMATCH"],
  ])(
    "differs in %s: signed so, it is refused by name; edited so, it is not signed",
    async (_field, change, code) => {
      const { proposed, trust } = await scene.read();
      const codesOf = (one: ApprovalStatement): readonly string[] =>
        strayProblems({ approvals: new Map([["approvals/grace.json", one]]), folder, proposed, trust }).map(
          (found) => found.code,
        );
      const edited = { ...statement, ...change(statement) };
      expect(codesOf(statement)).toEqual([]);
      expect(codesOf(edited)[0]).toBe("SIGNATURE_WRONG");
      const { key: _key, signature: _signature, ...unsigned } = edited;
      const again = await signApproval(unsigned, await openSigner(scene.grace.path, process.env));
      expect(codesOf(again)).toEqual([code]);
    },
  );

  it("was approved, then pushed over: other evidence under the same run is another tree", async () => {
    const head = onProposal(() => {
      const file = join(scene.root, folder, "integrity.json");
      scene.check.repo.write(`${folder}/integrity.json`, `${readFileSync(file, "utf8")}\n`);
      reseal(scene.check);
      scene.check.repo.write(path(), text());
    });
    expect(await scene.verdict(head)).toMatch(/^FAIL APPROVAL_TREE_MISMATCH/);
  });

  it("was approved, pushed over, and pushed back: what is merged is what was approved", async () => {
    const approved = onProposal(() => scene.check.repo.write(path(), text()));
    scene.git("branch", "-q", "-f", BRANCH, start);
    scene.git("branch", "-q", "-f", BRANCH, approved);
    expect(await scene.verdict()).toBe("PASS given by grace-h.");
  });

  it("for one branch is none for another", async () => {
    const head = onProposal(() => scene.check.repo.write(path(), text()));
    expect(await scene.verdict(head, { ref: "refs/heads/release" })).toBe("FAIL APPROVAL_REF_MISMATCH");
  });

  it("of an earlier transition cannot be played again: deployed.json is never the same twice", async () => {
    onProposal(() => scene.check.repo.write(path(), text()));
    scene.check.merge(BRANCH);
    scene.git("checkout", "-q", "-B", "later");
    const staging = await scene.check.propose(
      { environment: "staging" },
      { enforcedElsewhere: ["approvals"] },
    );
    const run =
      scene.git("diff", "--name-only", `${staging}^`, staging).split("\n").at(-1)?.split("/")[3] ?? "";
    const head = scene.check.branch(
      "played-again",
      () => scene.check.repo.write(`evidence/flight-delay/1.0.0/${run}/approvals/grace.json`, text()),
      staging,
    );
    const report = await scene.check.check("later", head, { ref: "refs/heads/main" });
    expect(report.problems.map(({ code }) => code)).toEqual([
      "APPROVAL_REQUEST_MISMATCH",
      "APPROVAL_LEDGER_MISMATCH",
    ]);
  });

  it.each<[string, (write: (file: string, text: string) => void) => void, RegExp]>([
    ["a file of any other name", (write) => write("notes.txt", "x"), /^FAIL EVIDENCE_UNLISTED/],
    ["a folder", (write) => write("more/grace.json", "{}"), /^FAIL EVIDENCE_UNLISTED/],
    ["what is no approval", (write) => write("grace.json", "{}"), /^FAIL APPROVAL_MALFORMED/],
    ["a name that hides", (write) => write(".grace.json", "{}"), /^FAIL EVIDENCE_UNLISTED/],
    [
      "more than a transition needs",
      (write) => {
        for (let n = 0; n < 33; n += 1) write(`p${n}.json`, "{}");
      },
      /^FAIL APPROVAL_TOO_MANY/,
    ],
  ])("folder cannot hold %s", async (_what, change, wanted) => {
    const head = onProposal(() =>
      change((file, content) => scene.check.repo.write(`${folder}/approvals/${file}`, content)),
    );
    expect(await scene.verdict(head)).toMatch(wanted);
  });

  it("folder cannot hold a link to an approval", async () => {
    const head = onProposal(() => {
      scene.check.repo.write(`${folder}/approvals/linus.json`, text());
      symlinkSync("linus.json", join(scene.root, path()));
    });
    expect(await scene.verdict(head)).toBe("FAIL CHECK_PATH_HOSTILE");
  });
});
