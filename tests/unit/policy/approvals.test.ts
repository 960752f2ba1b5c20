import { describe, expect, it, test } from "vitest";
import type { ApprovalFacts, ApprovalReview, ForgePerson } from "../../../src/domain/approvals.ts";
import { evaluate } from "../../../src/policy/evaluate.ts";
import { countApprovals } from "../../../src/policy/judge/approvals.ts";
import { parsePolicies } from "../../../src/policy/parse-policies.ts";
import { ENVIRONMENTS, gateSource, inputWith } from "../../support/judging.ts";

const HEAD = "a".repeat(40);
const OLD = "b".repeat(40);
const person = (id: number, login: string): ForgePerson => ({ id, login, kind: "person" });
const ada = person(1, "ada");
const grace = person(2, "Grace");
const linus = person(3, "linus");
const bot: ForgePerson = { id: 9, login: "merge-bot[bot]", kind: "bot" };

const review = (
  reviewer: ForgePerson | null,
  state: ApprovalReview["state"] = "APPROVED",
  commit = HEAD,
): ApprovalReview => ({ reviewer, state, commit });

const facts = (of: Partial<ApprovalFacts> = {}): ApprovalFacts => ({
  head: HEAD,
  authors: [ada],
  claimedAuthors: [],
  lastPusher: ada,
  reviews: [],
  writers: [1, 2, 3],
  roles: { "release-manager": ["ada", "grace", "linus", "merge-bot[bot]"] },
  ...of,
});
const ASKED = { atLeast: 1, role: "release-manager", not: ["author", "last-pusher"] } as const;

describe("approvals", () => {
  test.each<[string, Partial<ApprovalFacts>, string | null]>([
    ["a release manager approves the head", { reviews: [review(grace)] }, null],
    ["nobody approves", {}, "GATE_APPROVALS_MISSING"],
    ["the author approves", { reviews: [review(ada)] }, "GATE_APPROVALS_MISSING"],
    [
      "a co-author approves",
      { claimedAuthors: ["GRACE"], reviews: [review(grace)] },
      "GATE_APPROVALS_MISSING",
    ],
    [
      "the author of a commit approves",
      { authors: [ada, grace], reviews: [review(grace)] },
      "GATE_APPROVALS_MISSING",
    ],
    ["the last pusher approves", { lastPusher: grace, reviews: [review(grace)] }, "GATE_APPROVALS_MISSING"],
    ["a program approves", { reviews: [review(bot)] }, "GATE_APPROVALS_MISSING"],
    ["an account that is gone approved", { reviews: [review(null)] }, "GATE_APPROVALS_MISSING"],
    ["an older commit was approved", { reviews: [review(grace, "APPROVED", OLD)] }, "GATE_APPROVALS_MISSING"],
    [
      "somebody without the role approves",
      { roles: { "release-manager": ["linus"] }, reviews: [review(grace)] },
      "GATE_APPROVALS_MISSING",
    ],
    ["the approval was dismissed", { reviews: [review(grace, "DISMISSED")] }, "GATE_APPROVALS_MISSING"],
    [
      "an approval, later dismissed",
      { reviews: [review(grace), review(grace, "DISMISSED")] },
      "GATE_APPROVALS_MISSING",
    ],
    [
      "the approver asks for changes later",
      { reviews: [review(grace), review(grace, "CHANGES_REQUESTED")] },
      "GATE_APPROVALS_CHANGES_REQUESTED",
    ],
    [
      "another release manager asks for changes",
      { reviews: [review(grace), review(linus, "CHANGES_REQUESTED", OLD)] },
      "GATE_APPROVALS_CHANGES_REQUESTED",
    ],
    [
      "somebody without the role asks for changes",
      {
        roles: { "release-manager": ["grace"] },
        reviews: [review(grace), review(linus, "CHANGES_REQUESTED")],
      },
      null,
    ],
    [
      "who asked for changes approves later",
      { reviews: [review(grace, "CHANGES_REQUESTED", OLD), review(grace)] },
      null,
    ],
    ["a comment after the approval", { reviews: [review(grace), review(grace, "COMMENTED")] }, null],
    ["a comment alone", { reviews: [review(grace, "COMMENTED")] }, "GATE_APPROVALS_MISSING"],
    ["nobody knows the role", { roles: null, reviews: [review(grace)] }, "GATE_APPROVALS_ROLE_UNKNOWN"],
    [
      "a role named like what objects inherit",
      {
        roles: Object.create({ "release-manager": ["grace"] }) as Record<string, string[]>,
        reviews: [review(grace)],
      },
      "GATE_APPROVALS_ROLE_UNKNOWN",
    ],
    [
      "nobody knows who pushed",
      { lastPusher: null, reviews: [review(grace)] },
      "GATE_APPROVALS_PUSHER_UNKNOWN",
    ],
  ])("%s", (_, of, reason) => {
    expect(countApprovals(ASKED, facts(of)).reason).toBe(reason);
  });

  it("counts a person once, however often they approve", () => {
    const twice = facts({ reviews: [review(grace), review({ ...grace, login: "grace" })] });
    expect(countApprovals({ ...ASKED, atLeast: 2 }, twice).reason).toBe("GATE_APPROVALS_MISSING");
    const two = facts({ reviews: [review(grace), review(linus)] });
    expect(countApprovals({ ...ASKED, atLeast: 2 }, two)).toEqual({
      outcome: "PASS",
      reason: null,
      says: "given by Grace, linus.",
    });
  });

  it("asks for write access where no role is asked for", () => {
    const asked = { atLeast: 1, role: null, not: [] };
    const stranger = facts({ writers: [1], reviews: [review(grace)] });
    expect(countApprovals(asked, stranger)).toEqual({
      outcome: "FAIL",
      reason: "GATE_APPROVALS_MISSING",
      says: "none given. Grace does not count: they may not write to the repository.",
    });
    expect(countApprovals(asked, facts({ reviews: [review(grace)] })).outcome).toBe("PASS");
  });

  it("says of everybody why they do not count", () => {
    const reviews = [review(ada), review(bot), review(linus, "APPROVED", OLD)];
    expect(countApprovals(ASKED, facts({ reviews })).says).toBe(
      "none given. ada does not count: they are an author of the change. " +
        "linus does not count: they approved bbbbbbb, an older commit. merge-bot[bot] does not count: it is a program. " +
        "It can come from grace, linus.",
    );
  });
});

describe("a policy that requires approvals", () => {
  const policies = parsePolicies([
    ENVIRONMENTS,
    gateSource(`requires: { approvals: { at_least: 1, role: release-manager, not: [author, last-pusher] } }
objectives:
  - { id: parity, metric: parity.max_abs_diff, hard: "<= 1e-5", why: w, fix: f }
`),
  ]);
  const requirement = (more: Parameters<typeof inputWith>[0]): unknown =>
    evaluate(inputWith({ policies, ...more })).policies[0]?.requirements[0];

  it.each([
    ["is met", { approvals: facts({ reviews: [review(grace)] }) }, "PASS", null],
    ["is not met", { approvals: facts() }, "FAIL", "GATE_APPROVALS_MISSING"],
    [
      "is judged here even where others enforce it",
      { approvals: facts(), enforcedElsewhere: ["approvals"] as const },
      "FAIL",
      "GATE_APPROVALS_MISSING",
    ],
    ["is left to the required check", { enforcedElsewhere: ["approvals"] as const }, "NOT_APPLICABLE", null],
    ["cannot be told", {}, "INCONCLUSIVE", "GATE_APPROVALS_UNKNOWN"],
  ])("%s", (_, more, outcome, reason) => {
    expect(requirement(more)).toMatchObject({ id: "approvals", outcome, reason });
  });
});
