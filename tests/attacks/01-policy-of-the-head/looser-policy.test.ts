import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changed, type CheckScene, checkScene, codesOf, honest } from "../../support/check-scene.ts";
import { SHADOW_POLICY } from "../../support/governed-commits.ts";

/** A model that is not what was trained, and an author who would rather change the limit than the model. */
describe("a hard limit loosened by the change that it would stop", () => {
  let scene: CheckScene;
  let looser: string;

  beforeAll(async () => {
    scene = await checkScene();
    const text = readFileSync(join(scene.repo.root, SHADOW_POLICY), "utf8");
    looser = text
      .replace("version: 1", "version: 2")
      .replaceAll(/hard: "(?:== 0|<= 0\.01)"/g, 'hard: "<= 9000"');
    scene.answer(changed);
  });
  afterAll(() => scene[Symbol.dispose]());

  /** On a main of the author's own the looser policy is in force, and there the model passes. */
  async function proposedElsewhere(name: string): Promise<string> {
    scene.repo.git("checkout", "-q", "-B", "main", "main");
    const main = scene.repo.git("rev-parse", "main");
    scene.repo.commit({ [SHADOW_POLICY]: looser }, "looser");
    const branch = await scene.propose({});
    scene.repo.git("branch", "-m", branch, name);
    scene.repo.git("reset", "-q", "--hard", main);
    return name;
  }

  it("does not pass by the policy of main, so that the next tests mean something", async () => {
    await expect(scene.propose({})).rejects.toThrow("GATE_HARD_LIMIT_MISSED");
  });

  it("travels with a promotion: refused, and judged by main's limit all the same", async () => {
    const head = await proposedElsewhere("together");
    const report = await scene.check("main", head);
    expect(report.outcome).toBe("FAIL");
    expect(codesOf(report)).toContain("CHECK_MIXTURE");
  });

  it("is taken back before anybody looks: the evidence names a base that main never was", async () => {
    const head = await proposedElsewhere("hidden");
    scene.repo.git("checkout", "-q", head);
    scene.repo.git("checkout", "main", "--", SHADOW_POLICY);
    const hidden = scene.repo.commit({}, "tidy up");
    scene.repo.git("checkout", "-q", "main");
    const report = await scene.check("main", hidden);
    expect([report.outcome, codesOf(report)]).toEqual(["FAIL", ["EVIDENCE_BASE_MISMATCH"]]);
  });

  it("alone is a change of policies, which their owners see as what it is", async () => {
    const head = scene.branch("alone", () => scene.repo.write(SHADOW_POLICY, looser));
    const report = await scene.check("main", head);
    expect([report.kind, report.outcome]).toEqual(["policy", "PASS"]);
    scene.answer(honest);
  });
});
