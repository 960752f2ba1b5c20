import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { classify } from "../../../src/ledger/classify.ts";
import { type CheckScene, checkScene, codesOf } from "../../support/check-scene.ts";

/** Attack 18: paths that a change brings past the gate by their modes, by their names, or by what git is told of them. */
describe("a submodule that the change itself tells git to ignore", () => {
  let scene: CheckScene;
  beforeAll(async () => void (scene = await checkScene()));
  afterAll(() => scene[Symbol.dispose]());

  it.each([
    "models/flight-delay/9.9.9",
    "models/flight-delay/9.9.9/lib",
    "evidence/flight-delay/1.0.0/run",
    "policies/gates/extra",
  ])("is seen at %s", async (path) => {
    const { repo } = scene;
    const name = `ignored-${path.replaceAll("/", "-")}`;
    repo.git("checkout", "-q", "-b", name, "main");
    const commit = repo.git("rev-parse", "HEAD");
    const text = `[submodule "x"]\n\tpath = ${path}\n\turl = https://evil.test/x\n\tignore = all\n`;
    repo.commit({ ".gitmodules": text }, "ignore it");
    repo.git("update-index", "--add", "--cacheinfo", `160000,${commit},${path}`);
    repo.git("commit", "-q", "-m", "smuggle it");
    // As a runner has it: the change is checked out, and git reads its .gitmodules.
    const report = await scene.check("main", name);
    repo.git("checkout", "-q", "-f", "main");
    expect([report.outcome, codesOf(report)]).toEqual([
      "FAIL",
      expect.arrayContaining(["CHECK_PATH_HOSTILE"]),
    ]);
  });
});

const added = (path: string): Parameters<typeof classify>[0][number] => ({
  path,
  before: null,
  after: "100644",
});

describe("names that lead to a governed file", () => {
  const codes = (...paths: string[]): string[] =>
    classify(paths.map((path) => added(path))).problems.map(({ code }) => code);

  it.each(["deployed.json/x", "deployed.json/models/x"])("%j: the ledger is no folder", (path) => {
    expect(classify([added(path)]).kind).toBe("promotion");
    expect(codes(path)).toContain("CHECK_PATH_HOSTILE");
  });

  it.each([
    "deployed.json\u200D",
    "\uFEFFdeployed.json",
    "deployed\u00AD.json",
    "deployed.json.",
    "deployed.json ",
    "Deployed.json. .",
    "deployed.json::$DATA",
    "policies./gates/a.yaml",
    "evidence\u2060/m/1.0.0/r/pack.json",
    "model\u017F/m/1.0.0/manifest.json",
  ])("%j is one with it where such characters do not count", (path) =>
    expect(codes(path)).toContain("CHECK_CASE_TWIN"),
  );

  it.each(["deployed.json.md", "deployed.jsonl", "my-models/x", "policies.md", "docs/deployed.json."])(
    "%j is nobody's business",
    (path) => expect(codes(path)).toEqual([]),
  );
});
