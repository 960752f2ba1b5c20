import { describe, expect, it } from "vitest";
import type { AuditedTransition, CommitVerdict } from "../../../../src/domain/audit.ts";
import { type ClaimGround, claimsOf } from "../../../../src/ledger/audit/claims.ts";

const LINE = ["c0", "c1", "c2", "c3", "c4"];
const APPROVED = "ORG_SOURCE_MODELGATE_TRANSITIONS_APPROVED";

/** A commit that passed: without a transition, or with one and whoever approved it. */
function commitAt(position: number, approvers: readonly string[] | null): CommitVerdict {
  const transition = approvers && ({ approved_by: approvers } as AuditedTransition);
  const none = { signer: null, exception: null, reasons: [] };
  return {
    position,
    commit: LINE[position] ?? "",
    kind: transition ? "promotion" : "other",
    outcome: "PASS",
    transition,
    ...none,
  };
}

function since(id: string, commits: readonly CommitVerdict[], more: Partial<ClaimGround> = {}) {
  const ground = { commits, line: LINE, root: 0, trustRoot: 1, lapse: null, continued: false, ...more };
  return claimsOf(ground).find((claim) => claim.id === id)?.since;
}

describe("that transitions were approved", () => {
  const [root, trust, mine, bobs, other] = [
    commitAt(0, null),
    commitAt(1, null),
    commitAt(2, []),
    commitAt(3, ["bob"]),
    commitAt(4, null),
  ];

  it("is claimed from the one after the last that was not", () => {
    expect(since(APPROVED, [root, trust, mine, bobs, other])).toBe("c3");
    expect(since(APPROVED, [root, trust, commitAt(2, ["bob"]), bobs])).toBe("c1");
  });

  it("is not claimed where nothing was promoted since", () => {
    expect(since(APPROVED, [root, trust])).toBeNull();
    expect(since(APPROVED, [commitAt(0, []), trust])).toBeNull();
    expect(since(APPROVED, [root, trust, mine, other])).toBeNull();
    expect(since(APPROVED, [])).toBeNull();
  });

  it("is not claimed of what was audited before a checkpoint", () => {
    const from = { continued: true };
    expect(since(APPROVED, [bobs, other], from)).toBe("c3");
    expect(since("SLSA_SOURCE_LEVEL_2", [bobs, other], from)).toBe("c1");
  });

  it("is not claimed without a trust.yaml, nor before a lapse", () => {
    expect(since(APPROVED, [root, bobs], { trustRoot: null })).toBeNull();
    const lapse = { ...commitAt(2, ["bob"]), outcome: "FAIL" } as const;
    expect(since(APPROVED, [root, trust, lapse, bobs])).toBe("c3");
    expect(since(APPROVED, [other], { continued: true, lapse: 3 })).toBeNull();
  });
});
