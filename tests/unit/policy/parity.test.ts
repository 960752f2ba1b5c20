import { describe, expect, it, test } from "vitest";
import { ruleOf } from "../../../src/domain/parity-rules.ts";
import { loosenedBetween } from "../../../src/policy/loosened.ts";
import { parityRulesOf, toleranceProblems } from "../../../src/policy/parity.ts";
import { parsePolicies } from "../../../src/policy/parse-policies.ts";
import type { GatePolicy } from "../../../src/policy/policy.ts";
import { COMPARED, evidenceOf, ENVIRONMENTS, gateSource, goodMeasurements } from "../../support/judging.ts";
import { problemsOf } from "../../support/problems.ts";

const PARITY = `objectives:
  - { id: same, metric: parity.elements_over_tolerance, hard: "== 0", why: w, fix: f }
`;
const SPEED = `objectives:
  - { id: fast, metric: benchmark.p95_batch1_ms, hard: "<= 9", why: w, fix: f }
`;
const policies = (...bodies: string[]): readonly GatePolicy[] =>
  parsePolicies([...bodies.map((body, at) => gateSource(body, `p${at}`)), ENVIRONMENTS]).policies;
const rule = (of: readonly GatePolicy[], name = "y", dtype = "float32") =>
  ruleOf(parityRulesOf(of).blocks, { name, dtype });

describe("the parity block of a policy", () => {
  it("is read key by key; any text names an output", () => {
    const [policy] = policies(`${PARITY}parity:
  tolerances: { float32: { atol: 1e-4 }, float64: { rtol: 0 } }
  outputs:
    "Identity:0": { rtol: 0.5, noise: true }
    "495": { nan_equal: true }
    "Länge / x[0] @1": { inf_equal: true }
  nan_equal: false
`);
    expect(policy?.parity).toEqual({
      tolerances: { float32: { atol: 1e-4 }, float64: { rtol: 0 } },
      outputs: new Map([
        ["Identity:0", { rtol: 0.5, noise: true }],
        ["495", { nan_equal: true }],
        ["Länge / x[0] @1", { inf_equal: true }],
      ]),
      nanEqual: false,
      infEqual: false,
    });
  });

  it.each([
    [
      "an integer dtype",
      "tolerances: { int64: { atol: 1 } }",
      "POLICY_TOLERANCE_DTYPE",
      "int64 is compared exactly",
    ],
    ["text", "tolerances: { string: { atol: 1 } }", "POLICY_TOLERANCE_DTYPE", "string is compared exactly"],
    [
      "no dtype",
      "tolerances: { float31: { atol: 1 } }",
      "POLICY_TOLERANCE_DTYPE",
      'There is no dtype "float31"',
    ],
    ["a negative number", "tolerances: { float32: { atol: -1 } }", "DOCUMENT_VALUE_INVALID", ""],
    ["a share above 1", "outputs: { y: { rtol: 1.1 } }", "DOCUMENT_VALUE_INVALID", ""],
    ["infinity", "tolerances: { float32: { atol: .inf } }", "DOCUMENT_NUMBER_NOT_FINITE", ""],
    ["a text for a number", 'tolerances: { float32: { atol: "1e-5" } }', "DOCUMENT_TYPE_WRONG", ""],
    ["another key", "tolerances: { float32: { ulp: 4 } }", "DOCUMENT_KEY_UNKNOWN", ""],
    ["a flag of a dtype", "tolerances: { float32: { nan_equal: true } }", "DOCUMENT_KEY_UNKNOWN", ""],
    ["nothing", "{}", "DOCUMENT_VALUE_INVALID", ""],
  ])("of %s is refused at its place", async (_, block, code, message) => {
    const text = `${PARITY}parity:\n  ${block}\n`;
    const found = await problemsOf(() => policies(text));
    expect(found.map((one) => one.code)).toEqual([code]);
    expect(found[0]?.message).toContain(message);
    expect(found[0]?.where).toMatchObject({ file: "policies/gates/p0.yaml", line: expect.any(Number) });
  });
});

describe("several policies", () => {
  const loose = `${PARITY}parity: { tolerances: { float32: { atol: 1, rtol: 1 } }, nan_equal: true }\n`;

  it("give the strictest of each number; one that judges parity in silence has the defaults", () => {
    expect(rule(policies(loose))).toMatchObject({ atol: 1, rtol: 1, nan_equal: true });
    expect(rule(policies(loose, PARITY))).toMatchObject({ atol: 1e-5, rtol: 1e-5, nan_equal: false });
    const half = `${PARITY}parity: { tolerances: { float32: { atol: 2, rtol: 0.5 } }, nan_equal: true }\n`;
    expect(rule(policies(loose, half))).toMatchObject({ atol: 1, rtol: 0.5, nan_equal: true });
  });

  it("that do not judge parity have no say, unless they speak of it", () => {
    expect(rule(policies(loose, SPEED))).toMatchObject({ atol: 1 });
    const strict = `${SPEED}parity: { tolerances: { float32: { atol: 1e-7 } } }\n`;
    expect(rule(policies(loose, strict))).toMatchObject({ atol: 1e-7, rtol: 1e-5 });
    expect(parityRulesOf(policies(loose, SPEED)).policies).toEqual(["p0"]);
  });
});

describe("evidence", () => {
  const compared = (more: object) =>
    evidenceOf("parity", goodMeasurements(), { compared: [{ ...COMPARED, ...more }] });
  const found = (more: object, of = policies(PARITY)) =>
    toleranceProblems("evidence/x", [compared(more)], of).map(({ code, message, where }) => [
      code,
      message,
      `${where?.file}#${where?.pointer}`,
    ]);

  it("that was compared by the rule of the policies is taken", () => {
    expect(found({})).toEqual([]);
    expect(found({ dtype: "int64", atol: 0, rtol: 0 })).toEqual([]);
  });

  it.each([
    ["atol", { atol: 1e-3 }, "0.001; the policies give it 1e-5"],
    ["rtol", { rtol: 0 }, "0; the policies give it 1e-5"],
    ["nan_equal", { nan_equal: true }, "true; the policies give it false"],
    ["inf_equal", { inf_equal: true }, "true; the policies give it false"],
    ["noise", { noise: true }, "true; the policies give it false"],
  ])("with another %s is refused at its place", (key, more, said) => {
    expect(found(more)).toEqual([
      [
        "EVIDENCE_TOLERANCE_MISMATCH",
        `Output "probabilities" was compared with ${key} ${said}.`,
        `evidence/x/parity.json#/compared/0/${key}`,
      ],
    ]);
  });

  it("that says of a label that it may differ is refused", () => {
    expect(found({ dtype: "int64" })).toEqual([
      ["EVIDENCE_TOLERANCE_MISMATCH", expect.any(String), expect.any(String)],
    ]);
  });

  it("with numbers and without rules is refused; without numbers it needs none", () => {
    const { compared: _, ...bare } = compared({});
    expect(toleranceProblems("e", [bare], policies(PARITY))).toMatchObject([
      { code: "EVIDENCE_TOLERANCE_MISMATCH", where: { file: "e/parity.json", pointer: "/compared" } },
    ]);
    const measurements = bare.measurements.map((one) => ({
      ...one,
      state: "undefined" as const,
      value: null,
    }));
    expect(toleranceProblems("e", [{ ...bare, measurements }], policies(PARITY))).toEqual([]);
  });
});

describe("a looser tolerance is told", () => {
  const told = (before: string, after: string) =>
    loosenedBetween(policies(`${PARITY}${before}`), policies(`${PARITY}${after}`)).map(
      ({ what, from, to }) => `${what}: ${from} -> ${to}`,
    );
  const float32 = (rtol: string) => `parity: { tolerances: { float32: { rtol: ${rtol} } } }\n`;
  const output = (rule: string) => `parity: { outputs: { y: { ${rule} } } }\n`;

  test.each([
    ["a number", float32("1e-5"), float32("1e-3"), ["parity float32 rtol: 1e-5 -> 0.001"]],
    ["a block that was not there", "", float32("1e-3"), ["parity float32 rtol: 1e-5 -> 0.001"]],
    ["a block that is gone", float32("1e-7"), "", ["parity float32 rtol: 1e-7 -> 1e-5"]],
    ["a stricter number", float32("1e-5"), float32("1e-6"), []],
    ["the default, written out", "", float32("1e-5"), []],
    ["NaN", "", "parity: { nan_equal: true }\n", ["parity nan_equal: false -> true"]],
    ["an output", "", output("atol: 1"), ['parity output "y" atol: 1e-9 -> 1']],
    ["an output below every default", "", output("atol: 1e-10"), []],
    ["an output's infinities", "", output("inf_equal: true"), ['parity output "y" inf_equal: false -> true']],
    ["an output that is noise now", "", output("noise: true"), ['parity output "y" noise: false -> true']],
  ])("%s", (_, before, after, steps) => {
    expect(told(before, after)).toEqual(steps);
  });
});
