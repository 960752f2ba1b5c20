import { expect, test } from "vitest";
import { METRICS, type Metric } from "../../../src/domain/metrics.ts";
import { isStricterOrEqual, parseLimit } from "../../../src/policy/limit.ts";
import type { Limit } from "../../../src/policy/policy.ts";

const LATENCY = METRICS.get("benchmark.p95_batch32_ms")!;
const AGREEMENT = METRICS.get("parity.label_agreement")!;
const RATIO = METRICS.get("benchmark.latency_ratio")!;
const COUNT = METRICS.get("integrity.problems")!;
const SIGNED: Metric = { ...AGREEMENT, range: [-1, 1] };

test.each([
  ["<= 60 ms", LATENCY, { text: "<= 60 ms", operator: "<=", bound: { kind: "absolute", value: 60 } }],
  ["<=60", LATENCY, { text: "<= 60", operator: "<=", bound: { kind: "absolute", value: 60 } }],
  ["  <   0.5   s ", LATENCY, { text: "< 0.5 s", operator: "<", bound: { kind: "absolute", value: 500 } }],
  [">= 95 %", AGREEMENT, { text: ">= 95 %", operator: ">=", bound: { kind: "absolute", value: 0.95 } }],
  ["<= 120%", RATIO, { text: "<= 120 %", operator: "<=", bound: { kind: "absolute", value: 1.2 } }],
  ["== 0", COUNT, { text: "== 0", operator: "==", bound: { kind: "absolute", value: 0 } }],
  [
    "<= 1e-5",
    METRICS.get("parity.max_abs_diff")!,
    { text: "<= 1e-5", operator: "<=", bound: { kind: "absolute", value: 1e-5 } },
  ],
  ["<= live", LATENCY, { text: "<= live", operator: "<=", bound: { kind: "offset", delta: 0 } }],
  [
    "<= live + 2 ms",
    LATENCY,
    { text: "<= live + 2 ms", operator: "<=", bound: { kind: "offset", delta: 2 } },
  ],
  [
    ">= live - 0.01",
    AGREEMENT,
    { text: ">= live - 0.01", operator: ">=", bound: { kind: "offset", delta: -0.01 } },
  ],
  [
    ">= live - 1 %",
    AGREEMENT,
    { text: ">= live - 1 %", operator: ">=", bound: { kind: "offset", delta: -0.01 } },
  ],
  [
    "<= live * 1.2",
    LATENCY,
    { text: "<= live * 1.2", operator: "<=", bound: { kind: "factor", factor: 1.2 } },
  ],
] as const)("%s is read in the metric's unit", (text, metric, limit) => {
  expect(parseLimit(text, metric)).toEqual(limit);
});

test.each([
  ["60 ms", LATENCY, ["POLICY_LIMIT_INVALID"]],
  ["<= 60 ms or so", LATENCY, ["POLICY_LIMIT_INVALID"]],
  ["=< 60", LATENCY, ["POLICY_LIMIT_INVALID"]],
  ["<= live * 1.2 * 2", LATENCY, ["POLICY_LIMIT_INVALID"]],
  ["<= live + -2", LATENCY, ["POLICY_LIMIT_INVALID"]],
  [`<= ${"9".repeat(80)}`, LATENCY, ["POLICY_LIMIT_INVALID"]],
  ["<= 0x10", LATENCY, ["POLICY_LIMIT_INVALID"]],
  ["", LATENCY, ["POLICY_LIMIT_INVALID"]],
  ["<= .inf", LATENCY, ["POLICY_LIMIT_NOT_FINITE"]],
  ["<= NaN", LATENCY, ["POLICY_LIMIT_NOT_FINITE"]],
  ["<= 1e999", LATENCY, ["POLICY_LIMIT_NOT_FINITE"]],
  ["<= live * 0", LATENCY, ["POLICY_LIMIT_NOT_FINITE"]],
  ["<= 60 mss", LATENCY, ["POLICY_UNIT_WRONG"]],
  ["<= 60 %", LATENCY, ["POLICY_UNIT_WRONG"]],
  ["<= 60 ms", COUNT, ["POLICY_UNIT_WRONG"]],
  ["<= live * 1.2 ms", LATENCY, ["POLICY_UNIT_WRONG"]],
  [">= 60 ms", LATENCY, ["POLICY_LIMIT_DIRECTION"]],
  ["<= 0.9", AGREEMENT, ["POLICY_LIMIT_DIRECTION"]],
  [">= 60 parsec", LATENCY, ["POLICY_LIMIT_DIRECTION", "POLICY_UNIT_WRONG"]],
  [">= 1.5", AGREEMENT, ["POLICY_LIMIT_OUT_OF_RANGE"]],
  [">= 0", AGREEMENT, ["POLICY_LIMIT_OUT_OF_RANGE"]],
  ["> 1", AGREEMENT, ["POLICY_LIMIT_OUT_OF_RANGE"]],
  ["<= -1 ms", LATENCY, ["POLICY_LIMIT_OUT_OF_RANGE"]],
  ["< 0", LATENCY, ["POLICY_LIMIT_OUT_OF_RANGE"]],
  ["== 2", AGREEMENT, ["POLICY_LIMIT_OUT_OF_RANGE"]],
  ["<= live * 1.1", RATIO, ["POLICY_LIMIT_NOT_RELATIVE"]],
  ["<= live + 0.1", RATIO, ["POLICY_LIMIT_NOT_RELATIVE"]],
  [">= live * 0.9", SIGNED, ["POLICY_LIMIT_NOT_RELATIVE"]],
] as const)("%s is refused", (text, metric, codes) => {
  const faults = parseLimit(text, metric);
  expect("bound" in faults ? faults : faults.map(({ code }) => code)).toEqual(codes);
});

test("a wrong unit comes with the nearest one", () => {
  expect(parseLimit("<= 60 mss", LATENCY)).toEqual([
    {
      code: "POLICY_UNIT_WRONG",
      message: '"mss" is no unit of ONNX p95, batch 32. It takes ms, us, s.',
      hint: "Did you mean ms?",
    },
  ]);
});

test.each([
  ["<= 1", "<= 2", true],
  ["<= 2", "<= 2", true],
  ["< 2", "<= 2", true],
  ["<= 2", "< 2", false],
  ["<= 3", "<= 2", false],
  ["<= live * 1.3", "<= live * 1.2", false],
  ["<= live * 1.3", "<= 2", true],
])("soft %s within hard %s: %s", (soft, hard, expected) => {
  const limit = (text: string): Limit => parseLimit(text, LATENCY) as Limit;
  expect(isStricterOrEqual(limit(soft), limit(hard))).toBe(expected);
});
