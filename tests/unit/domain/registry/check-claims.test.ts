import { describe, expect, it } from "vitest";
import { checkSchema } from "../../../../src/domain/document/check-schema.ts";
import { formatJson } from "../../../../src/domain/document/format.ts";
import { parseJson } from "../../../../src/domain/document/json.ts";
import { claimFindings, claimProblems } from "../../../../src/domain/registry/check-claims.ts";
import type { Evaluation } from "../../../../src/domain/registry/evaluation.ts";
import type { Training } from "../../../../src/domain/registry/training.ts";
import type { Typed } from "../../../../src/domain/registry/version-facts.ts";
import type { Schema } from "../../../../src/domain/document/schema.ts";
import { EVALUATION_V1 } from "../../../../src/generated/evaluation-v1.js";
import { TRAINING_V1 } from "../../../../src/generated/training-v1.js";
import { SMALL_EVALUATION, SMALL_TRAINING } from "../../../support/small-version.ts";

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows the schema
function typed<T>(file: string, value: object, schema: Schema): Typed<T> {
  const document = parseJson(Buffer.from(formatJson(value)), `models/lin/1.0.0/${file}`);
  return { document, value: checkSchema<T>(document, schema) };
}

const factsOf = (evaluation: object = {}, training: object = {}, engine = "onnxruntime") => ({
  folder: "models/lin/1.0.0",
  evaluation: typed<Evaluation>("evaluation.json", { ...SMALL_EVALUATION, ...evaluation }, EVALUATION_V1),
  training: typed<Training>("training.json", { ...SMALL_TRAINING, ...training }, TRAINING_V1),
  parity: {
    document: parseJson(Buffer.from("{}"), "parity.json"),
    value: {
      runtime: {
        engine,
        version: "1.30.0",
        execution_provider: "cpu",
        optimization_level: "basic",
        threads: 1,
      },
    },
  },
});

const problems = (evaluation: object, training: object = {}): [string, string][] =>
  claimProblems(factsOf(evaluation, training)).map(({ code, message }) => [code, message]);
const findings = (evaluation: object, training: object = {}): [string, string][] =>
  claimFindings(factsOf(evaluation, training)).map(({ code, message }) => [code, message]);

const metric = (name: string, value: number, unit = "1") => ({
  name,
  value,
  unit,
  direction: "higher_is_better",
});
const window = (from: string, to: string) => ({ from: `${from}T00:00:00Z`, to: `${to}T00:00:00Z` });
const dataset = (over: object) => ({ dataset: { snapshot_id: "e", rows: 100, ...over } });

describe("what an author reports and what cannot be is refused", () => {
  it("sound claims are not", () => {
    expect(problems({})).toEqual([]);
    expect(findings({})).toEqual([]);
  });

  it.each<[string, ReturnType<typeof metric>, string]>([
    ["an AUC over 1", metric("auc", 1.2), '"auc" is 1.2; it can be 0 to 1.'],
    ["1e300", metric("auc", 1e300), "it can be 0 to 1."],
    [
      "an unknown metric of 1e300",
      metric("our_score", 1e300),
      '"our_score" is 1e300; it can be -1e100 to 1e100.',
    ],
    ["a negative accuracy", metric("accuracy", -0.1), "it can be 0 to 1."],
    ["a percentage over 100", metric("recall", 101, "%"), "it can be 0 to 100."],
    ["a negative error", metric("rmse", -2, "min"), "it can be 0 to 1e100."],
    ["a correlation of 1.5", metric("spearman", 1.5), "it can be -1 to 1."],
    ["an R2 over 1", metric("r2", 1.01), "to 1."],
    ["a negative count", metric("test_rows", -3, "rows"), "it can be 0 to"],
    ["a name with words around it", metric("AUC summer", 71), "it can be 0 to 1."],
  ])("%s", (_, claimed, says) => {
    expect(problems({ metrics: [claimed] })).toEqual([
      ["CLAIM_NUMBER_IMPOSSIBLE", expect.stringContaining(says)],
    ]);
  });

  it.each<[string, ReturnType<typeof metric>]>([
    ["in percent", metric("accuracy", 97.2, "%")],
    ["a concentration that is called AUC", metric("auc", 432, "mg h/L")],
    ["a spread", metric("delta_auc", -0.02)],
    ["a negated loss", metric("neg_log_loss", -0.53)],
    ["a bad fit", metric("r2", -7)],
    ["a Brier score of several classes", metric("brier", 1.4)],
    ["any number of a name that is not known", metric("revenue", -1e9, "EUR")],
  ])("%s is possible", (_, claimed) => {
    expect(problems({ metrics: [claimed] })).toEqual([]);
  });

  it("every place that holds a number or a window is looked at, all at once, by place", () => {
    const bad = { from: "2013-02-01T00:00:00Z", to: "2013-01-01T00:00:00Z", rows: 1 };
    const good = { rows: 1 };
    const found = claimProblems(
      factsOf(
        {
          ...dataset({ window: window("2013-09-01", "2013-06-01") }),
          metrics: [metric("auc", 0.7, "%"), metric("auc", 2)],
          folds: [{ fold: 1, train: bad, test: good, metrics: { auc: 1e6 } }],
          walk_forward: [{ train: good, test: { from: bad.from, rows: 1 }, metrics: {} }],
          ablations: [
            {
              group: "g",
              features: ["x"],
              per_fold: [{ fold: 1, with: { recall: -1 }, without: { recall: 1e9 }, delta: 1e200 }],
            },
          ],
          business: { rows: -1 },
        },
        { offline_metrics: { f1: 101 }, window: window("2013-02-31", "2013-04-01") },
      ),
    );
    expect(found.map(({ code, where }) => [code, where?.file.split("/").at(-1), where?.pointer])).toEqual([
      ["CLAIM_WINDOW_IMPOSSIBLE", "evaluation.json", "/dataset/window"],
      ["CLAIM_NUMBER_IMPOSSIBLE", "evaluation.json", "/metrics/1/value"],
      ["CLAIM_WINDOW_IMPOSSIBLE", "evaluation.json", "/folds/0/train"],
      ["CLAIM_NUMBER_IMPOSSIBLE", "evaluation.json", "/folds/0/metrics/auc"],
      ["CLAIM_WINDOW_IMPOSSIBLE", "evaluation.json", "/walk_forward/0/test"],
      ["CLAIM_NUMBER_IMPOSSIBLE", "evaluation.json", "/ablations/0/per_fold/0/with/recall"],
      ["CLAIM_NUMBER_IMPOSSIBLE", "evaluation.json", "/ablations/0/per_fold/0/without/recall"],
      ["CLAIM_NUMBER_IMPOSSIBLE", "evaluation.json", "/ablations/0/per_fold/0/delta"],
      ["CLAIM_NUMBER_IMPOSSIBLE", "evaluation.json", "/business/rows"],
      ["CLAIM_WINDOW_IMPOSSIBLE", "training.json", "/window"],
      ["CLAIM_NUMBER_IMPOSSIBLE", "training.json", "/offline_metrics/f1"],
    ]);
  });
});

describe("what is possible and says less than it seems to is a finding", () => {
  it.each([
    ["is the training window", window("2013-01-01", "2013-04-01")],
    ["lies inside of the training window", window("2013-02-01", "2013-03-01")],
    ["overlaps with the training window", window("2013-03-31", "2013-06-01")],
  ])("an evaluation window that %s", (says, tested) => {
    expect(findings(dataset({ window: tested }))).toEqual([
      ["CLAIM_ON_TRAINING_DATA", expect.stringContaining(says)],
    ]);
  });

  it("windows are half-open, and the data may have no time", () => {
    expect(findings(dataset({ window: window("2013-04-01", "2013-05-01") }))).toEqual([]);
    const { window: _none, ...timeless } = SMALL_TRAINING;
    const facts = {
      ...factsOf(dataset({})),
      training: typed<Training>("training.json", timeless, TRAINING_V1),
    };
    expect([claimProblems(facts), claimFindings(facts)]).toEqual([[], []]);
  });

  it("two numbers under one name, beyond rounding", () => {
    expect(findings({ metrics: [metric("auc", 0.9999)] }, { offline_metrics: { auc: 0.3 } })).toEqual([
      ["CLAIM_CONTRADICTED", '"auc" is 0.9999 in evaluation.json, and 0.3 in training.json.'],
    ]);
    expect(findings({ metrics: [metric("auc", 0.9), metric("auc", 0.8)] })).toEqual([
      ["CLAIM_CONTRADICTED", '"auc" is 0.8 in evaluation.json, and 0.9 there as well.'],
    ]);
    expect(
      findings({ metrics: [metric("auc", 0.71)] }, { offline_metrics: { auc: 0.7132, cv_auc: 0.6 } }),
    ).toEqual([]);
  });

  it.each(["onnxruntime 1.30.0", "ONNX Runtime (CPU)", "onnx-runtime"])(
    "references that training.json says were computed by %s",
    (runtime) => {
      expect(findings({}, { reference_outputs: { runtime, description: "run" } })).toEqual([
        ["CLAIM_REFERENCES_OF_RUNTIME", expect.stringContaining(JSON.stringify(runtime))],
      ]);
    },
  );
});
