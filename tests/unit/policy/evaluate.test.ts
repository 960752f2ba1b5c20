import { describe, expect, test } from "vitest";
import type { Evidence, Measurement } from "../../../src/domain/evidence.ts";
import type { ObjectiveVerdict, Verdict } from "../../../src/domain/verdict.ts";
import { VERDICT_V1 } from "../../../src/generated/verdict-v1.js";
import { schemaErrors } from "../../../src/domain/document/schema.ts";
import { evaluate, type EvaluateInput } from "../../../src/policy/evaluate.ts";
import { parsePolicies, type PolicySource } from "../../../src/policy/parse-policies.ts";
import {
  CANDIDATE,
  digest,
  EMPTY_LEDGER,
  ENVIRONMENTS,
  evidenceOf,
  evidenceWith,
  gateSource,
  goodMeasurements,
  inputWith,
  LIVE,
  measurement,
  REQUEST,
  source,
} from "../../support/judging.ts";

interface Setup {
  readonly objective?: string;
  readonly rest?: string;
  readonly measured?: readonly Measurement[];
  readonly more?: Partial<EvaluateInput>;
  readonly waivers?: PolicySource;
}

/** Judges one objective of a policy of its own. */
function judge(setup: Setup): Verdict {
  const body = `objectives:\n  - { id: it, metric: benchmark.p95_batch32_ms, ${setup.objective ?? 'hard: "<= 60 ms"'}, why: w, fix: f }\n${setup.rest ?? ""}`;
  const sources = [gateSource(body), ENVIRONMENTS, ...(setup.waivers ? [setup.waivers] : [])];
  const evidence = evidenceWith(setup.measured ?? [measurement("benchmark.p95_batch32_ms", 7)]);
  return evaluate(inputWith({ policies: parsePolicies(sources), evidence, ...setup.more }));
}

function objectiveOf(verdict: Verdict): ObjectiveVerdict {
  return verdict.policies[0]!.objectives[0]!;
}

function p95(value: number, more: Partial<Measurement> = {}): Measurement {
  return measurement("benchmark.p95_batch32_ms", value, more);
}

/** `OUTCOME REASON`. */
function outcomeOf(setup: Setup): string {
  const { outcome, reason } = objectiveOf(judge(setup));
  return reason === null ? outcome : `${outcome} ${reason}`;
}

test("a good candidate passes every shipped objective, and its verdict has the stored form", () => {
  const verdict = evaluate(inputWith());
  expect(verdict.outcome).toBe("PASS");
  expect(verdict.policies.map(({ policy }) => policy)).toEqual(["production"]);
  expect(verdict.policies[0]!.objectives.map(({ outcome }) => outcome)).toEqual(Array(15).fill("PASS"));
  expect(verdict.refusals).toEqual([]);
  expect(verdict.decided_at).toBe("2026-11-20T12:00:00Z");
  expect(schemaErrors(VERDICT_V1, JSON.parse(JSON.stringify(verdict)))).toEqual([]);
});

test("an objective shows the value, the limits and why", () => {
  expect(objectiveOf(judge({ objective: 'hard: "<= 60 ms", soft: "<= 5 ms"' }))).toEqual({
    id: "it",
    group: null,
    line: 6,
    metric: "benchmark.p95_batch32_ms",
    title: "ONNX p95, batch 32",
    unit: "ms",
    outcome: "WARN",
    reason: "GATE_SOFT_LIMIT_MISSED",
    says: "ONNX p95, batch 32 is 7, which misses the soft limit <= 5 ms.",
    value: 7,
    interval: null,
    baseline: null,
    samples: 100,
    hard: "<= 60 ms",
    soft: "<= 5 ms",
    judge: "point",
    weight: 1,
    why: "w",
    fix: "f",
    waiver: null,
  });
});

describe("limits", () => {
  test.each([
    ['hard: "<= 7 ms"', 7, "PASS"],
    ['hard: "< 7 ms"', 7, "FAIL GATE_HARD_LIMIT_MISSED"],
    ['hard: "== 7 ms"', 7, "PASS"],
    ['soft: "<= 5 ms"', 7, "WARN GATE_SOFT_LIMIT_MISSED"],
    ['hard: "<= 6 ms", soft: "<= 5 ms"', 7, "FAIL GATE_HARD_LIMIT_MISSED"],
    ['hard: "<= live + 2 ms"', 7, "FAIL GATE_HARD_LIMIT_MISSED"],
    ['hard: "<= live * 2"', 7, "PASS"],
  ])("%s with %s: %s", (objective, value, expected) => {
    expect(
      outcomeOf({ objective, rest: "no_incumbent: fail\n", measured: [p95(value, { baseline: 4 })] }),
    ).toBe(expected);
  });

  test("a miss by a hair is told with enough digits", () => {
    const { says } = objectiveOf(judge({ measured: [p95(60.000001)] }));
    expect(says).toBe("ONNX p95, batch 32 is 60.000001, which misses the hard limit <= 60 ms.");
  });

  test.each([
    [{ low: 50, high: 60, level: 0.95 }, "PASS"],
    [{ low: 50, high: 61, level: 0.95 }, "INCONCLUSIVE GATE_UNDECIDED"],
    [{ low: 61, high: 62, level: 0.95 }, "FAIL GATE_HARD_LIMIT_MISSED"],
    [{ low: 50, high: null, level: 0.95 }, "INCONCLUSIVE GATE_UNDECIDED"],
    [{ low: 61, high: null, level: 0.95 }, "FAIL GATE_HARD_LIMIT_MISSED"],
    [null, "INCONCLUSIVE EVIDENCE_INTERVAL_MISSING"],
    [{ low: 2, high: 1, level: 0.95 }, "FAIL EVIDENCE_INVALID"],
    [{ low: Number.NaN, high: 1, level: 0.95 }, "FAIL EVIDENCE_INVALID"],
  ])("an interval %o: %s", (interval, expected) => {
    expect(
      outcomeOf({ objective: 'hard: "<= 60 ms", judge: interval', measured: [p95(55, { interval })] }),
    ).toBe(expected);
  });

  test("a doubtful soft limit warns and does not block", () => {
    const measured = [p95(55, { interval: { low: 50, high: 61, level: 0.95 } })];
    expect(outcomeOf({ objective: 'soft: "<= 60 ms", judge: interval', measured })).toBe(
      "WARN GATE_SOFT_LIMIT_UNDECIDED",
    );
  });

  test("too few samples are inconclusive", () => {
    expect(outcomeOf({ objective: 'hard: "<= 60 ms", min_samples: 101' })).toBe(
      "INCONCLUSIVE EVIDENCE_SAMPLES_TOO_FEW",
    );
    expect(outcomeOf({ objective: 'hard: "<= 60 ms", min_samples: 100' })).toBe("PASS");
  });
});

describe("a number that is this or larger", () => {
  const atLeast = (value: number, more: Partial<Measurement> = {}): readonly Measurement[] => [
    p95(value, {
      state: "at_least",
      interval: null,
      samples: 10,
      reason: "BENCHMARK_FAR_ABOVE",
      note: "Each of 10 calls took that long.",
      ...more,
    }),
  ];

  test.each([
    ["misses a hard limit below it", 'hard: "<= 60 ms"', atLeast(61), "FAIL BENCHMARK_FAR_ABOVE"],
    [
      "with any number of samples",
      'hard: "<= 60 ms", min_samples: 100',
      atLeast(61),
      "FAIL BENCHMARK_FAR_ABOVE",
    ],
    ["says nothing of a limit above it", 'hard: "<= 60 ms"', atLeast(2), "INCONCLUSIVE BENCHMARK_FAR_ABOVE"],
    ["says nothing at the limit", 'hard: "<= 60 ms"', atLeast(60), "INCONCLUSIVE BENCHMARK_FAR_ABOVE"],
    [
      "says nothing of a soft limit alone",
      'soft: "<= 60 ms"',
      atLeast(61),
      "INCONCLUSIVE BENCHMARK_FAR_ABOVE",
    ],
    [
      "is broken without a number",
      'hard: "<= 60 ms"',
      atLeast(61, { value: null }),
      "FAIL EVIDENCE_NOT_FINITE",
    ],
  ])("%s", (_what, objective, measured, expected) => {
    expect(outcomeOf({ objective, measured })).toBe(expected);
  });
});

describe("a number from a noisy runner, which noise can only have made worse", () => {
  const noisy = (
    low: number,
    high: number | null,
    more: Partial<Measurement> = {},
  ): readonly Measurement[] => [
    p95(low, {
      state: "pessimistic",
      interval: { low, high, level: 0.9 },
      reason: "BENCHMARK_NOISY",
      note: "The runner was noisy.",
      ...more,
    }),
  ];

  test.each([
    ["meets a limit at its worse end", 'hard: "<= 60 ms"', noisy(2, 59), "PASS"],
    [
      "cannot be told when the interval crosses the limit",
      'hard: "<= 60 ms"',
      noisy(2, 61),
      "INCONCLUSIVE BENCHMARK_NOISY",
    ],
    ["is no failure, however high", 'hard: "<= 60 ms"', noisy(600, 700), "INCONCLUSIVE BENCHMARK_NOISY"],
    [
      "has no worse end when it is not bounded",
      'hard: "<= 60 ms"',
      noisy(2, null),
      "INCONCLUSIVE BENCHMARK_NOISY",
    ],
    [
      "warns where only the soft limit is not shown to hold",
      'hard: "<= 60 ms", soft: "<= 10 ms"',
      noisy(2, 59),
      "WARN GATE_SOFT_LIMIT_UNDECIDED",
    ],
    [
      "says nothing beside a live value that is as noisy",
      'hard: "<= live + 50 ms"',
      noisy(2, 3, { baseline: 2 }),
      "INCONCLUSIVE BENCHMARK_NOISY",
    ],
    [
      "needs an interval",
      'hard: "<= 60 ms"',
      noisy(2, 3, { interval: null }),
      "INCONCLUSIVE BENCHMARK_NOISY",
    ],
  ])("%s", (_, objective, measured, expected) => {
    expect(outcomeOf({ objective, measured, rest: "no_incumbent: pass\n" })).toBe(expected);
  });

  test("is a failure when it is no number", () => {
    expect(outcomeOf({ measured: noisy(Number.NaN, 3) })).toBe("FAIL EVIDENCE_NOT_FINITE");
  });
});

describe("evidence that cannot be judged", () => {
  test.each<[string, readonly Measurement[], string]>([
    ["missing", [measurement("integrity.files", 1)], "FAIL EVIDENCE_MISSING"],
    ["twice", [p95(7), p95(7)], "FAIL EVIDENCE_DUPLICATE"],
    ["NaN", [p95(Number.NaN)], "FAIL EVIDENCE_NOT_FINITE"],
    ["-Infinity", [p95(-Infinity)], "FAIL EVIDENCE_NOT_FINITE"],
    ["a string", [p95("7" as unknown as number)], "FAIL EVIDENCE_NOT_FINITE"],
    ["null", [{ ...p95(0), value: null }], "FAIL EVIDENCE_NOT_FINITE"],
    ["below the range", [p95(-1)], "FAIL EVIDENCE_INVALID"],
    ["half a sample", [p95(7, { samples: 0.5 })], "FAIL EVIDENCE_INVALID"],
    [
      "undefined",
      [p95(0, { state: "undefined", value: null, reason: "PARITY_NAN", note: "Output 1 is NaN." })],
      "FAIL PARITY_NAN",
    ],
    [
      "undefined, without a code",
      [p95(0, { state: "undefined", value: null, reason: "<b>", note: "" })],
      "FAIL EVIDENCE_UNDEFINED",
    ],
    ["inconclusive", [p95(0, { state: "inconclusive", value: null })], "INCONCLUSIVE EVIDENCE_INCONCLUSIVE"],
    ["an unknown state", [p95(0, { state: "fine" as "measured" })], "FAIL EVIDENCE_INVALID"],
  ])("%s", (_, measured, expected) => {
    expect(outcomeOf({ measured })).toBe(expected);
    expect(judge({ measured }).outcome).toBe(expected.split(" ")[0]);
  });

  test("negative zero is zero", () => {
    const found = objectiveOf(judge({ measured: [p95(-0)] }));
    expect([found.outcome, Object.is(found.value, 0)]).toEqual(["PASS", true]);
  });

  test("a metric in evidence of another kind does not count", () => {
    const evidence = [evidenceOf("parity", [p95(1)])];
    expect(outcomeOf({ more: { evidence } })).toBe("FAIL EVIDENCE_MISSING");
  });

  test.each([
    ["version", { ...CANDIDATE, version: "1.2.0" }],
    ["manifest", { ...CANDIDATE, manifest_digest: digest("f") }],
    ["artifact", { ...CANDIDATE, artifact_digest: digest("f") }],
    ["model", { ...CANDIDATE, model_id: "other" }],
  ])("evidence about another %s is refused by name", (_, subject) => {
    const verdict = judge({ more: { evidence: [evidenceOf("benchmark", [p95(7)], { subject })] } });
    expect(verdict.outcome).toBe("FAIL");
    expect(verdict.refusals.map(({ id, reason }) => [id, reason])).toEqual([
      ["evidence-benchmark", "EVIDENCE_SUBJECT_MISMATCH"],
    ]);
    expect(objectiveOf(verdict).reason).toBe("EVIDENCE_MISSING");
    expect(objectiveOf(verdict).fix).toContain("modelgate measure ");
    expect(objectiveOf(verdict).fix).toContain(" flight-delay@1.1.0 --out DIR");
  });

  test("a request for another version than the one that is judged is refused", () => {
    const verdict = judge({ more: { request: { ...REQUEST, version: "1.2.0" } } });
    expect(verdict.refusals.map(({ id, reason }) => [id, reason])).toEqual([
      ["subject", "EVIDENCE_SUBJECT_MISMATCH"],
    ]);
  });
});

describe("comparing with the live model", () => {
  const ratio = (rule: string): string =>
    `  - { id: ratio, metric: benchmark.latency_ratio, hard: "<= 1.2", why: w, fix: f }\nno_incumbent: ${rule}\n`;
  const alone: readonly Measurement[] = [
    p95(7),
    measurement("benchmark.latency_ratio", 0, {
      state: "not_applicable",
      value: null,
      note: "Nothing is live.",
    }),
  ];
  const cold = { ledger: EMPTY_LEDGER, baseline: null, evidence: evidenceWith(alone, { baseline: null }) };
  const ratioOf = (verdict: Verdict): string => {
    const { outcome, reason } = verdict.policies[0]!.objectives[1]!;
    return `${outcome} ${reason}`;
  };

  test.each([
    ["pass", "NOT_APPLICABLE GATE_NO_INCUMBENT", "PASS"],
    ["fail", "FAIL GATE_NO_INCUMBENT", "FAIL"],
    ["inconclusive", "INCONCLUSIVE GATE_NO_INCUMBENT", "INCONCLUSIVE"],
  ])("no live version, no_incumbent: %s", (rule, expected, whole) => {
    const verdict = judge({ rest: ratio(rule), more: cold });
    expect([ratioOf(verdict), verdict.outcome]).toEqual([expected, whole]);
  });

  test("evidence cannot claim that nothing is live", () => {
    const verdict = judge({
      rest: ratio("pass"),
      more: { evidence: evidenceWith(alone, { baseline: null }) },
    });
    expect(ratioOf(verdict)).toBe("FAIL EVIDENCE_BASELINE_MISMATCH");
  });

  test.each([
    ["no baseline", null],
    ["another baseline", { ...LIVE, version: "0.9.0" }],
    ["other bytes", { ...LIVE, manifest_digest: digest("f") }],
  ])("evidence with %s is refused", (_, baseline) => {
    const measured = evidenceWith([p95(7), measurement("benchmark.latency_ratio", 1)], { baseline });
    expect(ratioOf(judge({ rest: ratio("pass"), more: { evidence: measured } }))).toBe(
      "FAIL EVIDENCE_BASELINE_MISMATCH",
    );
  });

  test("the ledger, not the caller, says what is live", () => {
    const measured = evidenceWith([p95(7), measurement("benchmark.latency_ratio", 1)]);
    const more = { evidence: measured, ledger: EMPTY_LEDGER };
    expect(ratioOf(judge({ rest: ratio("pass"), more }))).toBe("FAIL EVIDENCE_BASELINE_MISMATCH");
  });

  test("an absolute hard limit holds on a cold start, beside a relative soft one", () => {
    const setup = {
      objective: 'hard: "<= 5 ms", soft: "<= live * 1.1"',
      rest: "no_incumbent: pass\n",
      more: { ...cold, evidence: evidenceWith([p95(7)], { baseline: null }) },
    };
    expect(outcomeOf(setup)).toBe("FAIL GATE_HARD_LIMIT_MISSED");
  });

  test("nothing evaluated is never a pass", () => {
    const verdict = judge({
      objective: 'hard: "<= live"',
      rest: "no_incumbent: pass\nrequires: { reason: true }\n",
      more: { ...cold, evidence: evidenceWith([p95(7)], { baseline: null }) },
    });
    expect(verdict.outcome).toBe("FAIL");
    expect(verdict.policies[0]!.requirements.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ["PASS", null],
      ["FAIL", "GATE_NOTHING_EVALUATED"],
    ]);
  });
});

describe("policies that apply", () => {
  test("none matches: refused", () => {
    const verdict = evaluate(
      inputWith({
        request: { ...REQUEST, event: "ENABLE", environment: "prod", model: "flight-delay" },
        policies: parsePolicies([
          gateSource('objectives:\n  - { id: a, metric: parity.cases, hard: ">= 1", why: w, fix: f }\n'),
          ENVIRONMENTS,
        ]),
      }),
    );
    expect([verdict.outcome, verdict.policies, verdict.refusals.map(({ reason }) => reason)]).toEqual([
      "FAIL",
      [],
      ["POLICY_NONE_MATCHES"],
    ]);
  });

  test("all that match apply, and the worst counts", () => {
    const lenient = gateSource(
      'objectives:\n  - { id: a, metric: benchmark.p95_batch32_ms, hard: "<= 60 ms", why: w, fix: f }\n',
      "lenient",
    );
    const strict = gateSource(
      'objectives:\n  - { id: a, metric: benchmark.p95_batch32_ms, hard: "<= 6 ms", why: w, fix: f }\n',
      "strict",
    );
    const verdict = judge({ more: { policies: parsePolicies([lenient, strict, ENVIRONMENTS]) } });
    expect(verdict.policies.map(({ policy, outcome }) => [policy, outcome])).toEqual([
      ["lenient", "PASS"],
      ["strict", "FAIL"],
    ]);
    expect(verdict.outcome).toBe("FAIL");
  });

  test.each([
    [{ environment: "prd" }, ["ENVIRONMENT_UNKNOWN", "POLICY_NONE_MATCHES"]],
    [{ environment: null }, ["ENVIRONMENT_UNKNOWN", "POLICY_NONE_MATCHES"]],
    [{ phase: "5%" }, ["ENVIRONMENT_PHASE_UNKNOWN"]],
    [{ event: "PROMOTE_TO_CANARY" as const }, ["ENVIRONMENT_PHASE_UNKNOWN"]],
    [{ event: "PROMOTE_TO_CANARY" as const, phase: "7%" }, ["ENVIRONMENT_PHASE_UNKNOWN"]],
    [{ event: "PROMOTE_TO_CANARY" as const, phase: "5%" }, []],
  ])("a request with %o", (more, reasons) => {
    const { refusals } = evaluate(inputWith({ request: { ...REQUEST, ...more } }));
    expect(new Set(refusals.map(({ reason }) => reason))).toEqual(new Set(reasons));
  });

  test("an environment may allow some models only, and come after another; the way back stays open", () => {
    const text = `apiVersion: modelgate/v1
kind: Environments
environments:
  - { name: staging, models: ["*"], canary_phases: [] }
  - { name: prod, models: ["silero-*"], canary_phases: [], after: staging }
`;
    const shipped = inputWith().policies;
    const { environments } = parsePolicies([
      gateSource('objectives:\n  - { id: a, metric: parity.cases, hard: ">= 1", why: w, fix: f }\n'),
      source("policies/environments.yaml", text),
    ]);
    const reasonsOf = (event: "PROMOTE_TO_PRODUCTION" | "DISABLE" | "ROLLBACK"): readonly unknown[] =>
      evaluate(
        inputWith({ policies: { ...shipped, environments }, request: { ...REQUEST, event } }),
      ).refusals.map(({ reason }) => reason);
    expect(reasonsOf("PROMOTE_TO_PRODUCTION")).toEqual([
      "ENVIRONMENT_ORDER",
      "ENVIRONMENT_MODEL_NOT_ALLOWED",
    ]);
    expect([reasonsOf("DISABLE"), reasonsOf("ROLLBACK")]).toEqual([[], []]);
  });
});

describe("waivers and effective dates", () => {
  const WAIVER = {
    id: "w-1",
    objective: "it",
    manifest_digest: CANDIDATE.manifest_digest,
    reason: "known",
    owner: "ana",
    granted: "2026-11-01",
    expires: "2026-11-30",
  };
  const waiversWith = (more: object): PolicySource =>
    source(
      "policies/waivers.yaml",
      `apiVersion: modelgate/v1\nkind: Waivers\nwaivers:\n  - ${JSON.stringify({ ...WAIVER, ...more })}\n`,
    );
  const slow = [p95(70)];

  test("a waiver turns a failure into WAIVED, which weighs like a warning", () => {
    const verdict = judge({ measured: slow, waivers: waiversWith({}) });
    expect([objectiveOf(verdict).outcome, verdict.outcome]).toEqual(["WAIVED", "WARN"]);
    expect(objectiveOf(verdict).waiver).toEqual({
      id: "w-1",
      reason: "known",
      owner: "ana",
      expires: "2026-11-30T00:00:00Z",
      instead_of: "FAIL",
    });
  });

  test.each([
    ["for other bytes", { manifest_digest: digest("f") }],
    ["not granted yet", { granted: "2026-11-21" }],
    ["expired", { expires: "2026-11-20T12:00:00Z" }],
  ])("a waiver %s changes nothing", (_, more) => {
    expect(outcomeOf({ measured: slow, waivers: waiversWith(more) })).toBe("FAIL GATE_HARD_LIMIT_MISSED");
  });

  test("an expired waiver is named", () => {
    const { says } = objectiveOf(judge({ measured: slow, waivers: waiversWith({ expires: "2026-11-19" }) }));
    expect(says).toContain("The waiver w-1 expired on 2026-11-19.");
  });

  test("a waiver covers doubt, but never evidence that is broken or missing", () => {
    const doubt = {
      objective: 'hard: "<= 60 ms", judge: interval',
      measured: [p95(55)],
      waivers: waiversWith({}),
    };
    expect(outcomeOf(doubt)).toBe("WAIVED EVIDENCE_INTERVAL_MISSING");
    expect(outcomeOf({ measured: [p95(Number.NaN)], waivers: waiversWith({}) })).toBe(
      "FAIL EVIDENCE_NOT_FINITE",
    );
    expect(outcomeOf({ measured: [measurement("integrity.files", 1)], waivers: waiversWith({}) })).toBe(
      "FAIL EVIDENCE_MISSING",
    );
    expect(outcomeOf({ measured: [p95(1), p95(1)], waivers: waiversWith({}) })).toBe(
      "FAIL EVIDENCE_DUPLICATE",
    );
  });

  test("an objective warns first and blocks from its date", () => {
    const from = (date: string): Setup => ({
      objective: `hard: "<= 60 ms", effective_from: ${date}`,
      measured: slow,
    });
    expect(outcomeOf(from("2026-11-20T12:00:01Z"))).toBe("WARN GATE_HARD_LIMIT_MISSED");
    expect(outcomeOf(from("2026-11-20T12:00:00Z"))).toBe("FAIL GATE_HARD_LIMIT_MISSED");
    expect(objectiveOf(judge(from("2026-12-01"))).says).toBe(
      "ONNX p95, batch 32 is 70, which misses the hard limit <= 60 ms. It warns now and blocks from 2026-12-01.",
    );
  });
});

describe("requirements", () => {
  const requirement = (requires: string, more: Partial<EvaluateInput> = {}): string => {
    const found = judge({ rest: `requires: ${requires}\n`, more }).policies[0]!.requirements[0]!;
    return found.reason === null ? found.outcome : `${found.outcome} ${found.reason}`;
  };
  const since = (canary?: string): Partial<EvaluateInput> => ({
    history: { since: canary === undefined ? {} : { CANARY: canary }, refusedBefore: [] },
  });
  const aged = (timestamp: string): Partial<EvaluateInput> => ({
    evidence: [evidenceOf("benchmark", [p95(7)], { timestamp })],
  });

  test.each<[string, Partial<EvaluateInput>, string]>([
    ["{ reason: true }", {}, "PASS"],
    ["{ reason: true }", { request: { ...REQUEST, reason: "  " } }, "FAIL GATE_REASON_MISSING"],
    ["{ soak: { state: CANARY, at_least: 24h } }", {}, "INCONCLUSIVE GATE_SOAK_UNKNOWN"],
    ["{ soak: { state: CANARY, at_least: 24h } }", since(), "FAIL GATE_SOAK_TOO_SHORT"],
    ["{ soak: { state: CANARY, at_least: 24h } }", since("2026-11-19T12:00:01Z"), "FAIL GATE_SOAK_TOO_SHORT"],
    ["{ soak: { state: CANARY, at_least: 24h } }", since("2026-11-19T12:00:00Z"), "PASS"],
    ["{ soak: { state: CANARY, at_least: 24h } }", since("not a time"), "FAIL GATE_SOAK_TOO_SHORT"],
    ["{ freshness: { benchmark: 1h } }", {}, "PASS"],
    ["{ freshness: { benchmark: 30m } }", {}, "FAIL EVIDENCE_STALE"],
    ["{ freshness: { parity: 1h } }", {}, "FAIL EVIDENCE_MISSING"],
    ["{ freshness: { benchmark: 1h } }", aged("2026-11-20T13:00:00Z"), "FAIL EVIDENCE_FROM_FUTURE"],
    ["{ freshness: { benchmark: 1h } }", aged("yesterday"), "FAIL EVIDENCE_FROM_FUTURE"],
    ["{ approvals: { at_least: 1 } }", {}, "INCONCLUSIVE GATE_APPROVALS_UNKNOWN"],
    ["{ approvals: { at_least: 1 } }", { enforcedElsewhere: ["approvals"] }, "NOT_APPLICABLE"],
    [
      "{ approvals: { at_least: 1 } }",
      { enforcedElsewhere: ["streak"] },
      "INCONCLUSIVE GATE_APPROVALS_UNKNOWN",
    ],
    ["{ streak: { check: nightly, consecutive: 7 } }", {}, "INCONCLUSIVE GATE_STREAK_UNKNOWN"],
    ["{ streak: { check: nightly, consecutive: 7 } }", { enforcedElsewhere: ["streak"] }, "NOT_APPLICABLE"],
  ])("%s with %o: %s", (requires, more, expected) => {
    expect(requirement(requires, more)).toBe(expected);
  });
});

describe("score", () => {
  const soft = (weight: number): string =>
    `  - { id: heavy, metric: benchmark.noise_cv, soft: "<= 0.1", weight: ${weight}, why: w, fix: f }\n`;
  const scored = (weight: number, noise: number, limits = '{ hard: ">= 0.8", soft: ">= 0.9" }'): Verdict =>
    judge({
      rest: `${soft(weight)}score: ${limits}\n`,
      measured: [p95(7), measurement("benchmark.noise_cv", noise)],
    });

  test("a warning counts half", () => {
    expect(scored(3, 0.01).policies[0]!.score).toEqual({
      value: 1,
      limit: "hard >= 0.8, soft >= 0.9",
      outcome: "PASS",
    });
    expect(scored(1, 0.2).policies[0]!.score).toEqual({
      value: 0.75,
      limit: "hard >= 0.8, soft >= 0.9",
      outcome: "FAIL",
    });
    expect([scored(1, 0.2).outcome, scored(0.5, 0.2).policies[0]!.score?.outcome]).toEqual(["FAIL", "WARN"]);
  });

  test("a full score does not hide a failed hard objective", () => {
    const verdict = judge({
      rest: `${soft(999)}score: { hard: ">= 0.5" }\n`,
      measured: [p95(61), measurement("benchmark.noise_cv", 0)],
    });
    expect([verdict.policies[0]!.score?.outcome, verdict.outcome]).toEqual(["PASS", "FAIL"]);
  });
});

test("findings and earlier refusals are kept", () => {
  const findings: Evidence["findings"] = [
    {
      code: "PARITY_CLAIM_BROKEN",
      message: "max_abs_diff is 3e-3, not 1e-7.",
      file: "models/flight-delay/1.1.0/parity.json",
    },
  ];
  const refusedBefore = [{ version: "1.2.0", objectives: ["onnx-parity"] }];
  const evidence = evidenceWith(goodMeasurements()).map((one) =>
    one.kind === "parity" ? { ...one, findings } : one,
  );
  const verdict = evaluate(inputWith({ evidence, history: { since: null, refusedBefore } }));
  expect([verdict.findings, verdict.refused_before]).toEqual([findings, refusedBefore]);
});
