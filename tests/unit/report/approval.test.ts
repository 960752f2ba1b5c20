import { describe, expect, test } from "vitest";
import type { Digest } from "../../../src/domain/digest.ts";
import {
  type ApprovalView,
  type GivenView,
  renderApproval,
  renderGiven,
} from "../../../src/report/approval.ts";

const GIVEN: GivenView = {
  principal: "grace",
  key: "SHA256:new",
  commit: "0123456789abcdef",
  path: "evidence/m/1.0.0/run-2/approvals/grace.json",
  created: true,
  replaces: null,
  statement: { run_id: "run-2", comment: null },
};
const BEFORE = { key: "SHA256:new", approved_at: "2026-11-21T08:00:00Z", run_id: "run-2" };
const WHERE = { branch: "promote/prod/m", onto: "main", remote: "origin", comment: null };

const DIGESTS = ["a", "b", "c", "d", "e"].map((one) => `sha256:${one.repeat(64)}` as const);
const [BASE_LEDGER, NEXT_LEDGER, MANIFEST, POLICIES, EVIDENCE] = DIGESTS as [
  Digest,
  Digest,
  Digest,
  Digest,
  Digest,
];
const VIEW: ApprovalView = {
  branch: "promote/prod/m",
  proposed: {
    ref: "refs/heads/main",
    from: { commit: "1".repeat(40), ledger_digest: BASE_LEDGER },
    to: { tree: "2".repeat(40), ledger_digest: NEXT_LEDGER },
    run_id: "run-2",
    subject: { model_id: "m", version: "1.0.0", manifest_digest: MANIFEST, artifact_digest: MANIFEST },
    event: "PROMOTE_TO_PRODUCTION",
    environment: "prod",
    canary_phase: null,
    policy_digest: POLICIES,
    evidence_digest: EVIDENCE,
    findings: [],
  },
  asked: { by: "Ada", reason: "faster" },
  approvals: [],
};

describe("what is about to be approved", () => {
  test("has a line of its own for each digest, whole, so that none is wider than a terminal", () => {
    const lines = renderApproval(VIEW, 80).split("\n");
    for (const digest of DIGESTS)
      expect(lines.filter((line) => line.trim().endsWith(digest))).toHaveLength(1);
    expect(lines).toContain(`  deployed.json  ${BASE_LEDGER}`);
    expect(lines).toContain(`    becomes      ${NEXT_LEDGER}`);
  });
});

describe("an approval that was given", () => {
  test("names where it lies and what comes next", () => {
    expect(renderGiven(GIVEN, WHERE).split("\n")).toEqual([
      "Approved by grace with SHA256:new: evidence/m/1.0.0/run-2/approvals/grace.json, commit 0123456789ab.",
      "Next:",
      "  git push origin promote/prod/m   where the pull request is elsewhere",
      "  modelgate check --base main --head promote/prod/m   to count it here",
    ]);
    expect(renderGiven(GIVEN, { ...WHERE, remote: null })).toContain(
      "\n  (this clone has no remote to push it to)\n",
    );
  });

  test.each([
    [{ ...BEFORE, key: "SHA256:old" }, " with SHA256:old"],
    [{ ...BEFORE, run_id: "run-1" }, " for the run run-1"],
    [{ ...BEFORE, key: null }, " with a review"],
  ])("names the approval that it replaces: %j", (replaces, how) => {
    expect(renderGiven({ ...GIVEN, replaces }, WHERE).split("\n")[1]).toBe(
      `It replaces the approval that grace gave at 2026-11-21T08:00:00Z${how}.`,
    );
  });

  test("says that it was there, and that another comment is not kept", () => {
    const there = { ...GIVEN, created: false };
    const said =
      "grace has approved this very proposal already: evidence/m/1.0.0/run-2/approvals/grace.json.";
    expect(renderGiven(there, WHERE)).toBe(said);
    expect(renderGiven(there, { ...WHERE, comment: "agreed" })).toBe(`${said} Its comment stays as it was.`);
  });
});
