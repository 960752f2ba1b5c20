import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PULL_REQUEST_BYTES } from "../../../src/report/markdown.ts";
import { renderCheckMarkdown } from "../../../src/report/check.ts";
import { type CheckScene, checkScene, codesOf, packPath } from "../../support/check-scene.ts";

/** Denial of service: changes so large that the check would fall over, or its answer be too long to be told. */
describe("a change that is a flood", () => {
  let scene: CheckScene;
  let proposal: string;
  beforeAll(async () => {
    scene = await checkScene();
    proposal = await scene.propose({});
  });
  afterAll(() => scene[Symbol.dispose]());

  it("of files in an evidence pack is refused before they are read", async () => {
    const flood = (): void => {
      for (let n = 0; n < 300; n += 1) scene.repo.write(`${packPath(scene)}/approvals/x${n}.json`, "{}\n");
    };
    scene.branch("flood", flood, proposal);
    expect(codesOf(await scene.check("main", "flood"))).toEqual(["CHECK_PACK_TOO_LARGE"]);
  });

  it("of bytes in an evidence pack is refused before they are read", async () => {
    const flood = (): void => {
      for (const name of ["a", "b"])
        scene.repo.write(`${packPath(scene)}/approvals/${name}.json`, "x".repeat(33 * 1024 * 1024));
    };
    scene.branch("bytes", flood, proposal);
    expect(codesOf(await scene.check("main", "bytes"))).toEqual(["CHECK_PACK_TOO_LARGE"]);
  });

  it("of hostile paths is refused, and the answer still fits a comment", async () => {
    const { repo } = scene;
    repo.git("checkout", "-q", "-b", "paths", "main");
    const deep = `policies/${"d/".repeat(40)}`;
    mkdirSync(join(repo.root, deep), { recursive: true });
    for (let n = 0; n < 3000; n += 1) symlinkSync("x", join(repo.root, deep, `l${n}`));
    repo.commit({}, "flood");
    const report = await scene.check("main", "paths");
    repo.git("checkout", "-q", "-f", "main");
    expect([report.outcome, report.problems[0]?.code]).toEqual(["FAIL", "CHECK_PATH_HOSTILE"]);
    expect(Buffer.byteLength(renderCheckMarkdown(report, PULL_REQUEST_BYTES))).toBeLessThanOrEqual(
      PULL_REQUEST_BYTES,
    );
  });
});
