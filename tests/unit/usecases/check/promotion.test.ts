import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGit } from "../../../../src/adapters/git/open.ts";
import { checkHeadline, renderCheck } from "../../../../src/report/check.ts";
import { check } from "../../../../src/usecases/check/check.ts";
import { gate } from "../../../../src/usecases/gate/gate.ts";
import { proposeTransition } from "../../../../src/usecases/transition/propose.ts";
import type { AskedTransition } from "../../../../src/usecases/request.ts";
import { GIT_ENV } from "../../../support/git-repo.ts";
import {
  changed,
  type CheckScene,
  checkScene,
  codesOf,
  editJson,
  honest,
  packPath,
  reseal,
  startNow,
  TO_SHADOW,
} from "../../../support/check-scene.ts";

const PROPOSAL = "promote/prod/flight-delay";

describe("a promotion", () => {
  let scene: CheckScene;
  beforeAll(async () => {
    scene = await checkScene();
    await scene.propose({});
  });
  afterAll(() => scene[Symbol.dispose]());

  const edited = (name: string, edit: () => void): string => scene.branch(name, edit, PROPOSAL);

  it("passes as modelgate made it, after it was measured again", async () => {
    const before = scene.asked();
    const report = await scene.check("main", PROPOSAL);
    expect(report).toMatchObject({ kind: "promotion", outcome: "PASS", problems: [] });
    expect(report.decisions[0]?.verdict).toMatchObject({
      event: "PROMOTE_TO_SHADOW",
      outcome: "PASS",
      subject: { model_id: "flight-delay", version: "1.0.0" },
    });
    // Each of its cases three times: once, in another order, and in a new session.
    expect(scene.asked()).toBe(before + 24);
    expect(report.notes[0]).toContain("Measured again: integrity, parity.");
    expect(report.decisions[0]).toMatchObject({
      effect: ["In prod: SHADOW empty -> 1.0.0."],
      asked: { reason: TO_SHADOW.reason, by: expect.stringContaining("@") },
    });
  });

  it("is told where its verdict is worded otherwise, though its outcome is right", async () => {
    type Worded = { policies: { objectives: { says: string }[] }[] };
    edited("reworded", () => {
      const reword = ({ policies }: Worded) => void (policies[0]!.objectives[0]!.says = "All is well.");
      editJson<Worded>(scene, `${packPath(scene)}/verdict.json`, reword);
      reseal(scene);
    });
    expect((await scene.check("main", "reworded")).problems).toMatchObject([
      {
        code: "CHECK_VERDICT_MISMATCH",
        message: expect.stringMatching(/come to PASS as the pack says, but .* not word for word/),
        where: { pointer: "/policies/0/objectives/0/says" },
      },
    ]);
  });

  it("passes as GitHub's merge of it into the base", async () => {
    scene.repo.git("checkout", "-q", "-b", "merged", "main");
    scene.merge(PROPOSAL);
    scene.repo.git("checkout", "-q", "main");
    expect(await scene.check("main", "merged")).toMatchObject({ kind: "promotion", outcome: "PASS" });
  });

  it("fails when the model answers otherwise today than its evidence says", async () => {
    scene.answer(changed);
    const report = await scene.check("main", PROPOSAL);
    scene.answer(honest);
    expect(report.problems).toEqual([]);
    expect(report.outcome).toBe("FAIL");
    const failed = report.decisions[0]?.verdict.policies[0]?.objectives.filter(
      ({ outcome }) => outcome === "FAIL",
    );
    expect(failed?.map(({ id }) => id)).toContain("onnx-parity");
  });

  it("is measured from the commit, not from the work tree", async () => {
    const file = join(scene.repo.root, "models/flight-delay/1.0.0/model.onnx");
    rmSync(file);
    const report = await scene.check("main", PROPOSAL);
    scene.repo.git("checkout", "-q", "--", ".");
    expect(report.outcome).toBe("PASS");
  });

  it("is judged on the base's policies, whatever the work tree says", async () => {
    writeFileSync(join(scene.repo.root, "policies/gates/shadow.yaml"), "apiVersion: nonsense\n");
    const report = await scene.check("main", PROPOSAL);
    scene.repo.git("checkout", "-q", "--", ".");
    expect(report.outcome).toBe("PASS");
  });

  it("travels alone: any other file is refused, and named with the fix", async () => {
    const head = edited("with-docs", () => scene.repo.write("docs/notes.md", "hello\n"));
    const report = await scene.check("main", head);
    expect(codesOf(report)).toEqual(["CHECK_MIXTURE"]);
    expect(report.problems[0]?.message).toContain("docs/notes.md");
    expect(report.problems[0]?.fix).toMatch(/^A promotion travels alone: take everything else out/);
  });

  it("brings no evidence of others", async () => {
    const head = edited("foreign", () =>
      scene.repo.write("evidence/flight-delay/1.0.0/other/a.json", "{}\n"),
    );
    expect(codesOf(await scene.check("main", head))).toEqual(["CHECK_PACK_FOREIGN"]);
  });

  it("is refused without its pack, with the command that makes one", async () => {
    const head = edited("no-pack", () => rmSync(join(scene.repo.root, "evidence"), { recursive: true }));
    const report = await scene.check("main", head);
    expect(codesOf(report)).toEqual(["CHECK_PACK_MISSING"]);
    expect(report.problems[0]?.fix).toContain("modelgate promote flight-delay@1.0.0 --to SHADOW --env prod");
  });

  it("is refused when merging brought an edit that nobody saw", async () => {
    scene.repo.git("checkout", "-q", "-b", "evil", "main");
    scene.repo.git("merge", "-q", "--no-ff", "--no-commit", PROPOSAL);
    scene.repo.write("src/backdoor.ts", "evil\n");
    const merge = scene.repo.commit({}, "Merge");
    scene.repo.git("checkout", "-q", "main");
    const report = await scene.check("main", merge);
    expect(codesOf(report)).toEqual(["CHECK_MIXTURE"]);
    expect(report.problems[0]?.message).toContain("src/backdoor.ts");
  });

  it("is refused in a shallow clone, where nobody can see for how long a state was held", async () => {
    const folder = join(scene.team.folder, "shallow");
    scene.repo.git("clone", "-q", "--depth", "1", "--no-single-branch", `file://${scene.repo.root}`, folder);
    const git = await openGit(folder, GIT_ENV);
    const start = { now: new Date(), nonce: "ffffffff", seed: 1 };
    const range = { base: "origin/main", head: `origin/${PROPOSAL}` };
    expect(codesOf(await check({ ...scene.ports, git }, range, { start }))).toEqual(["GIT_SHALLOW"]);
  });
});

describe("deployed.json edited by hand", () => {
  let scene: CheckScene;
  beforeAll(async () => {
    scene = await checkScene(["flight-delay@1.0.0", "flight-delay@1.1.0"]);
    scene.merge(await scene.propose({}));
  });
  afterAll(() => scene[Symbol.dispose]());

  interface Case {
    readonly name: string;
    readonly edit: (ledger: Record<string, never>) => void;
    readonly command: string;
  }
  const prod = (ledger: unknown): Record<string, Record<string, unknown>> =>
    (ledger as { models: Record<string, { environments: Record<string, { slots: never }> }> }).models[
      "flight-delay"
    ]!.environments["prod"]!.slots;
  const state = (ledger: unknown): Record<string, unknown> =>
    (ledger as { models: Record<string, Record<string, unknown>> }).models["flight-delay"]!;

  const cases: readonly Case[] = [
    {
      name: "another version in a slot",
      edit: (ledger) => void (prod(ledger)["SHADOW"]!["version"] = "1.1.0"),
      command: "modelgate promote flight-delay@1.1.0 --to SHADOW --env prod",
    },
    {
      name: "a version straight to production",
      edit: (ledger) => void (prod(ledger)["PRODUCTION"] = { ...prod(ledger)["SHADOW"], version: "1.1.0" }),
      command: "modelgate promote flight-delay@1.1.0 --to PRODUCTION --env prod",
    },
    {
      name: "serving switched off",
      edit: (ledger) => void (prod(ledger)["SHADOW"]!["serving"] = false),
      command: 'modelgate disable flight-delay@1.0.0 --env prod --reason "…"',
    },
    {
      name: "a version revoked",
      edit: (ledger) => void (state(ledger)["revoked"] = { "1.1.0": "bad" }),
      command: 'modelgate revoke flight-delay@1.1.0 --reason "…"',
    },
  ];
  it.each(cases)("refuses $name, with the command that does it properly", async ({ name, edit, command }) => {
    const head = scene.branch(name.replaceAll(" ", "-"), () => editJson(scene, "deployed.json", edit));
    const report = await scene.check("main", head);
    expect(report.outcome).toBe("FAIL");
    expect(codesOf(report)[0]).toBe("CHECK_LEDGER_HAND_EDITED");
    expect(report.problems[0]?.fix).toContain(command);
  });

  it("refuses another spelling, a broken one, and none at all", async () => {
    const { root } = scene.repo;
    const spelt = scene.branch("spelt", () => {
      const ledger = JSON.parse(scene.repo.git("show", "HEAD:deployed.json")) as unknown;
      writeFileSync(join(root, "deployed.json"), JSON.stringify(ledger));
    });
    expect(codesOf(await scene.check("main", spelt))).toEqual([
      "CHECK_LEDGER_HAND_EDITED",
      "LEDGER_NOT_CANONICAL",
    ]);
    const broken = scene.branch("broken", () => writeFileSync(join(root, "deployed.json"), "{"));
    expect(codesOf(await scene.check("main", broken))[0]).toBe("CHECK_LEDGER_HAND_EDITED");
    const none = scene.branch("none", () => rmSync(join(root, "deployed.json")));
    expect(codesOf(await scene.check("main", none))).toEqual(["CHECK_LEDGER_DELETED"]);
  });

  it("refuses evidence without a transition, and edits of what was merged", async () => {
    const path = "evidence/flight-delay/1.0.0/run/pack.json";
    const alone = scene.branch("alone", () => scene.repo.write(path, "{}\n"));
    expect(codesOf(await scene.check("main", alone))).toEqual(["CHECK_PACK_FOREIGN"]);
    const verdict = `${packPath(scene)}/verdict.json`;
    const touched = scene.branch("touched", () => scene.repo.write(verdict, "{}\n"));
    expect(codesOf(await scene.check("main", touched))).toEqual(["CHECK_EVIDENCE_IMMUTABLE"]);
    const gone = scene.branch("gone", () => rmSync(join(scene.repo.root, verdict)));
    expect(codesOf(await scene.check("main", gone))).toEqual(["CHECK_EVIDENCE_IMMUTABLE"]);
  });
});

describe("a promotion whose base moved", () => {
  it("passes when nothing moved that it is bound to", async () => {
    using scene = await checkScene();
    const branch = await scene.propose({});
    scene.repo.commit({ "docs/notes.md": "elsewhere\n" });
    expect(await scene.check("main", branch)).toMatchObject({ kind: "promotion", outcome: "PASS" });
  });

  it.each([
    [
      "the policies that judged it",
      "policies/gates/shadow.yaml",
      (text: string) => text.replace("version: 1", "version: 2"),
    ],
    [
      "the environments",
      "policies/environments.yaml",
      (text: string) => text.replaceAll(/models: .*/g, 'models: ["silero-*"]'),
    ],
  ])("is stale when the base changed %s, and says how to propose it again", async (_what, path, edit) => {
    using scene = await checkScene();
    const branch = await scene.propose({});
    scene.repo.commit({ [path]: edit(scene.repo.git("show", `HEAD:${path}`)) });
    const report = await scene.check("main", branch);
    expect(codesOf(report)).toEqual(["CHECK_STALE"]);
    expect(report.problems[0]?.fix).toBe(
      "Propose it again on the new base: modelgate promote flight-delay@1.0.0 --to SHADOW --env prod",
    );
  });

  it("is stale when another transition was merged first, also once the base is merged into it", async () => {
    using scene = await checkScene(["flight-delay@1.0.0", "flight-delay@1.1.0"]);
    scene.merge(await scene.propose({ version: "1.0.0" }));
    const late = await scene.propose({ version: "1.0.0", event: "DISABLE", reason: "pause" });
    scene.repo.git("branch", "late", late);
    scene.repo.git("checkout", "-q", "main");
    scene.merge(await scene.propose({ version: "1.0.0", environment: "staging" }));
    expect(codesOf(await scene.check("main", "late"))).toEqual(["CHECK_STALE"]);
    scene.repo.git("checkout", "-q", "late");
    scene.repo.git("merge", "-q", "-s", "ours", "-m", "merge", "main");
    scene.repo.git("checkout", "-q", "main");
    const codes = new Set(codesOf(await scene.check("main", "late")));
    expect(codes).toEqual(new Set(["CHECK_EVIDENCE_IMMUTABLE"]));
  });
});

describe("what a policy wants measured again", () => {
  const DEMAND = "requires: { remeasure: [integrity] }\nobjectives:";

  it("is measured, and the rest is judged from the stored evidence", async () => {
    using scene = await checkScene();
    const path = "policies/gates/shadow.yaml";
    scene.repo.commit({ [path]: scene.repo.git("show", `HEAD:${path}`).replace("objectives:", DEMAND) });
    const branch = await scene.propose({});
    const before = scene.asked();
    scene.answer(changed);
    const report = await scene.check("main", branch);
    expect(report).toMatchObject({ outcome: "PASS" });
    expect(scene.asked()).toBe(before);
    expect(report.notes[0]).toMatch(
      /Measured again: integrity\. Taken from the proposal's evidence: parity\.$/,
    );
  });
});

describe("a promotion that was decided with a warning", () => {
  it("stays one, though it passes today", async () => {
    using scene = await checkScene();
    const path = "policies/gates/shadow.yaml";
    const [integrity, parity] = scene.repo.git("show", `HEAD:${path}`).split("  - id: onnx-parity");
    const soft = parity?.replace('hard: "<= 0.01"', 'soft: "<= 1e-9"');
    scene.repo.commit({ [path]: `${[integrity, soft].join("  - id: onnx-parity")}\n` });
    // As a machine with other rounding answers.
    scene.answer((...asking) =>
      honest(...asking).map((tensor) =>
        tensor.data instanceof Float32Array
          ? ({ ...tensor, data: tensor.data.map((value) => value + 5e-8) } as typeof tensor)
          : tensor,
      ),
    );
    const branch = await scene.propose({});
    scene.answer(honest);
    const report = await scene.check("main", branch);
    expect(report).toMatchObject({ outcome: "WARN", problems: [] });
    expect(report.decisions[0]?.verdict.outcome).toBe("PASS");
    expect(checkHeadline(report)).toBe(
      "Promote flight-delay 1.0.0 to SHADOW in prod: WARN. It was decided with a warning; measured again it comes to PASS.",
    );
    expect(renderCheck(report, { width: 100, color: false }).split("\n")[0]).toBe(checkHeadline(report));
  });
});

describe("the times of a transition", () => {
  it.each([
    ["before its base", "2020-01-01T00:00:00Z"],
    ["in the future", "2099-01-01T00:00:00Z"],
  ])("are refused when they lie %s", async (_when, decided) => {
    using scene = await checkScene();
    const start = { now: new Date(decided), nonce: "0badcafe", seed: 1 };
    const decision = await gate(scene.ports, TO_SHADOW, { start });
    const { branch } = await proposeTransition(scene.ports, decision, { now: start.now, text: "" });
    expect(codesOf(await scene.check("main", branch))).toEqual(["CHECK_TIME_IMPLAUSIBLE"]);
  });
});

describe("a base whose ledger was edited by hand", () => {
  const onForgedBase = async (
    scene: CheckScene,
    ask: Partial<AskedTransition>,
  ): Promise<readonly string[]> => {
    scene.merge(await scene.propose({}));
    editJson<{ models: { "flight-delay": { environments: object } } }>(scene, "deployed.json", (ledger) => {
      const { environments } = ledger.models["flight-delay"];
      Object.assign(environments, { staging: { rollback_targets: [], slots: {} } });
    });
    scene.repo.commit({}, "a push past the gate");
    const start = startNow();
    const decision = await gate(scene.ports, { ...TO_SHADOW, ...ask }, { start });
    const { branch } = await proposeTransition(scene.ports, decision, { now: start.now, text: "" });
    return codesOf(await scene.check("main", branch));
  };

  it("is no ground for a promotion", async () => {
    using scene = await checkScene();
    expect(new Set(await onForgedBase(scene, { environment: "staging" }))).toEqual(
      new Set(["LEDGER_CHAIN_BROKEN", "LEDGER_APPLY_MISMATCH"]),
    );
  });

  it("does not keep anybody from switching off", async () => {
    using scene = await checkScene();
    expect(await onForgedBase(scene, { event: "DISABLE", reason: "it was tampered with" })).toEqual([]);
  });
});
