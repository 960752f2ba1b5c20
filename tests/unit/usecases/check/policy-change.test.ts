import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CheckScene, checkScene, codesOf } from "../../../support/check-scene.ts";
import { trustText } from "../../../support/trust.ts";

const SHADOW = "policies/gates/shadow.yaml";

describe("a change of policies", () => {
  let scene: CheckScene;
  let second: string;

  beforeAll(async () => {
    scene = await checkScene();
    const text = scene.repo.git("show", `HEAD:${SHADOW}`);
    second = text.replace("version: 1", "version: 2").replace("<= 0.01", "<= 0.001");
    scene.repo.commit({ [SHADOW]: `${second}\n` }, "stricter");
  });
  afterAll(() => scene[Symbol.dispose]());

  let count = 0;
  const changed = (edit: () => void): string => scene.branch(`policy-${(count += 1)}`, edit);
  const shadow = (edit: (text: string) => string): string =>
    changed(() => scene.repo.write(SHADOW, `${edit(second)}\n`));

  it("passes when it is sound and the version grew; its owners are named", async () => {
    const report = await scene.check(
      "main",
      shadow((text) => text.replace("version: 2", "version: 3")),
    );
    expect(report).toMatchObject({ kind: "policy", outcome: "PASS", problems: [] });
    expect(report.notes[0]).toBe("Policy shadow: v2 -> v3. Its owners must agree: ml-platform.");
  });

  it("names each limit that becomes looser, and none that becomes stricter", async () => {
    const looser = shadow((text) =>
      text.replace("version: 2", "version: 3").replace("<= 0.001", "<= 0.1").replace('">= 1"', '">= 2"'),
    );
    expect((await scene.check("main", looser)).notes.slice(0, 2)).toEqual([
      "Policy shadow: v2 -> v3. Its owners must agree: ml-platform.",
      "Looser: shadow, parity-scale hard: <= 0.001 -> <= 0.1.",
    ]);
    const stricter = shadow((text) =>
      text.replace("version: 2", "version: 3").replace("<= 0.001", "<= 0.0001"),
    );
    const { notes } = await scene.check("main", stricter);
    expect(notes.filter((note) => note.startsWith("Looser"))).toEqual([]);
  });

  it("names the owners of the base, whomever the change names", async () => {
    const head = shadow((text) => text.replace("version: 2", "version: 3").replace("ml-platform", "mallory"));
    expect((await scene.check("main", head)).notes[0]).toContain("ml-platform");
  });

  it("never brings an older version back, byte for byte or not (attack 2)", async () => {
    const first = scene.repo.git("show", `main~1:${SHADOW}`);
    const head = changed(() => scene.repo.write(SHADOW, `${first}\n`));
    const report = await scene.check("main", head);
    expect(codesOf(report)).toEqual(["POLICY_ROLLBACK"]);
    expect(report.problems[0]?.where?.file).toBe(SHADOW);
  });

  it("is not blamed for what the base changed since it left", async () => {
    using other = await checkScene();
    const canary = "policies/gates/canary.yaml";
    const raised = (path: string): string =>
      `${other.repo.git("show", `HEAD:${path}`).replace("version: 1", "version: 2")}\n`;
    const head = other.branch("canary", () => other.repo.write(canary, raised(canary)));
    other.repo.commit({ [SHADOW]: raised(SHADOW) }, "in the meantime");
    const report = await other.check("main", head);
    expect(report).toMatchObject({ kind: "policy", outcome: "PASS", problems: [] });
    expect(report.notes.filter((note) => note.startsWith("Policy"))).toEqual([
      "Policy canary: v1 -> v2. Its owners must agree: ml-platform.",
    ]);
  });

  it("never says something else under the same version", async () => {
    const head = shadow((text) => text.replace("<= 0.001", "<= 1"));
    expect(codesOf(await scene.check("main", head))).toEqual(["POLICY_VERSION_NOT_RAISED"]);
  });

  it("remembers the versions of a policy that was removed", async () => {
    using other = await checkScene();
    const text = other.repo.git("show", `HEAD:${SHADOW}`);
    other.repo.commit({ [SHADOW]: `${text.replace("version: 1", "version: 7")}\n` }, "seven");
    rmSync(join(other.repo.root, SHADOW));
    other.repo.commit({}, "removed");
    const head = other.branch("again", () =>
      other.repo.write(SHADOW, `${text.replace("version: 1", "version: 6")}\n`),
    );
    expect(codesOf(await other.check("main", head))).toEqual(["POLICY_ROLLBACK"]);
  });

  it("fails with all problems of all files, each at its place", async () => {
    const head = changed(() => {
      scene.repo.write(SHADOW, `${second.replace("parity.cases", "parity.casez")}\n`);
      scene.repo.write("policies/environments.yaml", "kind: Nothing\n");
    });
    const report = await scene.check("main", head);
    expect(codesOf(report)).toEqual(expect.arrayContaining(["POLICY_METRIC_UNKNOWN", "POLICY_KIND_UNKNOWN"]));
    expect(report.problems.find(({ code }) => code === "POLICY_METRIC_UNKNOWN")?.where).toMatchObject({
      file: SHADOW,
      line: expect.any(Number),
    });
  });

  it("never leaves the repository without a policy", async () => {
    const head = changed(() => rmSync(join(scene.repo.root, "policies/gates"), { recursive: true }));
    expect((await scene.check("main", head)).outcome).toBe("FAIL");
  });

  it.each(["policies/gates/late.yml", "policies/gates/old/a.yaml", "policies/extra.yaml"])(
    "puts no policy where nobody reads it: %s",
    async (path) => {
      const head = changed(() => scene.repo.write(path, `${second}\n`));
      expect(codesOf(await scene.check("main", head))).toEqual(["POLICY_FILE_UNREAD"]);
    },
  );

  it("adds no twin of a policy in other case", async () => {
    const text = second.replace("name: shadow", "name: other");
    const head = changed(() => scene.repo.write("policies/gates/Shadow.yaml", `${text}\n`));
    expect(codesOf(await scene.check("main", head))).toEqual(["CHECK_CASE_TWIN"]);
  });

  it("is never a change of trust too", async () => {
    const both = changed(() => {
      scene.repo.write("policies/trust.yaml", trustText({}));
      scene.repo.write(SHADOW, `${second.replace("version: 2", "version: 3")}\n`);
    });
    expect(codesOf(await scene.check("main", both))).toEqual(["CHECK_MIXTURE"]);
  });

  it("of the gate's own workflow or of its owners is one, and is named", async () => {
    const head = changed(() => scene.repo.write(".github/workflows/model-gate.yml", "on: push\n"));
    const report = await scene.check("main", head);
    expect(report).toMatchObject({ kind: "policy", outcome: "PASS" });
    expect(report.notes[0]).toBe("Changes what guards the gate: .github/workflows/model-gate.yml.");
  });
});

describe("adoption", () => {
  const bare = async (): Promise<CheckScene> => {
    const scene = await checkScene();
    const kept = scene.repo.git("rev-parse", "HEAD");
    scene.repo.git("checkout", "-q", "--orphan", "fresh");
    scene.repo.git("rm", "-rfq", "--cached", ".");
    for (const path of ["policies", "models", "deployed.json"])
      rmSync(join(scene.repo.root, path), { recursive: true });
    scene.repo.commit({ "README.md": "a team\n" }, "before modelgate");
    scene.repo.git("branch", "-qD", "main");
    scene.repo.git("branch", "-qm", "main");
    scene.repo.git("tag", "kept", kept);
    return scene;
  };
  const adopt = (scene: CheckScene, edit: () => void = () => undefined): string =>
    scene.branch("adopt", () => {
      scene.repo.git("checkout", "-q", "kept", "--", ".");
      edit();
    });

  it("brings policies, the empty ledger and a first version at once", async () => {
    using scene = await bare();
    expect(await scene.check("main", adopt(scene))).toMatchObject({
      kind: "adoption",
      outcome: "PASS",
      problems: [],
      notes: ["Adopts modelgate: an empty ledger, policies, and flight-delay@1.0.0."],
    });
  });

  it("brings no ledger in which something is deployed already, and no evidence", async () => {
    using scene = await bare();
    const head = adopt(scene, () => {
      scene.repo.write("deployed.json", '{"revision": 3}\n');
      scene.repo.write("evidence/m/1.0.0/r/pack.json", "{}\n");
    });
    expect(codesOf(await scene.check("main", head))).toEqual([
      "CHECK_LEDGER_HAND_EDITED",
      "CHECK_PACK_FOREIGN",
    ]);
  });

  it("is no way round policies that are there", async () => {
    using scene = await bare();
    scene.repo.git("checkout", "-q", "kept", "--", "policies");
    scene.repo.commit({}, "policies first");
    const head = adopt(scene, () => scene.repo.write(SHADOW, "kind: GatePolicy\n"));
    expect(codesOf(await scene.check("main", head))).toContain("CHECK_MIXTURE");
  });
});
