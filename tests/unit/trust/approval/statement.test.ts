import { describe, expect, it } from "vitest";
import type { ApprovalStatement } from "../../../../src/domain/approval-statement.ts";

import { GateError } from "../../../../src/errors.ts";
import { newFindings } from "../../../../src/trust/approval/findings.ts";
import { approvalPath, formatApproval, parseApproval } from "../../../../src/trust/approval/statement.ts";

const DIGEST = `sha256:${"1".repeat(64)}` as const;
const COMMIT = "2".repeat(40);
const BY_KEY: ApprovalStatement = {
  schema_version: "modelgate/approval/v1",
  ref: "refs/heads/main",
  from: { commit: COMMIT, ledger_digest: DIGEST },
  to: { tree: COMMIT, ledger_digest: DIGEST },
  run_id: "m_1.0.0_none_20261121T100000Z_00000001",
  subject: { model_id: "m", version: "1.0.0", manifest_digest: DIGEST, artifact_digest: DIGEST },
  event: "PROMOTE_TO_SHADOW",
  environment: "prod",
  canary_phase: null,
  policy_digest: DIGEST,
  evidence_digest: DIGEST,
  findings: [],
  principal: "grace",
  key: `SHA256:${"A".repeat(43)}`,
  approved_at: "2026-11-21T10:00:00Z",
  comment: null,
  source: { kind: "key" },
  signature: "AAAA",
};
const REVIEW: ApprovalStatement = {
  ...BY_KEY,
  key: null,
  signature: null,
  source: { kind: "github-review", reviewer: "Grace-H", review: 1, head: COMMIT },
};
const FOLDER = "evidence/m/1.0.0/run";
const parsed = (value: unknown, path = "approvals/grace.json"): ApprovalStatement =>
  parseApproval(Buffer.from(typeof value === "string" ? value : JSON.stringify(value)), {
    folder: FOLDER,
    path,
  });

describe("an approval in Git", () => {
  it("reads back as it is written, by key and as a review", () => {
    expect(parsed(formatApproval(BY_KEY))).toEqual(BY_KEY);
    expect(approvalPath(REVIEW)).toBe("approvals/github-grace-h.json");
    expect(parsed(formatApproval(REVIEW), "approvals/github-grace-h.json")).toEqual(REVIEW);
  });

  it.each<[string, unknown, string]>([
    ["is no JSON", "{", ""],
    ["has a field too many", { ...BY_KEY, more: 1 }, ""],
    ["lacks one", { ...BY_KEY, findings: undefined }, ""],
    ["says more of its source than a key does", { ...BY_KEY, source: { kind: "key", review: 1 } }, "/source"],
    [
      "says less of its source than a review does",
      { ...REVIEW, source: { kind: "github-review" } },
      "/source",
    ],
    ["is by key and names none", { ...BY_KEY, key: null, signature: null }, "/signature"],
    ["has a key without a signature", { ...REVIEW, key: BY_KEY.key }, "/signature"],
    ["has a signature without a key", { ...REVIEW, signature: "AAAA" }, "/signature"],
    ["lies under another's name", { ...BY_KEY, principal: "linus" }, ""],
    ["is for no branch", { ...BY_KEY, ref: "refs/tags/v1" }, "/ref"],
    ["is too large", { ...BY_KEY, comment: "x".repeat(200_000) }, ""],
  ])("that %s is refused: APPROVAL_MALFORMED", (_what, value, pointer) => {
    const refused = (() => {
      try {
        return parsed(value);
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toBeInstanceOf(GateError);
    const [problem] = (refused as GateError).problems;
    expect([problem.code, problem.where?.file]).toEqual([
      "APPROVAL_MALFORMED",
      `${FOLDER}/approvals/grace.json`,
    ]);
    expect(problem.where?.pointer ?? "").toContain(pointer);
  });
});

describe("findings since an approval", () => {
  it("are those that it does not name; fewer are none", () => {
    expect(newFindings(["a", "b"], ["a"])).toEqual([]);
    expect(newFindings(["a"], ["a", "b", "c"])).toEqual(["b", "c"]);
  });
});
