import { expect, test } from "vitest";
import { digestOf } from "../../../src/domain/digest.ts";
import { formatPlace, GateError } from "../../../src/errors.ts";
import { parsePolicies, type PolicySource } from "../../../src/policy/parse-policies.ts";
import { digest, ENVIRONMENTS, gateSource, source } from "../../support/judging.ts";

const OBJECTIVE = `objectives:
  - id: onnx-parity
    metric: parity.max_abs_diff
    hard: "<= 1e-5"
    why: A different answer is a different model.
    fix: Export again.
`;

function problemsOf(...sources: readonly PolicySource[]): readonly string[] {
  try {
    parsePolicies(sources);
  } catch (error) {
    if (error instanceof GateError)
      return error.problems.map(({ code, where }) => `${where ? formatPlace(where) : "-"} ${code}`);
    throw error;
  }
  return [];
}

function waivers(text: string): PolicySource {
  return source("policies/waivers.yaml", `apiVersion: modelgate/v1\nkind: Waivers\nwaivers:\n${text}`);
}

test("a policy is read whole", () => {
  const file = gateSource(`requires:
  reason: true
  soak: { state: CANARY, at_least: 24h }
  streak: { check: nightly-parity, consecutive: 7 }
  approvals: { at_least: 2, role: release-manager, not: [author, last-pusher] }
  freshness: { parity: 7d, benchmark: 90m }
objectives:
  - id: p95
    group: Latency
    metric: benchmark.p95_batch32_ms
    hard: "<= 200 ms"
    soft: "<= live * 1.1"
    judge: interval
    min_samples: 500
    weight: 2
    effective_from: 2026-12-01
    why: Callers wait.
    fix: Make it smaller.
no_incumbent: inconclusive
score: { hard: ">= 90 %" }
`);
  expect(parsePolicies([file, ENVIRONMENTS])).toEqual({
    policies: [
      {
        name: "production",
        version: 3,
        owners: ["ml-platform"],
        path: "policies/gates/production.yaml",
        digest: digestOf(file.bytes),
        match: { events: ["PROMOTE_TO_PRODUCTION"], environments: ["prod"], models: ["*"] },
        requires: {
          reason: true,
          remeasure: null,
          modelSignature: null,
          soak: { state: "CANARY", atLeast: 86_400_000, text: "24h" },
          streak: { check: "nightly-parity", consecutive: 7 },
          approvals: { atLeast: 2, role: "release-manager", not: ["author", "last-pusher"] },
          freshness: [
            { kind: "parity", atMost: 604_800_000, text: "7d" },
            { kind: "benchmark", atMost: 5_400_000, text: "90m" },
          ],
        },
        objectives: [
          {
            id: "p95",
            group: "Latency",
            line: 12,
            metric: "benchmark.p95_batch32_ms",
            hard: { text: "<= 200 ms", operator: "<=", bound: { kind: "absolute", value: 200 } },
            soft: { text: "<= live * 1.1", operator: "<=", bound: { kind: "factor", factor: 1.1 } },
            judge: "interval",
            minSamples: 500,
            weight: 2,
            effectiveFrom: new Date("2026-12-01T00:00:00Z"),
            why: "Callers wait.",
            fix: "Make it smaller.",
          },
        ],
        parity: null,
        noIncumbent: "inconclusive",
        score: {
          hard: { text: ">= 90 %", operator: ">=", bound: { kind: "absolute", value: 0.9 } },
          soft: null,
        },
      },
    ],
    environments: [
      { name: "staging", models: ["*"], canaryPhases: ["5%", "50%"], after: null },
      { name: "prod", models: ["*"], canaryPhases: ["5%", "50%"], after: null },
    ],
    waivers: [],
  });
});

test("every problem of every file is listed, by place", () => {
  const first = source(
    "policies/gates/a.yaml",
    `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: production, version: 0, owners: [x], nam: 3 }
match: { events: [PROMOTE_TO_PRODUCTOIN], environments: [prd], models: ["[a-z]"] }
objectives:
  - id: a
    metric: parity.max_abs_dif
    hard: "<= 1e-5"
    why: w
    fix: f
  - id: a
    metric: benchmark.p95_batch32_ms
    hard: ">= 3 mss"
    soft: "<= .inf"
    effective_from: 2026-02-30
    why: w
    fix: f
  - id: none
    metric: parity.cases
    why: w
    fix: f
  - id: inverted
    metric: benchmark.p95_batch32_ms
    hard: "<= 1 ms"
    soft: "<= 2 ms"
    why: w
    fix: f
  - id: relative
    metric: benchmark.latency_ratio
    soft: "<= 2"
    why: w
    fix: f
requires:
  soak: { state: CANARY, at_least: 1 week }
`,
  );
  const second = gateSource("objectives: []\n");
  expect(problemsOf(second, ENVIRONMENTS, first)).toEqual([
    "policies/gates/a.yaml:1:1 POLICY_NO_INCUMBENT_MISSING",
    "policies/gates/a.yaml:3:40 POLICY_VERSION_INVALID",
    "policies/gates/a.yaml:3:56 DOCUMENT_KEY_UNKNOWN",
    "policies/gates/a.yaml:4:19 POLICY_EVENT_UNKNOWN",
    "policies/gates/a.yaml:4:58 POLICY_ENVIRONMENT_UNKNOWN",
    "policies/gates/a.yaml:4:73 POLICY_GLOB_INVALID",
    "policies/gates/a.yaml:7:13 POLICY_METRIC_UNKNOWN",
    "policies/gates/a.yaml:11:9 POLICY_OBJECTIVE_DUPLICATE",
    "policies/gates/a.yaml:13:11 POLICY_LIMIT_DIRECTION",
    "policies/gates/a.yaml:13:11 POLICY_UNIT_WRONG",
    "policies/gates/a.yaml:14:11 POLICY_LIMIT_NOT_FINITE",
    "policies/gates/a.yaml:15:21 POLICY_DATE_INVALID",
    "policies/gates/a.yaml:18:5 POLICY_LIMIT_MISSING",
    "policies/gates/a.yaml:25:11 POLICY_LIMITS_INVERTED",
    "policies/gates/a.yaml:34:36 POLICY_DURATION_INVALID",
    "policies/gates/production.yaml:3:19 POLICY_NAME_DUPLICATE",
    "policies/gates/production.yaml:5:13 POLICY_OBJECTIVES_EMPTY",
  ]);
});

test("a misspelt metric says what was meant", () => {
  const text = OBJECTIVE.replace("max_abs_diff", "max_abs_dif");
  expect(() => parsePolicies([gateSource(text)])).toThrow(
    expect.objectContaining({
      problems: [
        {
          code: "POLICY_METRIC_UNKNOWN",
          message: 'There is no metric "parity.max_abs_dif".',
          where: {
            file: "policies/gates/production.yaml",
            line: 7,
            column: 13,
            pointer: "/objectives/0/metric",
          },
          fix: "Did you mean parity.max_abs_diff? All metrics: modelgate explain metrics.",
        },
      ],
    }),
  );
});

test.each([
  ["no file", [], ["- POLICY_EMPTY"]],
  ["only environments", [ENVIRONMENTS], ["- POLICY_EMPTY"]],
  [
    "an unknown kind",
    [source("policies/x.yaml", "apiVersion: modelgate/v1\nkind: GatePolcy\n")],
    ["policies/x.yaml:2:7 POLICY_KIND_UNKNOWN"],
  ],
  ["a list", [source("policies/x.yaml", "- a\n")], ["policies/x.yaml:1:1 POLICY_KIND_UNKNOWN"]],
  ["an empty file", [source("policies/x.yaml", "")], ["policies/x.yaml DOCUMENT_EMPTY"]],
  ["not YAML", [source("policies/x.yaml", "a: [1\n")], ["policies/x.yaml:2:1 DOCUMENT_SYNTAX"]],
  [
    "two environments files",
    [gateSource(OBJECTIVE), ENVIRONMENTS, { ...ENVIRONMENTS, path: "policies/z.yaml" }],
    ["policies/z.yaml:2:7 POLICY_FILE_DUPLICATE"],
  ],
])("%s is refused", (_, sources, codes) => {
  expect(problemsOf(...sources)).toEqual(codes);
});

test("an event that happens in an environment needs one", () => {
  const file = gateSource(OBJECTIVE);
  const text = Buffer.from(file.bytes).toString().replace("environments: [prod], ", "");
  expect(problemsOf({ ...file, bytes: Buffer.from(text) })).toEqual([
    "policies/gates/production.yaml:4:8 POLICY_ENVIRONMENT_MISSING",
  ]);
});

test("only the ways out may ask for a reason alone", () => {
  const bare = (event: string): PolicySource => {
    const file = gateSource("requires: { reason: true }\n");
    return {
      ...file,
      bytes: Buffer.from(Buffer.from(file.bytes).toString().replace("PROMOTE_TO_PRODUCTION", event)),
    };
  };
  expect(["DISABLE", "RETIRE", "REVOKE"].flatMap((event) => problemsOf(bare(event)))).toEqual([]);
  for (const event of ["PROMOTE_TO_PRODUCTION", "ROLLBACK", "ENABLE", "REGISTER"]) {
    expect(problemsOf(bare(event))).toEqual(["policies/gates/production.yaml:1:1 POLICY_OBJECTIVES_EMPTY"]);
  }
});

test.each([
  ["0%", ["POLICY_PHASE_INVALID"]],
  ["100%", ["POLICY_PHASE_INVALID"]],
  ["five", ["POLICY_PHASE_INVALID"]],
  ["50%, 5%", ["POLICY_PHASE_INVALID"]],
  ["5%, 5%", ["POLICY_PHASE_INVALID"]],
  ["0.5%, 5%, 12.5%, 99%", []],
])("canary phases %s", (phases, codes) => {
  const list = phases
    .split(", ")
    .map((phase) => `"${phase}"`)
    .join(", ");
  const text = `apiVersion: modelgate/v1\nkind: Environments\nenvironments:\n  - { name: prod, models: ["*"], canary_phases: [${list}] }\n`;
  const found = problemsOf(gateSource(OBJECTIVE), source("policies/environments.yaml", text));
  expect(found.map((line) => line.split(" ")[1])).toEqual(codes);
});

test("an environment can only come after an earlier one", () => {
  const text = `apiVersion: modelgate/v1
kind: Environments
environments:
  - { name: prod, models: ["*"], canary_phases: [], after: staging }
  - { name: staging, models: ["*"], canary_phases: [] }
`;
  expect(problemsOf(gateSource(OBJECTIVE), source("policies/environments.yaml", text))).toEqual([
    "policies/environments.yaml:4:60 POLICY_ENVIRONMENT_UNKNOWN",
  ]);
});

const WAIVER = {
  id: "w-1",
  objective: "onnx-parity",
  manifest_digest: digest("a"),
  reason: "known rounding",
  owner: "ana",
  granted: "2026-11-01",
  expires: "2026-12-01",
};

function waiverLine(more: Partial<Record<keyof typeof WAIVER | "policy", string>> = {}): string {
  return `  - ${JSON.stringify({ ...WAIVER, ...more })}\n`;
}

test("a waiver is read whole", () => {
  expect(parsePolicies([gateSource(OBJECTIVE), waivers(waiverLine())]).waivers).toEqual([
    {
      id: "w-1",
      objective: "onnx-parity",
      policy: null,
      manifestDigest: digest("a"),
      reason: "known rounding",
      owner: "ana",
      granted: new Date("2026-11-01T00:00:00Z"),
      expires: new Date("2026-12-01T00:00:00Z"),
    },
  ]);
});

test.each([
  [{ expires: "2027-01-31" }, ["POLICY_WAIVER_TOO_LONG"]],
  [{ expires: "2027-01-30" }, []],
  [{ expires: "2026-10-01" }, ["POLICY_WAIVER_TOO_LONG"]],
  [{ expires: "soon" }, ["POLICY_DATE_INVALID"]],
  [{ objective: "onnx-parit" }, ["POLICY_WAIVER_UNKNOWN_TARGET"]],
  [{ policy: "prod" }, ["POLICY_WAIVER_UNKNOWN_TARGET"]],
  [{ policy: "production" }, []],
  [{ manifest_digest: "sha256:abc" }, ["DOCUMENT_VALUE_INVALID"]],
])("a waiver with %o", (more, codes) => {
  const found = problemsOf(gateSource(OBJECTIVE), waivers(waiverLine(more)));
  expect(found.map((line) => line.split(" ")[1])).toEqual(codes);
});

test("two waivers may not share an id", () => {
  expect(problemsOf(gateSource(OBJECTIVE), waivers(waiverLine() + waiverLine()))).toEqual([
    "policies/waivers.yaml:5:11 POLICY_WAIVER_DUPLICATE",
  ]);
});
