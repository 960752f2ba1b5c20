import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Evidence, Interval, Measurement } from "../../../src/domain/evidence.ts";
import { METRICS } from "../../../src/domain/metrics.ts";
import { mayMerge } from "../../../src/domain/outcome.ts";
import type { Verdict } from "../../../src/domain/verdict.ts";
import { evaluate, type EvaluateInput } from "../../../src/policy/evaluate.ts";
import type { GatePolicy, Limit, Objective, PolicySet, Waiver } from "../../../src/policy/policy.ts";
import { CANDIDATE, digest, evidenceOf, inputWith, LIVE, measurement } from "../../support/judging.ts";

const RUNS = { numRuns: 300 };
const LOWER = [
  "parity.max_abs_diff",
  "parity.claims_broken",
  "benchmark.p95_batch32_ms",
  "benchmark.noise_cv",
  "benchmark.latency_ratio",
] as const;

/** A limit `<= number`, absolute or relative to live: small numbers, so that values fall on both sides and on it. */
const limit: fc.Arbitrary<Limit> = fc
  .record({ kind: fc.constantFrom("absolute", "offset", "factor"), number: fc.integer({ min: 0, max: 8 }) })
  .map(({ kind, number }) => limitOf(kind, number));

function limitOf(kind: Limit["bound"]["kind"], number: number): Limit {
  const bound =
    kind === "absolute"
      ? ({ kind, value: number } as const)
      : kind === "offset"
        ? ({ kind, delta: number - 4 } as const)
        : ({ kind, factor: number / 4 + 0.1 } as const);
  return { text: `<= ${kind} ${number}`, operator: "<=", bound };
}

const objective = (id: string): fc.Arbitrary<Objective> =>
  fc
    .record({
      metric: fc.constantFrom(...LOWER),
      hard: fc.option(limit),
      soft: fc.option(limit),
      judge: fc.constantFrom("point", "interval"),
      minSamples: fc.constantFrom(0, 50, 200),
      weight: fc.constantFrom(0.5, 1, 10),
      effectiveFrom: fc.option(fc.constantFrom(new Date("2026-11-01"), new Date("2026-12-01"))),
    })
    .map((drawn): Objective => ({
      ...drawn,
      id,
      group: null,
      line: 1,
      hard: drawn.hard ?? (drawn.soft ? null : limitOf("absolute", 4)),
      why: "why",
      fix: "fix",
    }));

const policy = (name: string): fc.Arbitrary<GatePolicy> =>
  fc
    .record({
      objectives: fc
        .integer({ min: 1, max: 4 })
        .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => objective(`o${index}`)))),
      noIncumbent: fc.constantFrom("pass", "fail", "inconclusive"),
      score: fc.option(fc.constantFrom(0.5, 0.9, 1)),
    })
    .map(({ objectives, noIncumbent, score }) => ({
      name,
      version: 1,
      owners: ["o"],
      parity: null,
      path: `policies/gates/${name}.yaml`,
      digest: digest("1"),
      match: { events: ["PROMOTE_TO_PRODUCTION"], environments: ["prod"], models: ["*"] },
      requires: {
        soak: null,
        streak: null,
        approvals: null,
        modelSignature: null,
        freshness: [],
        reason: false,
        remeasure: null,
      },
      objectives,
      noIncumbent,
      score:
        score === null
          ? null
          : {
              hard: { text: `>= ${score}`, operator: ">=", bound: { kind: "absolute", value: score } },
              soft: null,
            },
    }));

const waiver: fc.Arbitrary<Waiver> = fc
  .record({ objective: fc.constantFrom("o0", "o1"), digest: fc.constantFrom("a", "f") })
  .map((drawn) => ({
    id: "w",
    objective: drawn.objective,
    policy: null,
    manifestDigest: digest(drawn.digest),
    reason: "r",
    owner: "o",
    granted: new Date("2026-11-01"),
    expires: new Date("2026-12-01"),
  }));

const interval: fc.Arbitrary<Interval | null> = fc.option(
  fc
    .record({ low: fc.integer({ min: 0, max: 5 }), width: fc.integer({ min: 0, max: 4 }) })
    .map(({ low, width }) => ({ low, high: low + width, level: 0.9 })),
);

const measured = (metric: string): fc.Arbitrary<Measurement> =>
  fc
    .record({
      value: fc.integer({ min: 0, max: 8 }),
      interval,
      baseline: fc.integer({ min: 0, max: 8 }),
      samples: fc.constantFrom(10, 100, 1000),
      state: fc.constantFrom(
        "measured",
        "measured",
        "measured",
        "pessimistic",
        "at_least",
        "undefined",
        "inconclusive",
        "not_applicable",
      ),
    })
    .map(({ value, state, ...drawn }) =>
      measurement(metric, value, {
        ...drawn,
        state,
        ...(["measured", "pessimistic", "at_least"].includes(state)
          ? {}
          : { value: null, interval: null, note: "note", reason: "SOME_REASON" }),
      }),
    );

/** At most one measurement of each metric, about the candidate. */
const evidence: fc.Arbitrary<readonly Evidence[]> = fc
  .tuple(...LOWER.map((metric) => fc.option(measured(metric))))
  .map((drawn) => toEvidence(drawn.filter((one) => one !== null)));

function toEvidence(measurements: readonly Measurement[]): readonly Evidence[] {
  return (["parity", "benchmark"] as const).map((kind) =>
    evidenceOf(
      kind,
      measurements.filter(({ metric }) => METRICS.get(metric)!.kind === kind),
      { baseline: LIVE },
    ),
  );
}

const scene: fc.Arbitrary<EvaluateInput> = fc
  .record({
    policies: fc.tuple(policy("p"), policy("q")),
    waivers: fc.array(waiver, { maxLength: 2 }),
    evidence,
  })
  .map(({ policies, waivers, evidence }) => inputWith({ policies: setOf(policies, waivers), evidence }));

function setOf(policies: readonly GatePolicy[], waivers: readonly Waiver[]): PolicySet {
  return {
    policies,
    waivers,
    environments: [{ name: "prod", models: ["*"], canaryPhases: [], after: null }],
  };
}

function isOpen(input: EvaluateInput): boolean {
  return mayMerge(evaluate(input).outcome);
}

function outcomesOf(verdict: Verdict): unknown {
  const objectives = verdict.policies.flatMap(({ policy, objectives }) =>
    objectives.map(({ id, outcome, reason }) => `${policy}/${id} ${outcome} ${reason}`),
  );
  return {
    outcome: verdict.outcome,
    objectives: objectives.sort(),
    policies: verdict.policies.map(({ outcome, score }) => [outcome, score]),
  };
}

function withMeasurements(
  input: EvaluateInput,
  change: (all: readonly Measurement[]) => readonly Measurement[],
): EvaluateInput {
  return {
    ...input,
    evidence: toEvidence(change(input.evidence.flatMap(({ measurements }) => measurements))),
  };
}

function withObjectives(input: EvaluateInput, change: (one: Objective) => Objective): EvaluateInput {
  const policies = input.policies.policies.map((one) => ({ ...one, objectives: one.objectives.map(change) }));
  return { ...input, policies: { ...input.policies, policies } };
}

test("both open and closed gates are drawn", () => {
  const drawn = fc.sample(scene, { seed: 1, numRuns: 400 }).map(isOpen);
  expect(new Set(drawn)).toEqual(new Set([true, false]));
});

test("the order of policies, objectives, waivers and evidence changes no outcome", () => {
  fc.assert(
    fc.property(scene, (input) => {
      const { policies, waivers, environments } = input.policies;
      const turned = {
        ...input,
        evidence: input.evidence
          .map((one) => ({ ...one, measurements: one.measurements.toReversed() }))
          .toReversed(),
        policies: {
          policies: policies.map((one) => ({ ...one, objectives: one.objectives.toReversed() })).toReversed(),
          waivers: waivers.toReversed(),
          environments,
        },
      };
      expect(outcomesOf(evaluate(turned))).toEqual(outcomesOf(evaluate(input)));
    }),
    RUNS,
  );
});

test("the same input gives the same bytes", () => {
  fc.assert(
    fc.property(scene, (input) => {
      expect(JSON.stringify(evaluate(input))).toBe(JSON.stringify(evaluate(structuredClone(input))));
    }),
    RUNS,
  );
});

test("adding evidence of a failure never opens the gate, unless that failure is soft, waived or not in force yet", () => {
  const failure = (metric: string): fc.Arbitrary<Measurement> =>
    fc.constantFrom(
      measurement(metric, 1e6, { baseline: 1, interval: { low: 1e6, high: 1e6, level: 0.9 } }),
      measurement(metric, Number.NaN),
      measurement(metric, 0, { state: "undefined", value: null }),
    );
  const added = fc.constantFrom(...LOWER).chain(failure);
  fc.assert(
    fc.property(scene, added, (drawn, extra) => {
      const dated = withObjectives(drawn, (one) => ({
        ...one,
        effectiveFrom: null,
        soft: null,
        hard: one.hard ?? one.soft,
      }));
      const input = { ...dated, policies: { ...dated.policies, waivers: [] } };
      fc.pre(!isOpen(input));
      expect(isOpen(withMeasurements(input, (all) => [...all, extra]))).toBe(false);
    }),
    RUNS,
  );
});

test("a worse value never opens the gate", () => {
  fc.assert(
    fc.property(scene, fc.constantFrom(...LOWER), (input, metric) => {
      fc.pre(!isOpen(input));
      const worse = withMeasurements(input, (all) =>
        all.map((one) =>
          one.metric === metric && one.state === "measured"
            ? {
                ...one,
                value: one.value! + 1,
                interval: one.interval && {
                  ...one.interval,
                  low: one.interval.low + 1,
                  high: one.interval.high! + 1,
                },
              }
            : one,
        ),
      );
      expect(isOpen(worse)).toBe(false);
    }),
    RUNS,
  );
});

test("removing evidence never opens the gate", () => {
  fc.assert(
    fc.property(scene, fc.constantFrom(...LOWER), (input, metric) => {
      fc.pre(!isOpen(input));
      expect(isOpen(withMeasurements(input, (all) => all.filter((one) => one.metric !== metric)))).toBe(
        false,
      );
      expect(isOpen({ ...input, evidence: input.evidence.slice(1) })).toBe(false);
    }),
    RUNS,
  );
});

test("a value that is no finite number never passes, whatever waivers and dates say", () => {
  const broken = fc.constantFrom<unknown>(Number.NaN, Infinity, -Infinity, null, undefined, "1", "NaN");
  fc.assert(
    fc.property(scene, broken, (input, value) => {
      const all = LOWER.map((metric) =>
        measurement(metric, value as number, { interval: { low: 0, high: 0, level: 0.9 } }),
      );
      const verdict = evaluate({ ...input, evidence: toEvidence(all) });
      expect(
        verdict.policies
          .flatMap(({ objectives }) => objectives.map(({ outcome }) => outcome))
          .every((outcome) => outcome === "FAIL"),
      ).toBe(true);
    }),
    RUNS,
  );
});

test("lowering a hard limit never opens the gate", () => {
  fc.assert(
    fc.property(scene, (input) => {
      fc.pre(!isOpen(input));
      const stricter = withObjectives(input, (one) =>
        one.hard?.bound.kind === "absolute"
          ? { ...one, hard: { ...one.hard, bound: { kind: "absolute", value: one.hard.bound.value - 1 } } }
          : one,
      );
      expect(isOpen(stricter)).toBe(false);
    }),
    RUNS,
  );
});

test("one more policy never opens the gate", () => {
  fc.assert(
    fc.property(scene, policy("r"), (input, extra) => {
      fc.pre(!isOpen(input));
      expect(
        isOpen({ ...input, policies: { ...input.policies, policies: [...input.policies.policies, extra] } }),
      ).toBe(false);
    }),
    RUNS,
  );
});

test("a waiver for another manifest digest changes nothing", () => {
  fc.assert(
    fc.property(scene, waiver, (input, drawn) => {
      const other = { ...drawn, id: "other", manifestDigest: digest("9") };
      expect(other.manifestDigest).not.toBe(CANDIDATE.manifest_digest);
      const more = { ...input, policies: { ...input.policies, waivers: [...input.policies.waivers, other] } };
      expect(evaluate(more)).toEqual(evaluate(input));
    }),
    RUNS,
  );
});
