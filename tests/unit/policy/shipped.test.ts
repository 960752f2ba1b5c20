import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { EVENTS, type LifecycleEvent } from "../../../src/domain/lifecycle.ts";
import { FLOAT_DTYPES, ruleOf } from "../../../src/domain/parity-rules.ts";
import { METRICS } from "../../../src/domain/metrics.ts";
import { evaluate } from "../../../src/policy/evaluate.ts";
import { holdsEverywhere, matchingPolicies } from "../../../src/policy/match.ts";
import { parityRulesOf } from "../../../src/policy/parity.ts";
import { parsePolicies } from "../../../src/policy/parse-policies.ts";
import {
  evidenceWith,
  goodMeasurements,
  inputWith,
  measurement,
  REQUEST,
  shippedSources,
} from "../../support/judging.ts";

const SCHEMAS = ["policy", "environments", "waivers"] as const;
const shipped = parsePolicies(shippedSources());

function schemaOf(name: (typeof SCHEMAS)[number]): Record<string, unknown> {
  return JSON.parse(
    readFileSync(new URL(`../../../schemas/${name}-v1.schema.json`, import.meta.url), "utf8"),
  ) as Record<string, unknown>;
}

test.each(EVENTS)("exactly one shipped policy covers %s, everywhere", (event) => {
  const environments = holdsEverywhere(event) ? [null] : shipped.environments.map(({ name }) => name);
  for (const environment of environments) {
    expect(matchingPolicies(shipped.policies, { event, model: "any-model", environment })).toHaveLength(1);
  }
});

test("every shipped objective says why it is there and how to mend it", () => {
  const objectives = shipped.policies.flatMap((policy) => policy.objectives);
  expect(objectives.filter(({ why, fix }) => why.length < 20 || fix.length < 20)).toEqual([]);
});

test.each<[LifecycleEvent, string | null]>([
  ["DISABLE", "prod"],
  ["RETIRE", null],
  ["REVOKE", null],
])("%s needs a reason and nothing else", (event, environment) => {
  const request = { ...REQUEST, event, environment };
  expect(evaluate(inputWith({ request, evidence: [] })).outcome).toBe("PASS");
  expect(evaluate(inputWith({ request: { ...request, reason: "" }, evidence: [] })).outcome).toBe("FAIL");
});

test.each<[LifecycleEvent]>([["ROLLBACK"], ["ENABLE"]])("%s needs integrity and a reason alone", (event) => {
  const request = { ...REQUEST, event };
  const judged = (problems: number): string =>
    evaluate(inputWith({ request, evidence: evidenceWith([measurement("integrity.problems", problems)]) }))
      .outcome;
  expect([judged(0), judged(1)]).toEqual(["PASS", "FAIL"]);
  expect(evaluate(inputWith({ request, evidence: [] })).outcome).toBe("FAIL");
});

test("an honest upgrade that is many times slower may merge, with a warning", () => {
  const slower = goodMeasurements().map((one) =>
    one.metric === "benchmark.latency_ratio"
      ? measurement(one.metric, 24, { interval: { low: 23, high: 25, level: 0.9 } })
      : one,
  );
  const verdict = evaluate(inputWith({ evidence: evidenceWith(slower) }));
  expect(verdict.outcome).toBe("WARN");
  expect(
    verdict.policies[0]!.objectives.filter(({ outcome }) => outcome !== "PASS").map(({ id }) => id),
  ).toEqual(["not-slower-than-live"]);
});

const PROMOTIONS = [
  ["PROMOTE_TO_SHADOW", null],
  ["PROMOTE_TO_CANARY", "5%"],
  ["PROMOTE_TO_PRODUCTION", null],
] as const;

test.each([
  ["parity.elements_over_tolerance", 1, "onnx-parity"],
  ["parity.scaled_diff", 0.0101, "parity-scale"],
  ["parity.label_agreement", 255 / 256, "labels-agree"],
  ["parity.outputs_mismatched", 1, "outputs-comparable"],
  ["parity.outputs_empty", 1, "outputs-filled"],
  ["parity.outputs_not_comparable", 1, "outputs-compared"],
  ["parity.cases", 0, "replayed-cases"],
])("%s of %d alone fails every promotion, whatever the others are", (metric, value, id) => {
  const careless = goodMeasurements().map((one) =>
    one.metric === metric ? measurement(metric, value) : one,
  );
  for (const [event, phase] of PROMOTIONS) {
    const verdict = evaluate(
      inputWith({ request: { ...REQUEST, event, phase }, evidence: evidenceWith(careless) }),
    );
    const failed = verdict.policies.flatMap(({ objectives }) =>
      objectives.filter((one) => one.outcome === "FAIL"),
    );
    expect([verdict.outcome, failed.map((one) => one.id)]).toEqual(["FAIL", [id]]);
  }
});

test("a large absolute difference alone fails nothing: it is shown, and the tolerance judges", () => {
  const far = goodMeasurements().map((one) =>
    one.metric === "parity.max_abs_diff" ? measurement(one.metric, 0.03) : one,
  );
  expect(evaluate(inputWith({ evidence: evidenceWith(far) })).outcome).toBe("PASS");
});

test("every promotion is compared by the same tolerances, which are the defaults", () => {
  const rules = PROMOTIONS.map(([event]) => {
    const matching = matchingPolicies(shipped.policies, { ...REQUEST, event });
    return FLOAT_DTYPES.map((dtype) => ruleOf(parityRulesOf(matching).blocks, { name: "y", dtype }));
  });
  expect(new Set(rules.map((each) => JSON.stringify(each)))).toEqual(
    new Set([JSON.stringify(FLOAT_DTYPES.map((dtype) => ruleOf([], { name: "y", dtype })))]),
  );
});

test("editors complete exactly the metrics of the catalogue", () => {
  const schema = schemaOf("policy") as {
    $defs: { objective: { properties: { metric: { enum: string[] } } } };
  };
  expect(schema.$defs.objective.properties.metric.enum.toSorted()).toEqual([...METRICS.keys()].toSorted());
});

test("editors complete exactly the events of the lifecycle", () => {
  const schema = schemaOf("policy") as {
    properties: { match: { properties: { events: { items: { enum: string[] } } } } };
  };
  expect(schema.properties.match.properties.events.items.enum).toEqual([...EVENTS]);
});

test.each(SCHEMAS)("%s-v1 bounds every text, list and object, and describes every key", (name) => {
  expect(looseEnds(schemaOf(name))).toEqual([]);
});

/** Pointers of sub-schemas that leave something open. */
function looseEnds(schema: unknown, pointer = ""): readonly string[] {
  if (schema === null || typeof schema !== "object") return [];
  const below = Object.entries(schema).flatMap(([key, child]) => looseEnds(child, `${pointer}/${key}`));
  return isLoose(schema as Record<string, unknown>) ? [pointer, ...below] : below;
}

function isLoose(node: Record<string, unknown>): boolean {
  if (typeof node["type"] !== "string") return false;
  const bound = { string: "maxLength", array: "maxItems" }[node["type"]];
  const unbounded = bound !== undefined && node[bound] === undefined && node["const"] === undefined;
  // Where keys are data, such as names of outputs, their number is bounded, and what stands below each.
  const isMap = typeof node["additionalProperties"] === "object" && node["maxProperties"] !== undefined;
  const open = node["type"] === "object" && node["additionalProperties"] !== false && !isMap;
  return unbounded || open || node["description"] === undefined;
}
