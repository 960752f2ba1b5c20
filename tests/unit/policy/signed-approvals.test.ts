import { describe, expect, it, test } from "vitest";
import type {
  ApprovalFacts,
  ApprovalReview,
  ForgePerson,
  SignedApproval,
  SignedApprovals,
} from "../../../src/domain/approvals.ts";
import { countApprovals } from "../../../src/policy/judge/approvals.ts";

const HEAD = "a".repeat(40);
const person = (id: number, login: string): ForgePerson => ({ id, login, kind: "person" });
const [ada, grace] = [person(1, "ada"), person(2, "Grace-H")];
const MANAGER = ["release-manager"];
const byKey = (principal: string, more: Partial<SignedApproval> = {}): SignedApproval => ({
  principal,
  login: principal === "grace" ? "grace-h" : null,
  roles: MANAGER,
  ...more,
});
const review = (reviewer: ForgePerson, state: ApprovalReview["state"] = "APPROVED"): ApprovalReview => ({
  reviewer,
  state,
  commit: HEAD,
});
const signed = (of: Partial<SignedApprovals> = {}): SignedApprovals => ({
  approvals: [],
  refused: [],
  authors: ["ada"],
  authorsKnown: true,
  lastPusher: "ada",
  principals: { ada: "ada", "grace-h": "grace" },
  holders: { "release-manager": ["grace", "linus"] },
  alone: false,
  ...of,
});
const facts = (of: Partial<ApprovalFacts> = {}): ApprovalFacts => ({
  head: HEAD,
  authors: [ada],
  claimedAuthors: [],
  lastPusher: ada,
  reviews: [],
  writers: [1, 2],
  roles: { "release-manager": ["grace-h"] },
  signed: signed(),
  ...of,
});
const asked = (atLeast: number) => ({ atLeast, role: "release-manager", not: ["author", "last-pusher"] });
const linus = signed({ approvals: [byKey("linus")] });

describe("approvals by key beside reviews", () => {
  test("one by key and one by review are two people", () => {
    const of = facts({ reviews: [review(grace)], signed: linus });
    expect(countApprovals(asked(2), of)).toMatchObject({ outcome: "PASS", says: "given by Grace-H, linus." });
  });

  test("a key and a review of one person are one, however the login is written", () => {
    const of = facts({ reviews: [review(grace)], signed: signed({ approvals: [byKey("grace")] }) });
    expect(countApprovals(asked(2), of)).toMatchObject({
      outcome: "FAIL",
      reason: "GATE_APPROVALS_MISSING",
      says: "given by grace-h. It can come from linus.",
    });
  });

  test("somebody who asks for changes on the forge stands against approvals by key", () => {
    const of = facts({ reviews: [review(grace, "CHANGES_REQUESTED")], signed: linus });
    expect(countApprovals(asked(1), of).reason).toBe("GATE_APPROVALS_CHANGES_REQUESTED");
  });

  it.each<[string, Partial<ApprovalFacts>, string]>([
    ["an author by their account", { authors: [ada, grace] }, "APPROVAL_BY_AUTHOR"],
    ["an author by what a commit claims", { claimedAuthors: ["GRACE-H"] }, "APPROVAL_BY_AUTHOR"],
    [
      "who pushed last, by their account",
      { lastPusher: grace, signed: signed({ lastPusher: null }) },
      "APPROVAL_BY_LAST_PUSHER",
    ],
    ["who pushed last, by their key", { signed: signed({ lastPusher: "grace" }) }, "APPROVAL_BY_LAST_PUSHER"],
    [
      "while nobody knows the authors",
      { signed: signed({ authorsKnown: false }) },
      "APPROVAL_AUTHOR_UNKNOWN",
    ],
  ])("%s does not count by key either", (_who, more, code) => {
    const base = more.signed ?? signed();
    const of = facts({ ...more, signed: { ...base, approvals: [byKey("grace")] } });
    const { outcome, says } = countApprovals(asked(1), of);
    expect(outcome).toBe("FAIL");
    expect(says).toContain(`(${code})`);
  });

  test("a key without the role does not count, whatever its principal may do", () => {
    const of = facts({ signed: signed({ approvals: [byKey("grace", { roles: ["model-signer"] })] }) });
    expect(countApprovals(asked(1), of).says).toContain(
      "they are no release-manager (APPROVAL_ROLE_MISSING)",
    );
  });

  test("where GitHub does not say who pushed last, keys still do", () => {
    expect(countApprovals(asked(1), facts({ lastPusher: null, signed: linus })).outcome).toBe("PASS");
    const none = facts({ lastPusher: null, reviews: [review(grace)] });
    expect(countApprovals(asked(1), none).reason).toBe("GATE_APPROVALS_PUSHER_UNKNOWN");
  });

  test("what was refused is told with its code, and hides nothing that counts", () => {
    const refused = [{ principal: "linus", code: "APPROVAL_FINDINGS_GREW", says: "There is more." }];
    const told = countApprovals(
      asked(1),
      facts({ signed: signed({ refused, approvals: [byKey("grace")] }) }),
    );
    expect(told).toEqual({
      outcome: "PASS",
      reason: null,
      says: "given by grace-h. linus does not count: There is more (APPROVAL_FINDINGS_GREW).",
    });
  });
});
