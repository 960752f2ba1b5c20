import { describe, expect, it } from "vitest";
import { workflowFindings } from "../../../../src/usecases/doctor/doctor.ts";
import { readWorkflow } from "../../../../src/usecases/doctor/workflow-file.ts";

const SHA = "3d3c42e5aac5ba805825da76410c181273ba90b1";

const GATE = `name: model-gate
on:
  pull_request:
    types: [opened, synchronize, reopened, edited]
  merge_group:
permissions: {}
jobs:
  leg:
    runs-on: ubuntu-24.04
    steps:
      - run: "true"
  model-gate:
    name: model-gate
    if: always()
    needs: [leg]
    runs-on: ubuntu-24.04
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@${SHA} # v7.0.1
        with:
          persist-credentials: false
      - uses: modelgate/modelgate@${SHA} # v0.1.0
`;

const PROMOTE = `name: promote
on:
  workflow_dispatch:
    inputs:
      model: { type: string, required: true }
permissions: {}
concurrency:
  group: modelgate-\${{ inputs.model }}
  queue: max
  cancel-in-progress: false
jobs:
  promote:
    runs-on: ubuntu-24.04
    permissions:
      contents: write
    steps:
      - uses: modelgate/modelgate/actions/promote@${SHA} # v0.1.0
        with:
          model: \${{ inputs.model }}
`;

/** `code line:column` of each finding; the file is told apart by its line alone, since only one is broken. */
const found = (texts: readonly string[]): string[] =>
  workflowFindings(texts.map((text, index) => readWorkflow(Buffer.from(text), `${index}.yml`))).map(
    ({ code, where }) => `${code} ${where?.line ?? 0}:${where?.column ?? 0}`,
  );

const gate = (from: string | RegExp, to: string): string[] => {
  expect(GATE).toMatch(from);
  return found([GATE.replace(from, to), PROMOTE]);
};

const promote = (from: string | RegExp, to: string): string[] => {
  expect(PROMOTE).toMatch(from);
  return found([GATE, PROMOTE.replace(from, to)]);
};

const RECORD = `name: record
on:
  push: { branches: [main], paths: [deployed.json] }
permissions: {}
concurrency: { group: modelgate-record, queue: max, cancel-in-progress: false }
jobs:
  record:
    runs-on: ubuntu-24.04
    permissions:
      contents: write
      deployments: write
      pull-requests: write
    steps:
      - uses: modelgate/modelgate/actions/record@${SHA} # v0.1.0
`;

describe("a job that records", () => {
  const record = (from: string | RegExp, to: string) => {
    expect(RECORD).toMatch(from);
    const workflow = readWorkflow(Buffer.from(RECORD.replace(from, to)), "record.yml");
    const gates = [GATE, PROMOTE].map((text, at) => readWorkflow(Buffer.from(text), `${at}.yml`));
    return workflowFindings([...gates, workflow]).map(
      ({ code, message, where }) => `${code} ${where?.line ?? 0}:${where?.column ?? 0} ${message}`,
    );
  };
  const says = (place: string, names: string) => [
    `DOCTOR_RECORD_POWERLESS ${place} The job record records without ${names}.`,
  ];
  const ALL = "contents: write, deployments: write, pull-requests: write";
  const JOB = /    permissions:\n(?:      .*\n){3}/;
  const USES = /( {6}- uses: modelgate.*\n)/;

  it("may write what it keeps", () => {
    expect(record("name: record", "name: record")).toEqual([]);
    expect(record(JOB, "    permissions: write-all\n")).toEqual([
      expect.stringContaining("DOCTOR_PERMISSIONS_BROAD 9:5") as string,
    ]);
  });

  it.each([
    ["reading alone", "contents: write", "contents: read", says("9:5", "contents: write")],
    ["no deployments", "      deployments: write\n", "", says("9:5", "deployments: write")],
    [
      "two that read",
      /(contents|pull-requests): write/g,
      "$1: read",
      says("9:5", "contents: write, pull-requests: write"),
    ],
    ["reading everything", JOB, "    permissions: read-all\n", says("9:5", ALL)],
    ["what the workflow says", JOB, "", says("7:3", ALL)],
  ])("may not, with %s", (_what, from, to, expected) => {
    expect(record(from, to)).toEqual(expected);
  });

  it("is not looked at where another token records", () => {
    const other = RECORD.replace(JOB, "    permissions: { contents: read }\n");
    const by = (token: string) =>
      found([GATE, PROMOTE, other.replace(USES, `$1        with: { token: '\${{ ${token} }}' }\n`)]);
    expect(by("steps.app.outputs.token")).toEqual([]);
    for (const token of ["github.token", "secrets.GITHUB_TOKEN", "GitHub.Token"])
      expect(by(token)).toEqual(["DOCTOR_RECORD_POWERLESS 9:5"]);
  });
});

describe("the gate", () => {
  it("is healthy as init writes it", () => {
    expect(found([GATE, PROMOTE])).toEqual([]);
  });

  it("is missing", () => {
    expect(found([PROMOTE])).toEqual(["DOCTOR_GATE_MISSING 0:0"]);
    expect(gate("name: model-gate\n    if", "name: gate\n    if")).toEqual(["DOCTOR_GATE_MISSING 0:0"]);
  });

  it("is there twice, also by the name alone", () => {
    const other = PROMOTE.replace("  promote:\n", "  promote:\n    name: model-gate\n    if: always()\n");
    expect(found([GATE, other])).toContain("DOCTOR_GATE_TWICE 12:3");
  });

  it.each([
    ["no pull_request", /  pull_request:\n.*\n/, "", ["DOCTOR_GATE_TRIGGER_MISSING 2:1"]],
    ["no merge_group", "  merge_group:\n", "", ["DOCTOR_GATE_MERGE_GROUP_MISSING 2:1"]],
    ["default types", /    types:.*\n/, "", ["DOCTOR_GATE_RETARGET_UNSEEN 3:3"]],
    ["types without edited", ", edited", "", ["DOCTOR_GATE_RETARGET_UNSEEN 4:5"]],
    [
      "a list of events",
      /on:\n(?:  .*\n)+/,
      "on: [pull_request, merge_group]\n",
      ["DOCTOR_GATE_RETARGET_UNSEEN 2:5"],
    ],
    ["a filter of paths", "    types:", "    paths: [models/**]\n    types:", ["DOCTOR_GATE_FILTERED 4:5"]],
    ["paths-ignore", "    types:", "    paths-ignore: [docs/**]\n    types:", ["DOCTOR_GATE_FILTERED 4:5"]],
    ["a filter of branches", "    types:", "    branches: [main]\n    types:", ["DOCTOR_GATE_FILTERED 4:5"]],
    [
      "a filtered queue",
      "  merge_group:",
      "  merge_group: { branches: [main] }",
      ["DOCTOR_GATE_FILTERED 5:18"],
    ],
    ["no condition", "    if: always()\n", "", ["DOCTOR_GATE_SKIPPABLE 12:3"]],
    ["!cancelled()", "if: always()", 'if: "!cancelled()"', ["DOCTOR_GATE_SKIPPABLE 14:5"]],
    [
      "always() and more",
      "if: always()",
      "if: always() && github.actor != 'me'",
      ["DOCTOR_GATE_SKIPPABLE 14:5"],
    ],
    ["a job it does not need", "    needs: [leg]\n", "", ["DOCTOR_GATE_LEG_UNSEEN 8:3"]],
    ["an empty job", /modelgate\/modelgate@[0-9a-f]+/, `acme/other@${SHA}`, ["DOCTOR_GATE_EMPTY 12:3"]],
    ["a soft job", "    needs:", "    continue-on-error: true\n    needs:", ["DOCTOR_GATE_SOFT 15:5"]],
    [
      "a soft step",
      "      - uses: modelgate",
      "      - continue-on-error: ${{ true }}\n        uses: modelgate",
      ["DOCTOR_GATE_SOFT 23:9"],
    ],
  ])("%s", (_what, from, to, expected) => {
    expect(gate(from, to)).toEqual(expected);
  });

  it("takes always() in braces, and a need that is no list", () => {
    expect(gate("if: always()", "if: ${{ always() }}")).toEqual([]);
    expect(gate("needs: [leg]", "needs: leg")).toEqual([]);
  });
});

describe("steps", () => {
  const run = (script: string) => gate('- run: "true"', `- run: ${script}`);

  it.each([
    ["a tag", "v7"],
    ["a branch", "main"],
    ["a short commit", SHA.slice(0, 12)],
    ["an upper-case commit", SHA.toUpperCase()],
  ])("an action pinned by %s", (_what, ref) => {
    expect(gate(`actions/checkout@${SHA} # v7.0.1`, `actions/checkout@${ref}`)).toEqual([
      "DOCTOR_USES_UNPINNED 20:15",
    ]);
  });

  it("reusable workflows and images too; actions of the repository itself not", () => {
    const leg = /    runs-on: ubuntu-24\.04\n    steps:\n      - run: "true"\n/;
    expect(gate(leg, "    uses: acme/flows/.github/workflows/x.yml@main\n")).toEqual([
      "DOCTOR_USES_UNPINNED 9:11",
    ]);
    expect(gate('- run: "true"', "- uses: docker://alpine:3.22")).toEqual(["DOCTOR_USES_UNPINNED 11:15"]);
    expect(gate('- run: "true"', `- uses: docker://alpine@sha256:${"a".repeat(64)}`)).toEqual([]);
    expect(gate('- run: "true"', "- uses: ./actions/x")).toEqual([]);
    expect(gate('- run: "true"', "- uses: $/actions/x")).toEqual([]);
  });

  it("a checkout that keeps the token", () => {
    expect(gate(/        with:\n.*\n/, "")).toEqual(["DOCTOR_CREDENTIALS_KEPT 20:15"]);
    expect(gate("credentials: false", "credentials: true")).toEqual(["DOCTOR_CREDENTIALS_KEPT 20:15"]);
    expect(gate("credentials: false", 'credentials: "false"')).toEqual([]);
  });

  it.each([
    ["echo ${{ github.event.pull_request.title }}"],
    ["echo ${{ github.head_ref }}"],
    ["echo ${{ inputs.model }}"],
    ["echo ${{ env.TITLE }}"],
    ["echo ${{ toJSON(github.event) }}"],
    ["echo ${{ format('{0}', github.event['issue'].title) }}"],
  ])("%s", (script) => {
    expect(run(script)).toEqual(["DOCTOR_SCRIPT_INJECTION 11:19"]);
  });

  it("points into a block, to the line of the expression", () => {
    expect(run("|\n          set -e\n          echo '${{ github.event.issue.body }}'")).toEqual([
      "DOCTOR_SCRIPT_INJECTION 13:17",
    ]);
    const script = `- uses: actions/github-script@${SHA}\n        with:\n          script: return "\${{ inputs.x }}"`;
    expect(gate('- run: "true"', script)).toEqual(["DOCTOR_SCRIPT_INJECTION 13:27"]);
  });

  it.each([
    "echo ${{ github.event_name }}",
    "echo ${{ github.sha }}",
    "echo ${{ runner.os == 'inputs.x' }}",
    "echo $TITLE",
  ])("lets through: %s", (script) => {
    expect(run(script)).toEqual([]);
  });

  const HEADS = [
    `uses: actions/checkout@${SHA}\n        with: { persist-credentials: false, ref: "\${{ github.event.pull_request.head.sha }}" }`,
    `uses: actions/checkout@${SHA}\n        with: { persist-credentials: false, repository: "\${{ github.event.workflow_run.head_repository.full_name }}" }`,
    'run: gh pr checkout "$NUMBER"',
    'run: git fetch origin "pull/$NUMBER/head"',
  ];

  it.each(HEADS)("the head of a fork beside secrets: %s", (step) => {
    const text = (trigger: string) =>
      GATE.replace("  merge_group:", `  merge_group:\n  ${trigger}:`).replace('run: "true"', step);
    expect(found([text("pull_request_target")])).toEqual(["DOCTOR_HEAD_CHECKED_OUT 12:9"]);
    expect(found([text("workflow_run")])).toEqual(["DOCTOR_HEAD_CHECKED_OUT 12:9"]);
    expect(found([text("push")])).toEqual([]);
  });
});

describe("a script made to be slow", () => {
  it.each([
    ["expressions that never end", "${{ ".repeat(40_000)],
    ["words that never become a command", "git pull/ ".repeat(20_000)],
    ["quotes", `\${{ ${"''".repeat(50_000)}' }}`],
  ])("%s is read in one pass", (_what, script) => {
    const text = GATE.replace("  merge_group:", "  merge_group:\n  workflow_run:").replace(
      '"true"',
      JSON.stringify(script),
    );
    expect(found([text, PROMOTE])).toEqual([]);
  });
});

describe("permissions", () => {
  it.each([
    ["none said", "permissions: {}\n", "", ["DOCTOR_PERMISSIONS_MISSING 7:3"]],
    ["everything", "permissions: {}", "permissions: write-all", ["DOCTOR_PERMISSIONS_BROAD 6:1"]],
    [
      "writing for all jobs",
      "permissions: {}",
      "permissions: { contents: write, issues: read }",
      ["DOCTOR_PERMISSIONS_BROAD 6:1"],
    ],
    [
      "a job that may write everything",
      /    permissions:\n.*\n/,
      "    permissions: write-all\n",
      ["DOCTOR_PERMISSIONS_BROAD 17:5"],
    ],
    ["reading for all jobs", "permissions: {}", "permissions: read-all", []],
  ])("%s", (_what, from, to, expected) => {
    expect(gate(from, to)).toEqual(expected);
  });

  it("each job may say it instead", () => {
    expect(promote("permissions: {}\n", "")).toEqual([]);
  });
});

describe("promotions", () => {
  it.each([
    [
      "cancelled by a newer one",
      "in-progress: false",
      "in-progress: true",
      ["DOCTOR_PROMOTION_CANCELLED 10:3"],
    ],
    [
      "cancelled sometimes",
      "in-progress: false",
      "in-progress: ${{ github.ref != 'x' }}",
      ["DOCTOR_PROMOTION_CANCELLED 10:3"],
    ],
    ["one pending at most", "  queue: max\n", "", ["DOCTOR_PROMOTION_UNQUEUED 7:1"]],
    [
      "a group alone",
      /concurrency:\n(?:  .*\n)+/,
      "concurrency: promotions\n",
      ["DOCTOR_PROMOTION_UNQUEUED 7:1"],
    ],
    ["no group", /concurrency:\n(?:  .*\n)+/, "", ["DOCTOR_PROMOTION_UNQUEUED 0:0"]],
    [
      "a job's own group",
      "    runs-on:",
      "    concurrency: { group: x, queue: max, cancel-in-progress: true }\n    runs-on:",
      ["DOCTOR_PROMOTION_CANCELLED 13:42"],
    ],
  ])("%s", (_what, from, to, expected) => {
    expect(promote(from, to)).toEqual(expected);
  });

  it("of this repository's own action count too; other workflows may cancel", () => {
    expect(promote(/modelgate\/modelgate\/actions\/promote@.*/, "./actions/promote")).toEqual([]);
    const own = PROMOTE.replace(/modelgate\/modelgate\/actions\/promote@.*/, "./actions/promote");
    expect(found([GATE, own.replace("  queue: max\n", "")])).toEqual(["DOCTOR_PROMOTION_UNQUEUED 7:1"]);
    expect(
      found([
        GATE,
        `concurrency: { group: x, cancel-in-progress: true }\n${GATE.replace("model-gate\n    if", "other\n    if")}`,
      ]),
    ).toEqual([]);
  });
});
