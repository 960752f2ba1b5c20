import { describe, expect, test } from "vitest";
import { findingsOf } from "../../../../src/trust/approval/findings.ts";
import { formatApproval } from "../../../../src/trust/approval/statement.ts";
import { openSshLine } from "../../../../src/trust/public-key.ts";
import { signApproval } from "../../../../src/usecases/approve/sign-approval.ts";
import { proposePullRequest } from "../../../../src/usecases/forge/propose-pull-request.ts";
import type { Decision } from "../../../../src/usecases/gate/decision.ts";
import type { Proposal } from "../../../../src/usecases/transition/propose.ts";
import { decide, type Judgement, NOW, request, START } from "../../../support/decisions.ts";
import { MemoryForge } from "../../../support/memory-forge.ts";
import { MemoryGit } from "../../../support/memory-git.ts";
import { memorySigner } from "../../../support/memory-signer.ts";
import { trustText } from "../../../support/trust.ts";

const BRANCH = "promote/prod/m";
const GATE = `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: shadow, version: 1, owners: [ml-platform] }
match: { events: [PROMOTE_TO_SHADOW], environments: [prod], models: ["*"] }
requires: { approvals: { at_least: 1, role: release-manager } }
objectives:
  - { id: parity, metric: parity.max_abs_diff, hard: "<= 1e-5", why: w, fix: f }
`;

/** A pull request onto which grace has pushed an approval by her key. */
class Scene {
  readonly git = new MemoryGit();
  readonly forge = new MemoryForge(this.git);
  readonly grace = memorySigner();

  constructor() {
    const key = { fingerprint: this.grace.key.fingerprint, line: openSshLine(this.grace.key) };
    const roles = ["release-manager"];
    const trust = trustText({ principals: [{ id: "grace", roles, keys: [{ id: "grace-1", key }] }] });
    this.git.seed({ ...START, "policies/gates/shadow.yaml": GATE, "policies/trust.yaml": trust });
  }

  async propose(how: Judgement = {}): Promise<Proposal> {
    return this.write(await decide(this.git, request(), how));
  }

  write(decision: Decision): Promise<Proposal> {
    return proposePullRequest(this, decision, { now: NOW, text: "report\n", roles: {} });
  }

  /** Proposes, and pushes the approval; the new tip. */
  async approved(): Promise<string> {
    const decision = await decide(this.git, request());
    const { commit: tip, transition } = await this.write(decision);
    const { verdict, ledgerDigest } = decision;
    const statement = await signApproval(
      {
        schema_version: "modelgate/approval/v1",
        ref: "refs/heads/main",
        from: { commit: decision.baseCommit, ledger_digest: ledgerDigest },
        to: { tree: tip, ledger_digest: ledgerDigest },
        run_id: verdict.run_id,
        subject: verdict.subject,
        event: "PROMOTE_TO_SHADOW",
        environment: "prod",
        canary_phase: null,
        policy_digest: verdict.policy_digest,
        evidence_digest: decision.evidenceDigest,
        findings: findingsOf(verdict),
        principal: "grace",
        approved_at: "2026-11-20T10:30:00Z",
        comment: null,
        source: { kind: "key" },
      },
      this.grace,
    );
    const path = `evidence/m/1.0.0/${transition.run_id}/approvals/grace.json`;
    const change = new Map([[path, Buffer.from(formatApproval(statement))]]);
    const message = `Approve: promote\n\nModelgate-Approved-By: grace\n`;
    const { commit } = await this.git.commit({ branch: BRANCH, parent: tip, expected: tip, change, message });
    this.forge.pushed(BRANCH, { from: tip, to: commit, actor: { id: 2, login: "grace", kind: "person" } });
    return commit;
  }
}

const approvalsOf = async ({ git }: Scene): Promise<readonly string[]> =>
  (await git.paths((await git.resolve(`refs/heads/${BRANCH}`)) ?? "", "evidence")).filter((path) =>
    path.includes("/approvals/"),
  );

describe("an approval by key on a pull request", () => {
  test("is left alone when the same is proposed again", async () => {
    const scene = new Scene();
    const tip = await scene.approved();
    expect(await scene.propose()).toMatchObject({
      created: false,
      commit: tip,
      pullRequest: { operation: "none" },
    });
  });

  test("is carried on when the base moved by something else, and again after that", async () => {
    const scene = new Scene();
    await scene.approved();
    for (const nonce of ["00000002", "00000003"]) {
      scene.git.seed({ [`${nonce}.md`]: "x" });
      const { approvals, transition } = await scene.propose({ nonce });
      expect(approvals).toEqual({ kept: ["grace"], dropped: [] });
      expect(await approvalsOf(scene)).toEqual([
        `evidence/m/1.0.0/${transition.run_id}/approvals/grace.json`,
      ]);
    }
  });

  test("is dropped, and told so, when other policies judge", async () => {
    const scene = new Scene();
    await scene.approved();
    scene.git.seed({ "x.md": "x" });
    const { approvals } = await scene.propose({ nonce: "00000002", policy: `sha256:${"9".repeat(64)}` });
    expect(approvals).toMatchObject({
      kept: [],
      dropped: [{ principal: "grace", code: "APPROVAL_POLICY_MISMATCH" }],
    });
    expect(await approvalsOf(scene)).toEqual([]);
  });

  test("that only calls itself one is still no proposal of ours", async () => {
    const scene = new Scene();
    const { commit: tip } = await scene.propose();
    const [base = ""] = (await scene.git.facts(tip)).parents;
    const change = new Map([["README.md", Buffer.from("x")]]);
    const message = `Approve\n\nModelgate-Approved-By: eve\n`;
    const { commit } = await scene.git.commit({
      branch: BRANCH,
      parent: base,
      expected: tip,
      change,
      message,
    });
    scene.forge.pushed(BRANCH, { from: tip, to: commit, actor: { id: 6, login: "eve", kind: "person" } });
    scene.git.seed({ "x.md": "x" });
    await expect(scene.propose({ nonce: "00000002" })).rejects.toMatchObject({
      code: "LEDGER_BRANCH_FOREIGN",
    });
  });
});
