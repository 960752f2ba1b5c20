import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApprovalScene, approvalScene, BRANCH } from "../support/approval-scene.ts";
import { ORT_DIR } from "../support/forecasts.ts";
import { GIT_ENV } from "../support/git-repo.ts";

const BIN = resolve(import.meta.dirname, "../../bin/modelgate.js");
const run = promisify(execFile);

/** Two people and no forge: from the proposal to what an auditor reads, by the built command line. */
describe("modelgate approve", () => {
  let scene: ApprovalScene;
  beforeAll(async () => {
    scene = await approvalScene();
  });
  afterAll(() => scene[Symbol.dispose]());

  const modelgate = async (...args: string[]): Promise<readonly [exit: number, out: string]> => {
    const options = { cwd: scene.root, env: { ...GIT_ENV, NO_COLOR: "1" } };
    try {
      return [0, (await run(process.execPath, [BIN, "--ort-dir", ORT_DIR, ...args], options)).stdout];
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return [code, stdout === "" ? stderr : stdout];
    }
  };
  const asJson = (text: string): unknown => JSON.parse(text);

  it("shows what is approved, signs it, and the check and the audit count it", async () => {
    const target = ["--to", "SHADOW", "--env", "prod"];
    const [asked, report] = await modelgate("promote", "flight-delay@1.0.0", ...target);
    expect(asked).toBe(0);
    expect(report).toContain(`  modelgate approve ${BRANCH}   to approve it by a key`);
    const proposal = scene.git("rev-parse", BRANCH);
    const [shown, text] = await modelgate("approve");
    expect(shown).toBe(0);
    for (const line of [
      "Promote flight-delay 1.0.0 to SHADOW in prod: PASS.",
      `tree           ${scene.git("rev-parse", `${BRANCH}^{tree}`)}`,
      "approved by    nobody yet",
      "Nothing is signed. To approve it: modelgate approve promote/prod/flight-delay --key PATH",
    ])
      expect(text).toContain(line);
    expect(scene.git("rev-parse", BRANCH)).toBe(proposal);
    expect((await modelgate("check", "--base", "main", "--head", BRANCH))[0]).toBe(1);

    const [given, answer] = await modelgate(
      "--json",
      "approve",
      "flight-delay",
      "--key",
      scene.grace.path,
      "--comment",
      "agreed",
    );
    expect([given, asJson(answer)]).toMatchObject([
      0,
      {
        result: "approved",
        branch: BRANCH,
        onto: "main",
        principal: "grace",
        created: true,
        statement: { comment: "agreed" },
      },
    ]);
    scene.git("branch", "-q", "-f", BRANCH, proposal);
    const [, alone] = await modelgate("approve", "--key", scene.grace.path);
    expect(alone).toContain("\n  (this clone has no remote to push it to)\n");
    scene.git("branch", "-q", "-f", BRANCH, proposal);
    scene.git("remote", "add", "upstream", "https://example.org/models.git");
    const [, shared] = await modelgate("approve", "--key", scene.grace.path);
    expect(shared).toContain(`\n  git push upstream ${BRANCH}   where`);
    const [, again] = await modelgate("approve", "--key", scene.grace.path, "--comment", "still agreed");
    expect(again).toContain("grace has approved this very proposal already: evidence/flight-delay/1.0.0/");
    expect((await modelgate("check", "--base", "main", "--head", BRANCH))[0]).toBe(0);
    scene.check.merge(BRANCH);
    const [audited, found] = await modelgate("--json", "audit");
    expect(audited).toBe(0);
    expect(found).toContain('"approved_by": [\n');
  });

  it("refuses with a code, and writes nothing", async () => {
    expect(await modelgate("approve")).toEqual([2, expect.stringContaining("APPROVE_PROPOSAL_UNKNOWN")]);
    await modelgate("promote", "flight-delay@1.0.0", "--to", "SHADOW", "--env", "staging");
    const before = scene.git("for-each-ref");
    expect(await modelgate("approve", "--key", scene.ada.path)).toEqual([
      1,
      expect.stringContaining("flight-delay"),
    ]);
    const [exit, answer] = await modelgate("--json", "approve", "--key", scene.ada.path);
    expect([exit, asJson(answer)]).toMatchObject([1, { problems: [{ code: "APPROVAL_BY_AUTHOR" }] }]);
    const long = await modelgate("approve", "--key", scene.grace.path, "--comment", "x".repeat(1001));
    expect(long).toEqual([2, expect.stringContaining("HOST_ARGUMENT_INVALID")]);
    expect(scene.git("for-each-ref")).toBe(before);
  });
});
