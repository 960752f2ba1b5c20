import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { status } from "../../../../src/usecases/status.ts";
import { type ApprovalScene, approvalScene, BRANCH } from "../../../support/approval-scene.ts";
import { changed, honest } from "../../../support/check-scene.ts";
import { nextPolicy } from "../../../support/governed-commits.ts";

describe("an approval by key, when the proposal is made again", () => {
  let scene: ApprovalScene;
  beforeAll(async () => {
    scene = await approvalScene();
  });
  afterAll(() => scene[Symbol.dispose]());
  beforeEach(async () => {
    scene.check.answer(honest);
    await scene.startOver();
    await scene.approve(scene.grace);
  });

  it("leaves the proposal open, and is left alone where nothing changed", async () => {
    const before = scene.git("rev-parse", BRANCH);
    const { proposals } = await status(scene.check.ports);
    expect(proposals).toMatchObject([{ state: "open", branch: BRANCH, transition: { version: "1.0.0" } }]);
    await scene.propose();
    expect(scene.git("rev-parse", BRANCH)).toBe(before);
  });

  it("is carried on to a base that moved by something else, again and again, and counts", async () => {
    for (const file of ["README.md", "docs.md"]) {
      scene.commit({ [file]: "x" }, "docs");
      await scene.propose();
      expect(scene.git("rev-parse", `${BRANCH}^`)).toBe(scene.git("rev-parse", "main"));
      expect(await scene.verdict()).toBe("PASS given by grace-h.");
    }
    expect(scene.git("log", "-1", "--format=%B", BRANCH)).toContain("Modelgate-Approved-By: grace");
  });

  it.each([
    ["the policies", (): Record<string, string> => nextPolicy(scene)],
    ["deployed.json", null],
  ] as const)("is dropped when %s changed in between", async (_what, files) => {
    if (files) scene.commit(files(), "policy");
    else
      scene.check.merge(
        await scene.check.propose({ environment: "staging" }, { enforcedElsewhere: ["approvals"] }),
      );
    await scene.propose();
    expect(scene.git("ls-tree", "-r", "--name-only", BRANCH)).not.toContain("/approvals/grace.json");
    expect(await scene.verdict()).toBe("FAIL none given. It can come from grace-h, linus.");
  });

  it("dies when measuring again finds something that it does not name", async () => {
    scene.check.answer(changed);
    expect(await scene.verdict()).toMatch(
      /^FAIL none given\. grace does not count: .*\(APPROVAL_FINDINGS_GREW\)/,
    );
  });

  it("put back by hand onto what it was dropped from, is refused by name", async () => {
    const path = scene.git("diff", "--name-only", `${BRANCH}^`, BRANCH);
    const text = scene.git("show", `${BRANCH}:${path}`);
    scene.commit(nextPolicy(scene), "policy");
    await scene.propose();
    const run = scene.git("diff", "--name-only", "main", BRANCH).split("\n").at(-1)?.split("/")[3] ?? "";
    const head = scene.check.branch(
      "put-back",
      () => scene.check.repo.write(path.replace(/[^/]+(?=\/approvals)/, run), `${text}\n`),
      BRANCH,
    );
    expect(await scene.verdict(head)).toBe("FAIL APPROVAL_POLICY_MISMATCH");
  });
});
