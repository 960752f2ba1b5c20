import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readWorkflow } from "../../../src/usecases/doctor/workflow-file.ts";
import { type CheckScene, checkScene, codesOf } from "../../support/check-scene.ts";

const GATE = ".github/workflows/model-gate.yml";
const TEMPLATE = readFileSync(new URL(`../../../templates/${GATE}`, import.meta.url), "utf8")
  .replaceAll("@MODELGATE_REF", `@${"a".repeat(40)}`)
  .replaceAll("MODELGATE_VERSION", "v1.0.0");
const FAKE = `on: pull_request
jobs:
  fake:
    name: model-gate
    runs-on: ubuntu-24.04
    steps: [{ run: "true" }]
`;

/**
 * Attacks 1, 2 and 6: on pull_request GitHub runs the workflow as the pull request has it. Where the gate still runs, it
 * says what was done to it; where it does not, the owners of .github and the record after the merge are left.
 */
describe("a pull request that disarms the gate", () => {
  let scene: CheckScene;
  beforeAll(async () => {
    scene = await checkScene();
    scene.repo.commit({ [GATE]: TEMPLATE, ".github/workflows/ci.yml": "on: push\njobs: {}\n" }, "the gate");
  });
  afterAll(() => scene[Symbol.dispose]());

  let count = 0;
  const changed = async (change: () => void) => {
    count += 1;
    const head = scene.branch(`change-${count}`, change);
    return scene.check("main", head);
  };
  const edit = (from: string | RegExp, to: string) => (): void =>
    scene.repo.write(GATE, TEMPLATE.replace(from, to));
  const write = (path: string, text: string) => (): void => scene.repo.write(path, text);

  it.each<[string, () => void, string]>([
    ["deletes it", () => rmSync(join(scene.repo.root, GATE)), "DOCTOR_GATE_MISSING"],
    [
      "renames its job",
      edit(/model-gate:\n {4}name: model-gate/, "gate:\n    name: gate"),
      "DOCTOR_GATE_MISSING",
    ],
    ["lets something else run in it", edit(/uses: modelgate.*\n[^]*$/, 'run: "true"\n'), "DOCTOR_GATE_EMPTY"],
    ["ends it early", edit("if: always()", "if: github.actor != 'eve'"), "DOCTOR_GATE_SKIPPABLE"],
    ["makes it soft", edit("timeout-minutes: 60", "continue-on-error: true"), "DOCTOR_GATE_SOFT"],
    [
      "filters paths",
      edit("  pull_request:\n", '  pull_request:\n    paths: ["src/**"]\n'),
      "DOCTOR_GATE_FILTERED",
    ],
    ["takes it out of the queue", edit("  merge_group:\n", ""), "DOCTOR_GATE_MERGE_GROUP_MISSING"],
    ["lets it miss another base", edit(", edited]", "]"), "DOCTOR_GATE_RETARGET_UNSEEN"],
    ["reports its check from elsewhere", write(".github/workflows/x.yaml", FAKE), "DOCTOR_GATE_TWICE"],
    [
      "hides such a job in YAML that is not read",
      write(".github/workflows/x.yml", FAKE.replace("fake:", "fake: &a")),
      "DOCTOR_WORKFLOW_UNREADABLE",
    ],
  ])("%s is refused", async (_, change, rule) => {
    const report = await changed(change);
    expect([report.kind, report.outcome]).toEqual(["policy", "FAIL"]);
    expect(new Set(codesOf(report))).toEqual(new Set(["CHECK_GATE_WEAKENED"]));
    expect(report.problems.map(({ message }) => message).join("\n")).toContain(rule);
  });

  it("says which code judges from now on, when it is another", async () => {
    const report = await changed(edit(/modelgate\/modelgate@a+/, `evil/modelgate@${"b".repeat(40)}`));
    expect(report).toMatchObject({ kind: "policy", outcome: "PASS" });
    expect(report.notes).toContain(
      `The gate would run evil/modelgate@${"b".repeat(40)} instead of modelgate/modelgate@${"a".repeat(40)}.`,
    );
  });

  it.each([".github/workflows/ci.yml", ".github/workflows/new.yml", ".github/actions/setup/action.yml"])(
    "brings %s along with a model: any workflow can report the check, or be what the gate runs",
    async (path) => {
      const report = await changed(() => {
        scene.team.add("flight-delay", "1.1.0");
        scene.repo.write(path, "on: pull_request\njobs: {}\n");
      });
      expect(codesOf(report)).toEqual(["CHECK_MIXTURE"]);
    },
  );

  it("and one that edits another workflow alone comes in, by its name", async () => {
    const report = await changed(write(".github/workflows/ci.yml", "on: pull_request\njobs: {}\n"));
    expect(report).toMatchObject({ kind: "policy", outcome: "PASS", problems: [] });
    expect(report.notes[0]).toBe("Changes what guards the gate: .github/workflows/ci.yml.");
  });
});

describe("a gate that was weak before", () => {
  it("does not keep anybody from changing something else in it", async () => {
    using scene = await checkScene();
    const weak = TEMPLATE.replace("if: always()", "if: success()");
    scene.repo.commit({ [GATE]: weak }, "weak");
    const head = scene.branch("better", () =>
      scene.repo.write(GATE, weak.replace("timeout-minutes: 60", "timeout-minutes: 59")),
    );
    expect((await scene.check("main", head)).outcome).toBe("PASS");
  });
});

describe("a passer-by who leaves one review after the other on a public repository", () => {
  it.each(["model-gate.yml", "model-gate.matrix.yml"])(
    "cancels no run of %s, which would block the merge",
    (name) => {
      const file = new URL(`../../../templates/.github/workflows/${name}`, import.meta.url);
      const { top, triggers } = readWorkflow(readFileSync(file), name);
      expect(triggers.has("pull_request_review")).toBe(true);
      expect(top["concurrency"]).toMatchObject({
        "cancel-in-progress": "${{ github.event_name == 'pull_request' }}",
      });
    },
  );
});
