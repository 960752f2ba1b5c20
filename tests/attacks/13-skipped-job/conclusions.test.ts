import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CheckScene, checkScene, codesOf } from "../../support/check-scene.ts";

/**
 * Attack 13: to GitHub a job that was skipped, or ended neutral, satisfies a required check. To the gate a job before it
 * that did not succeed has proven nothing; skipped is believed only of a job that had nothing to measure.
 */
const PROPOSAL = "promote/prod/flight-delay";
/** Whatever GitHub's API documents as a conclusion, and what it never says. */
const NOT_SUCCESS = [
  "action_required",
  "cancelled",
  "failure",
  "neutral",
  "stale",
  "startup_failure",
  "timed_out",
  "SUCCESS",
  "success ",
  "",
  null,
  true,
  1,
  ["success"],
  { result: "success" },
];

describe("a job before the gate that did not succeed", () => {
  let scene: CheckScene;
  let docs: string;

  beforeAll(async () => {
    scene = await checkScene();
    await scene.propose({});
    docs = scene.branch("docs", () => scene.repo.write("README.md", "x\n"));
  });
  afterAll(() => scene[Symbol.dispose]());

  const checked = (needs: Readonly<Record<string, unknown>>, head: string) =>
    scene.check("main", head, { legs: { folder: null, needs: JSON.stringify(needs) } });

  it.each(NOT_SUCCESS)("as %j: refused, be there something to measure or not", async (result) => {
    for (const head of [PROPOSAL, docs]) {
      const report = await checked({ plan: { result: "success" }, measure: { result } }, head);
      expect([report.outcome, codesOf(report)]).toEqual(["FAIL", ["CHECK_NEED_FAILED"]]);
    }
  });

  it("as skipped: believed of a change that measures nothing, refused of a promotion", async () => {
    const needs = { plan: { result: "success" }, measure: { result: "skipped" } };
    expect((await checked(needs, docs)).outcome).toBe("PASS");
    expect(codesOf(await checked(needs, PROPOSAL))).toEqual(["CHECK_NEED_FAILED"]);
  });

  it("is not made up for by what is said beside it, and no job at all proves nothing", async () => {
    expect((await checked({ measure: { result: "success" } }, PROPOSAL)).outcome).toBe("PASS");
    const beside = { measure: { result: "skipped", outputs: { result: "success" }, outcome: "success" } };
    for (const needs of [beside, {}, { measure: {} }, { measure: "success" }])
      expect(codesOf(await checked(needs, PROPOSAL))).toEqual(["CHECK_NEED_FAILED"]);
  });
});
