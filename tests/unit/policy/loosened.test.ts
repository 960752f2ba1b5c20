import { describe, expect, test } from "vitest";
import { loosenedBetween } from "../../../src/policy/loosened.ts";
import { parsePolicies } from "../../../src/policy/parse-policies.ts";
import type { GatePolicy } from "../../../src/policy/policy.ts";

const OBJECTIVES = `objectives:
  - { id: parity, metric: parity.max_abs_diff, hard: "<= 1e-5", soft: "<= 1e-6", why: w, fix: f }
  - { id: p95, metric: benchmark.p95_batch32_ms, hard: "<= 20", judge: interval, min_samples: 100, why: w, fix: f }
  - { id: faults, metric: parity.outputs_failed, hard: "== 0", why: w, fix: f }
  - { id: ratio, metric: benchmark.latency_ratio, soft: "<= 1.1", why: w, fix: f }
`;
const REQUIRES = `requires:
  soak: { state: CANARY, at_least: 24h }
  approvals: { at_least: 2, role: release-manager, not: [author] }
  freshness: { parity: 7d }
  reason: true
`;
const WHOLE = `${REQUIRES}${OBJECTIVES}no_incumbent: inconclusive
score: { hard: ">= 0.9" }
`;

function policies(body: string, name = "production"): readonly GatePolicy[] {
  const text = `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: ${name}, version: 1, owners: [ml-platform] }
match: { events: [PROMOTE_TO_PRODUCTION], environments: [prod], models: ["*"] }
${body}`;
  return parsePolicies([{ path: `policies/gates/${name}.yaml`, bytes: Buffer.from(text) }]).policies;
}

const edited = (from: string, to: string): readonly GatePolicy[] => {
  if (!WHOLE.includes(from)) throw new Error(`There is no ${from}`);
  return policies(WHOLE.replace(from, to));
};
const steps = (before: readonly GatePolicy[], after: readonly GatePolicy[]): unknown[] =>
  loosenedBetween(before, after).map(({ what, from, to }) => [what, from, to]);

type Edit = [what: string, from: string, to: string, step: readonly [string, string, string | null]];

const EDITS: readonly Edit[] = [
  ["a higher limit", '"<= 1e-5"', '"<= 1e-4"', ["parity hard", "<= 1e-5", "<= 1e-4"]],
  [
    "a limit that takes its bound in",
    '"<= 1e-5"',
    '"<= 1.00001e-5"',
    ["parity hard", "<= 1e-5", "<= 1.00001e-5"],
  ],
  ["no soft limit", ' soft: "<= 1e-6",', "", ["parity soft", "<= 1e-6", null]],
  ["another kind of bound", '"<= 20"', '"<= live * 1.1"', ["p95 hard", "<= 20", "<= live * 1.1"]],
  ["no exact number", '"== 0"', '"<= 5"', ["faults hard", "== 0", "<= 5"]],
  ["fewer samples", "min_samples: 100", "min_samples: 10", ["p95 min_samples", "100", "10"]],
  ["a point for an interval", " judge: interval,", "", ["p95 judge", "interval", "point"]],
  [
    "a later date",
    'hard: "<= 1e-5",',
    'hard: "<= 1e-5", effective_from: 2027-01-01,',
    ["parity effective_from", "always", "2027-01-01"],
  ],
  [
    "no objective",
    '  - { id: ratio, metric: benchmark.latency_ratio, soft: "<= 1.1", why: w, fix: f }\n',
    "",
    ["ratio", "soft <= 1.1", null],
  ],
  [
    "another metric",
    "metric: parity.outputs_failed",
    "metric: parity.outputs_not_comparable",
    ["faults metric", "parity.outputs_failed", "parity.outputs_not_comparable"],
  ],
  ["a shorter soak", "24h", "1h", ["soak", "24h", "1h"]],
  [
    "one approval less",
    "at_least: 2, role",
    "at_least: 1, role",
    ["approvals", "2 by release-manager not author", "1 by release-manager not author"],
  ],
  [
    "approvals of anybody",
    " role: release-manager,",
    "",
    ["approvals", "2 by release-manager not author", "2 not author"],
  ],
  ["older evidence", "parity: 7d", "parity: 30d", ["freshness parity", "7d", "30d"]],
  ["no reason", "  reason: true\n", "", ["reason", "asked for", null]],
  ["a lower score", '">= 0.9"', '">= 0.5"', ["score hard", ">= 0.9", ">= 0.5"]],
  [
    "a kinder cold start",
    "no_incumbent: inconclusive",
    "no_incumbent: pass",
    ["no_incumbent", "inconclusive", "pass"],
  ],
];

describe("what a later policy lets pass more easily", () => {
  test.each(EDITS)("%s", (_, from, to, step) => {
    expect(steps(policies(WHOLE), edited(from, to))).toEqual([step]);
  });

  /** Where both sides compare in one way, the way back is stricter. */
  const comparable = EDITS.filter(
    ([, , , [what, , to]]) => to !== null && !/^(?:p95 hard|faults)/.test(what),
  );
  test.each(comparable)("never %s the other way round", (_, from, to) => {
    expect(steps(edited(from, to), policies(WHOLE))).toEqual([]);
  });

  test("a stricter limit, the same in other words, or a new name for the same metric is not loosened", () => {
    expect(steps(policies(WHOLE), edited('"<= 1e-5"', '"<= 1e-6"'))).toEqual([]);
    expect(steps(policies(WHOLE), edited('"<= 1e-5"', '"< 1e-5"'))).toEqual([]);
    expect(steps(policies(WHOLE), edited('"== 0"', '"== 0.0"'))).toEqual([]);
    expect(steps(policies(WHOLE), edited("id: parity,", "id: same-numbers,"))).toEqual([]);
  });

  test("a policy that no longer applies is told whole", () => {
    expect(loosenedBetween(policies(WHOLE), policies(WHOLE, "other"))).toEqual([
      { policy: "production", path: "policies/gates/production.yaml", what: "policy", from: "v1", to: null },
    ]);
    expect(loosenedBetween([], policies(WHOLE))).toEqual([]);
  });
});
