import { describe, expect, it } from "vitest";
import type { ForgeSettings } from "../../../../src/ports/forge.ts";
import { doctor } from "../../../../src/usecases/doctor/doctor.ts";
import { scaffold } from "../../../../src/usecases/init/scaffold.ts";
import { memoryFiles } from "../../../support/memory-files.ts";
import { REF } from "../../../support/workflows/all-workflows.ts";

const OPTIONS = {
  ref: REF,
  release: "v0.1.0",
  owner: "@acme/ml",
  branch: "main",
  mergeQueue: false,
  matrix: false,
};
const HEALTHY = Object.fromEntries(scaffold(OPTIONS));

const findingsIn = async (files: Readonly<Record<string, string | undefined>>): Promise<string[]> => {
  const there = Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const { findings } = await doctor({ files: memoryFiles(Object.fromEntries(there)), forge: null });
  return findings.map(({ code, where }) => `${code} ${where?.file ?? ""}:${where?.line ?? 0}`);
};

const WORKFLOW = ".github/workflows/model-gate.yml";
const OWNERS = ".github/CODEOWNERS";

describe("a repository as init writes it", () => {
  it("is healthy, and what was not looked at is said", async () => {
    const report = await doctor({ files: memoryFiles(HEALTHY), forge: null });
    expect(report).toEqual({
      findings: [],
      workflows: ["audit", "lifecycle", "model-gate", "nightly", "promote", "record"].map(
        (name) => `.github/workflows/${name}.yml`,
      ),
      unseen: ["the repository's settings (set GITHUB_TOKEN and name it: --repository owner/name)"],
    });
  });

  it("an empty one has all that is missing named", async () => {
    expect(await findingsIn({})).toEqual([
      "DOCTOR_BYTES_CONVERTED .gitattributes:0",
      "DOCTOR_BYTES_CONVERTED .gitattributes:0",
      "DOCTOR_BYTES_CONVERTED .gitattributes:0",
      "DOCTOR_RULES_UNOWNED .github/CODEOWNERS:0",
      "DOCTOR_GATE_MISSING .github/workflows:0",
    ]);
  });
});

describe("workflows that cannot be read strictly", () => {
  it.each([
    ["an anchor", "permissions: {}", "permissions: &none {}", "permissions: &none"],
    ["an alias", "timeout-minutes: 60", "timeout-minutes: *x", "timeout-minutes: *x"],
    ["a tag", "fetch-depth: 0", "fetch-depth: !!int 0", "fetch-depth:"],
    ["a key twice", "name: model-gate\n\n", "on: push\n\n", "on:"],
  ])("%s is a finding, not a crash, and the rest is still looked at", async (_what, from, to, broken) => {
    const text = HEALTHY[WORKFLOW]?.replace(from, to) ?? "";
    const line = text.split("\n").findLastIndex((one) => one.trim().startsWith(broken)) + 1;
    expect(await findingsIn({ ...HEALTHY, [WORKFLOW]: text })).toEqual([
      "DOCTOR_GATE_MISSING .github/workflows:0",
      `DOCTOR_WORKFLOW_UNREADABLE ${WORKFLOW}:${line}`,
    ]);
  });

  it("a link and a huge file", async () => {
    const huge = `${HEALTHY[WORKFLOW] ?? ""}# ${"x".repeat(256 * 1024)}\n`;
    expect(await findingsIn({ ...HEALTHY, [WORKFLOW]: huge })).toEqual([
      "DOCTOR_GATE_MISSING .github/workflows:0",
      `DOCTOR_WORKFLOW_UNREADABLE ${WORKFLOW}:0`,
    ]);
    const linked = memoryFiles({ ...HEALTHY, [WORKFLOW]: { symlink: "/etc/passwd" } });
    const { findings } = await doctor({ files: linked, forge: null });
    expect(findings.map(({ code }) => code)).toEqual(["DOCTOR_GATE_MISSING", "DOCTOR_WORKFLOW_UNREADABLE"]);
  });

  it("no YAML at all", async () => {
    expect(await findingsIn({ ...HEALTHY, [WORKFLOW]: "on: [\n" })).toEqual([
      "DOCTOR_GATE_MISSING .github/workflows:0",
      `DOCTOR_WORKFLOW_UNREADABLE ${WORKFLOW}:2`,
    ]);
  });

  it("reads .yaml too, and nothing below or beside the folder", async () => {
    const { [WORKFLOW]: gate = "", ...rest } = HEALTHY;
    expect(await findingsIn({ ...rest, ".github/workflows/model-gate.yaml": gate })).toEqual([]);
    expect(await findingsIn({ ...rest, ".github/workflows/old/model-gate.yml": gate })).toEqual([
      "DOCTOR_GATE_MISSING .github/workflows:0",
    ]);
  });
});

describe("CODEOWNERS", () => {
  it.each([
    [
      "the last line decides, also when it names nobody",
      "* @acme/ml\n/policies/\n",
      ["DOCTOR_RULES_UNOWNED .github/CODEOWNERS:2"],
    ],
    ["one owner for all", "* @acme/ml\n", []],
    ["folders without a slash", "policies @a\n.github @a\ndeployed.json @a\n", []],
    [
      "a comment is no owner",
      "* @acme/ml\n/policies/ # @acme/ml\n",
      ["DOCTOR_RULES_UNOWNED .github/CODEOWNERS:2"],
    ],
    [
      "another folder's policies",
      "/.github/ @a\n/deployed.json @a\n/x/policies/ @a\n",
      ["DOCTOR_RULES_UNOWNED .github/CODEOWNERS:0"],
    ],
    [
      "nothing but comments",
      "# none\n",
      Array.from({ length: 4 }, () => "DOCTOR_RULES_UNOWNED .github/CODEOWNERS:0"),
    ],
  ])("%s", async (_what, text, expected) => {
    expect(await findingsIn({ ...HEALTHY, [OWNERS]: text })).toEqual(expected);
  });

  it("GitHub takes the first of three places", async () => {
    expect(await findingsIn({ ...HEALTHY, [OWNERS]: undefined, CODEOWNERS: "* @a\n" })).toEqual([]);
    expect(await findingsIn({ ...HEALTHY, [OWNERS]: undefined, "docs/CODEOWNERS": "* @a\n" })).toEqual([]);
    const shadowed = await findingsIn({ ...HEALTHY, [OWNERS]: "/policies/ @a\n", CODEOWNERS: "* @a\n" });
    expect(shadowed).toHaveLength(3);
  });
});

describe(".gitattributes", () => {
  it.each([
    ["binary will do", "models/** binary\nevidence/** binary\ndeployed.json binary\n", 0],
    ["the last line decides", "* -text\nmodels/** text=auto\n", 1],
    ["automatic conversion", "* text=auto eol=lf\n", 3],
    ["everything kept", "* -text\n", 0],
  ])("%s", async (_what, text, count) => {
    const found = await findingsIn({ ...HEALTHY, ".gitattributes": text });
    expect(found).toEqual(Array.from({ length: count }, () => "DOCTOR_BYTES_CONVERTED .gitattributes:0"));
  });
});

interface Rule {
  readonly type: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

const RULES = (JSON.parse(HEALTHY[".github/rulesets/main.json"] ?? "") as { rules: Rule[] }).rules;

/** The ruleset that init writes, imported. */
const SETTINGS: ForgeSettings = {
  defaultBranch: "main",
  visibility: "private",
  mergeMethods: ["merge", "squash", "rebase"],
  workflowsMayOpenPullRequests: true,
  rules: RULES.map(({ type, parameters = {} }) => ({ type, parameters })),
};

const settingsFound = async (change: Partial<ForgeSettings>) => {
  const forge = { settings: async () => ({ ...SETTINGS, ...change }) };
  const { findings, unseen } = await doctor({ files: memoryFiles(HEALTHY), forge });
  return { codes: findings.map(({ code }) => code), unseen };
};

const without = (type: string) => ({ rules: (SETTINGS.rules ?? []).filter((rule) => rule.type !== type) });
const changed = (type: string, parameters: Readonly<Record<string, unknown>>) => ({
  rules: (SETTINGS.rules ?? []).map((rule) =>
    rule.type === type ? { type, parameters: { ...rule.parameters, ...parameters } } : rule,
  ),
});

/** The ruleset that `init --merge-queue` writes, with another queue. */
const queued = (parameters: Readonly<Record<string, unknown>>) => {
  const files = scaffold({ ...OPTIONS, mergeQueue: true });
  const { rules } = JSON.parse(files.get(".github/rulesets/main.json") ?? "") as { rules: Rule[] };
  const queue = rules.find(({ type }) => type === "merge_queue");
  expect(queue?.parameters).toMatchObject({ grouping_strategy: "ALLGREEN", merge_method: "MERGE" });
  return {
    rules: rules.map((rule) => ({
      type: rule.type,
      parameters: { ...rule.parameters, ...(rule === queue ? parameters : {}) },
    })),
  };
};

describe("settings", () => {
  it("are healthy with the ruleset that init writes", async () => {
    expect(await settingsFound({})).toEqual({ codes: [], unseen: [] });
  });

  it.each([
    [
      "no rules",
      { rules: [] },
      ["CHECK_NOT_REQUIRED", "FORCE_PUSH_ALLOWED", "OWNER_REVIEW_OFF", "REBASE_ALLOWED", "UNSIGNED_ALLOWED"],
    ],
    ["no required check", without("required_status_checks"), ["CHECK_NOT_REQUIRED"]],
    [
      "another check",
      changed("required_status_checks", {
        required_status_checks: [{ context: "ci", integration_id: 15_368 }],
      }),
      ["CHECK_NOT_REQUIRED"],
    ],
    [
      "a check from anybody",
      changed("required_status_checks", { required_status_checks: [{ context: "model-gate" }] }),
      ["CHECK_SOURCE_OPEN"],
    ],
    [
      "a check from another app",
      changed("required_status_checks", {
        required_status_checks: [{ context: "model-gate", integration_id: 1 }],
      }),
      ["CHECK_SOURCE_OPEN"],
    ],
    [
      "rebase merges",
      changed("pull_request", { allowed_merge_methods: ["merge", "rebase"] }),
      ["REBASE_ALLOWED"],
    ],
    [
      "methods of the repository",
      changed("pull_request", { allowed_merge_methods: undefined }),
      ["REBASE_ALLOWED"],
    ],
    ["unsigned commits", without("required_signatures"), ["UNSIGNED_ALLOWED"]],
    ["force pushes", without("non_fast_forward"), ["FORCE_PUSH_ALLOWED"]],
    ["deletion", without("deletion"), ["FORCE_PUSH_ALLOWED"]],
    ["owners ignored", changed("pull_request", { require_code_owner_review: false }), ["OWNER_REVIEW_OFF"]],
    [
      "the last push unseen",
      changed("pull_request", { require_last_push_approval: false }),
      ["OWNER_REVIEW_OFF"],
    ],
    [
      "a queue that looks at its last change alone",
      queued({ grouping_strategy: "HEADGREEN" }),
      ["QUEUE_HEADGREEN"],
    ],
    [
      "a queue that does not say how it groups",
      queued({ grouping_strategy: undefined }),
      ["QUEUE_HEADGREEN"],
    ],
    ["a queue that rebases", queued({ merge_method: "REBASE" }), ["REBASE_ALLOWED"]],
    ["the queue that init writes", queued({}), []],
    ["no pull requests by workflows", { workflowsMayOpenPullRequests: false }, ["PULL_REQUESTS_OFF"]],
  ])("%s", async (_what, change, expected) => {
    const { codes } = await settingsFound(change);
    expect(codes.sort()).toEqual(expected.map((code) => `DOCTOR_${code}`));
  });

  it("rebase merges that the repository itself forbids are no finding", async () => {
    const open = {
      ...changed("pull_request", { allowed_merge_methods: undefined }),
      mergeMethods: ["merge"] as const,
    };
    expect((await settingsFound(open)).codes).toEqual([]);
  });

  it("that the token may not see are told as unseen, never as healthy", async () => {
    expect(await settingsFound({ rules: null, workflowsMayOpenPullRequests: null })).toEqual({
      codes: [],
      unseen: [
        "the rules of the default branch",
        "whether workflows may open pull requests (needs administration: read)",
      ],
    });
  });
});
