import { describe, expect, test } from "vitest";
import { replacementText } from "../../../../src/host/reports/proposal.ts";
import type { Proposal } from "../../../../src/usecases/transition/propose.ts";
import { retire, revoke } from "../../../support/transitions.ts";

function proposal(more: Partial<Proposal>): Proposal {
  return {
    branch: "promote/all/m",
    commit: "b".repeat(40),
    signed: true,
    created: true,
    replaced: null,
    transition: retire("1.1.0"),
    revision: 10,
    textPath: "/repo/.git/modelgate/promote/all/m.md",
    ...more,
  };
}

describe("a proposal that took the place of another one", () => {
  const commit = "c".repeat(40);

  test("says what is no longer proposed", () => {
    expect(
      replacementText(proposal({ replaced: { commit, transition: revoke("1.0.0", "PRODUCTION") } })),
    ).toBe(
      "It replaces what waited there: Revoke m 1.0.0 (commit cccccccccccc). If that is still wanted, ask for it again after the merge.",
    );
  });

  test("says nothing when it asks for the same as before, or when nothing waited", () => {
    expect(replacementText(proposal({ replaced: { commit, transition: retire("1.1.0") } }))).toBeUndefined();
    expect(replacementText(proposal({}))).toBeUndefined();
  });
});
