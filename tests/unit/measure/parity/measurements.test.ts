import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Measurement } from "../../../../src/domain/evidence.ts";
import { METRICS } from "../../../../src/domain/metrics.ts";
import { SILENT } from "../../../../src/domain/parity-rules.ts";
import type { Tensor } from "../../../../src/domain/tensor.ts";
import { brokenClaims } from "../../../../src/measure/parity/claim.ts";
import { failedMeasurements, parityMeasurements } from "../../../../src/measure/parity/measurements.ts";
import { type OutputPair, reportOutputs } from "../../../../src/measure/parity/report.ts";
import { findTestData } from "../../../../src/measure/parity/test-data.ts";
import { tensor } from "../../../support/onnx-writer.ts";

const f64 = (name: string, values: readonly number[]) => tensor(name, "float64", [values.length], values);
const pair = (
  name: string,
  expected: Tensor,
  actual: Tensor | undefined,
  of = "test_data_set_0",
): OutputPair => ({ case: of, name, expected, actual });

function measure(
  pairs: readonly OutputPair[],
  more = { notComparable: 0, claimsBroken: 0 },
): Map<string, Measurement> {
  const outputs = reportOutputs(pairs, []);
  return new Map(parityMeasurements({ cases: 1, outputs, ...more }).map((one) => [one.metric, one]));
}

const value = (measured: Map<string, Measurement>, metric: string) => {
  const { state, value: number, reason } = measured.get(metric)!;
  return state === "measured" ? number : `${state} ${reason}`;
};

describe("parity measurements", () => {
  it("cover the catalogue's parity metrics, all of them, measured or failed", () => {
    // What running again and batches come to is for repeat.test.ts and rows.test.ts.
    const catalogue = [...METRICS]
      .filter(
        ([id, { kind }]) =>
          kind === "parity" && !["parity.repeatable", "parity.rows_disagreeing"].includes(id),
      )
      .map(([id]) => id)
      .sort();
    expect([...measure([pair("y", f64("y", [1]), f64("y", [1]))]).keys()].sort()).toEqual(catalogue);
    const failed = failedMeasurements({ reason: "MODEL_TIMEOUT", note: "It was killed after 5 ms." });
    expect(failed.map(({ metric }) => metric).sort()).toEqual(catalogue);
    expect(
      failed.every(
        ({ state, value: number, reason }) =>
          state === "undefined" && number === null && reason === "MODEL_TIMEOUT",
      ),
    ).toBe(true);
  });

  it("are those of the worst output", () => {
    const measured = measure([
      pair("good", f64("good", [1, 2]), f64("good", [1, 2])),
      pair("bad", f64("bad", [1, 2, 4, 0]), f64("bad", [1, 2.5, 4, 0.25])),
    ]);
    expect(value(measured, "parity.max_abs_diff")).toBe(0.5);
    expect(value(measured, "parity.mean_abs_diff")).toBe(0.1875);
    expect(value(measured, "parity.p99_abs_diff")).toBe(0.5);
    expect(value(measured, "parity.max_rel_diff")).toBe(0.25);
    expect(value(measured, "parity.elements_over_tolerance")).toBe(2);
    expect(value(measured, "parity.outputs_failed")).toBe(1);
    expect(measured.get("parity.max_abs_diff")?.samples).toBe(6);
    expect(value(measured, "parity.label_agreement")).toBe("not_applicable PARITY_NO_LABELS");
  });

  it("p99 is the nearest rank over all cases of an output", () => {
    const zeros = Array<number>(99).fill(0);
    const measured = measure([
      pair("y", f64("y", zeros), f64("y", zeros)),
      pair("y", f64("y", [0]), f64("y", [7]), "test_data_set_1"),
    ]);
    expect(value(measured, "parity.p99_abs_diff")).toBe(0);
    expect(value(measured, "parity.max_abs_diff")).toBe(7);
  });

  it("labels are counted element by element", () => {
    const labels = (values: bigint[]) => tensor("label", "int64", [values.length], values);
    const measured = measure([
      pair("label", labels([1n, 0n, 1n, 1n]), labels([1n, 1n, 1n, 1n])),
      pair("p", f64("p", [1]), f64("p", [1])),
    ]);
    expect(value(measured, "parity.label_agreement")).toBe(0.75);
    expect(value(measured, "parity.max_abs_diff")).toBe(1);
  });

  it.each<[string, OutputPair, string]>([
    ["a missing output", pair("y", f64("y", [1]), undefined), "PARITY_OUTPUT_MISSING"],
    ["another dtype", pair("y", f64("y", [1]), tensor("y", "float32", [1], [1])), "PARITY_DTYPE_MISMATCH"],
    ["another shape", pair("y", f64("y", [1]), tensor("y", "float64", [1, 1], [1])), "PARITY_SHAPE_MISMATCH"],
    ["NaN", pair("y", f64("y", [1]), f64("y", [NaN])), "PARITY_NAN"],
    ["Inf", pair("y", f64("y", [1]), f64("y", [Infinity])), "PARITY_INFINITE"],
    [
      "another text",
      pair("y", tensor("y", "string", [1], ["a"]), tensor("y", "string", [1], ["b"])),
      "PARITY_TEXT_DIFFERS",
    ],
  ])("%s leaves no number, whatever else agrees", (_, bad, reason) => {
    const measured = measure([pair("good", f64("good", [1]), f64("good", [1])), bad]);
    for (const metric of ["max_abs_diff", "mean_abs_diff", "p99_abs_diff", "max_rel_diff"]) {
      expect(value(measured, `parity.${metric}`)).toBe(`undefined ${reason}`);
    }
    expect(value(measured, "parity.outputs_failed")).toBe(1);
    // A text that differs is a wrong label; all else is no output that could be compared.
    const isText = reason === "PARITY_TEXT_DIFFERS";
    expect(value(measured, "parity.outputs_mismatched")).toBe(isText ? 0 : 1);
    expect(value(measured, "parity.label_agreement")).toBe(isText ? 0 : "not_applicable PARITY_NO_LABELS");
    const uncounted = ["PARITY_OUTPUT_MISSING", "PARITY_DTYPE_MISMATCH", "PARITY_SHAPE_MISMATCH"].includes(
      reason,
    );
    expect(value(measured, "parity.elements_over_tolerance")).toBe(uncounted ? `undefined ${reason}` : 1);
    expect(measured.get("parity.max_abs_diff")?.note).toMatch(/^Output "y" in test_data_set_0: /);
  });

  it("nothing compared is no agreement", () => {
    const empty = measure([pair("y", f64("y", []), f64("y", []))], { notComparable: 1, claimsBroken: 0 });
    for (const metric of ["max_abs_diff", "max_rel_diff", "elements_over_tolerance", "outputs_failed"]) {
      expect(value(empty, `parity.${metric}`)).toBe("undefined PARITY_NOTHING_COMPARED");
    }
    expect(value(measure([]), "parity.max_abs_diff")).toBe("undefined PARITY_NOTHING_COMPARED");
    expect(value(empty, "parity.outputs_empty")).toBe(1);
    expect(value(empty, "parity.outputs_not_comparable")).toBe(1);
  });

  it("an output that is empty in every case is counted, and leaves the others their numbers", () => {
    const measured = measure([
      pair("found", f64("found", []), f64("found", [])),
      pair("y", f64("y", [1, 2]), f64("y", [1, 2.5])),
    ]);
    expect(value(measured, "parity.outputs_empty")).toBe(1);
    expect(measured.get("parity.outputs_empty")?.note).toBe('Output "found" is empty in every case.');
    expect(value(measured, "parity.max_abs_diff")).toBe(0.5);
    expect(value(measured, "parity.elements_over_tolerance")).toBe(1);
    expect(value(measured, "parity.outputs_failed")).toBe(1);
  });

  it("an output that is empty in some cases is not", () => {
    const measured = measure([
      pair("y", f64("y", []), f64("y", [])),
      pair("y", f64("y", [1]), f64("y", [1]), "test_data_set_1"),
    ]);
    expect(value(measured, "parity.outputs_empty")).toBe(0);
  });

  it("differences are measured by the largest reference of their own output", () => {
    const tiny = pair("tiny", f64("tiny", [1e-6, -2e-6]), f64("tiny", [-1e-6, -2e-6]));
    const large = pair("large", f64("large", [4e5]), f64("large", [4e5 + 1]));
    expect(value(measure([tiny, large]), "parity.scaled_diff")).toBe(1);
    expect(measure([tiny, large]).get("parity.scaled_diff")?.note).toBe(
      'Output "tiny": its largest difference is 2e-6, its largest reference 2e-6.',
    );
    expect(value(measure([large]), "parity.scaled_diff")).toBe(1 / 4e5);
    // A zero among references that are not counts by the scale of the others.
    expect(value(measure([pair("y", f64("y", [0, 4]), f64("y", [1, 4]))]), "parity.scaled_diff")).toBe(0.25);
  });

  it("a wrong sign has its scale, whatever large output stands beside it", () => {
    const mirrored = pair("y", f64("y", [1e-6, -1e-6]), f64("y", [-1e-6, 1e-6]));
    const constant = pair("c", f64("c", [1e8]), f64("c", [1e8]));
    for (const pairs of [[mirrored], [mirrored, constant], [constant, mirrored]])
      expect(value(measure(pairs), "parity.scaled_diff")).toBe(2);
  });

  it("references that are noise beside those of another output have no scale", () => {
    const noise = pair("im", f64("im", [2e-13, -1e-13]), f64("im", [4e-7, 0]));
    const tone = pair("re", f64("re", [32]), f64("re", [32]));
    expect(value(measure([tone, noise]), "parity.scaled_diff")).toBe(0);
    expect(value(measure([noise]), "parity.scaled_diff")).toBeCloseTo(1_999_999);
    // A millionth beside a price is none.
    const tiny = pair("tiny", f64("tiny", [1e-6]), f64("tiny", [-1e-6]));
    expect(
      value(measure([pair("price", f64("price", [4e5]), f64("price", [4e5])), tiny]), "parity.scaled_diff"),
    ).toBe(2);
  });

  it("an output that a policy calls noise has no scale", () => {
    const blocks = [{ ...SILENT, outputs: new Map([["tiny", { noise: true }]]) }];
    const tiny = pair("tiny", f64("tiny", [1e-6]), f64("tiny", [-1e-6]));
    expect(reportOutputs([tiny], blocks)[0]).toMatchObject({ scale: 1e-6, scaled_diff: null });
  });

  it("what has no scale is not applicable, and judged by the tolerance alone", () => {
    const zeros = pair("y", f64("y", [0]), f64("y", [1e-3]));
    expect(value(measure([zeros]), "parity.scaled_diff")).toBe("not_applicable PARITY_NO_SCALE");
    expect(value(measure([zeros]), "parity.elements_over_tolerance")).toBe(1);
    const label = pair("l", tensor("l", "int64", [1], [1n]), tensor("l", "int64", [1], [2n]));
    expect(value(measure([label]), "parity.scaled_diff")).toBe("not_applicable PARITY_NO_SCALE");
    const scaled = pair("x", f64("x", [2]), f64("x", [2.5]));
    expect(value(measure([zeros, label, scaled]), "parity.scaled_diff")).toBe(0.25);
  });

  describe("say what is wrong in one line", () => {
    const f32 = (name: string, values: readonly number[]) => tensor(name, "float32", [values.length], values);
    const over = (...pairs: readonly OutputPair[]) =>
      measure(pairs).get("parity.elements_over_tolerance")?.note;
    const near = Array.from({ length: 64 }, (_, at) => at / 64);
    const off = near.map((one, at) => (at < 39 ? one + 2 ** -14 : one));

    it("of one output", () => {
      expect(over(pair("variable", f32("variable", near), f32("variable", off)))).toBe(
        'Output "variable": 39 of 64 numbers differ by more than 1e-5 (worst 6.1e-5).',
      );
    });

    it("with the relative part where references are large enough for it", () => {
      expect(over(pair("price", f32("price", [4e5]), f32("price", [4e5 + 8])))).toBe(
        'Output "price": 1 of 1 number differs by more than 1e-5, or 1e-5 of their reference (worst 8).',
      );
    });

    it("of what is exact, with the first place", () => {
      const label = (values: bigint[]) => tensor("label", "int64", [values.length], values);
      const measured = measure([pair("label", label([1n, 2n]), label([1n, 3n]))]);
      expect(measured.get("parity.elements_over_tolerance")?.note).toBe(
        'Output "label": 1 of 2 numbers differs (test_data_set_0 at [1]: expected "2", got "3").',
      );
      expect(measured.get("parity.label_agreement")?.note).toBe(
        'Output "label": 1 of 2 labels is wrong (test_data_set_0 at [1]: expected "2", got "3").',
      );
    });

    it("of many outputs, two and how many more", () => {
      const bad = ["a", "b", "c", "d"].map((name) => pair(name, f64(name, [1]), f64(name, [2])));
      expect(over(...bad)).toMatch(
        /^Output "a": .* Output "b": .*\) .*2 more outputs do too\.$|^Output "a": .* Output "b": .* 2 more outputs do too\.$/,
      );
    });

    it("nothing where nothing is", () => {
      expect(over(pair("y", f64("y", [1]), f64("y", [1])))).toBeNull();
    });
  });

  it("references that are all zero have no relative difference", () => {
    expect(value(measure([pair("y", f64("y", [0]), f64("y", [1]))]), "parity.max_rel_diff")).toBe(
      "undefined PARITY_NO_SCALE",
    );
  });

  it("never hold a number that is not finite", () => {
    const doubles = fc.array(fc.tuple(fc.double(), fc.double()), { maxLength: 6 });
    fc.assert(
      fc.property(doubles, (rows) => {
        const [expected, actual] = [
          f64(
            "y",
            rows.map(([a]) => a),
          ),
          f64(
            "y",
            rows.map(([, b]) => b),
          ),
        ];
        for (const one of measure([pair("y", expected, actual)]).values()) {
          const isNumber = Number.isFinite(one.value) && one.reason === null;
          const isBlank = one.value === null && one.reason !== null && one.note !== null;
          expect(one.state === "measured" ? isNumber : isBlank).toBe(true);
        }
      }),
    );
  });

  it("a worse output never helps", () => {
    const numbers = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(numbers, numbers, (good, other) => {
        const alone = pair(
          "a",
          f64("a", good),
          f64(
            "a",
            good.map((x) => x + 1),
          ),
        );
        const before = measure([alone]);
        const after = measure([
          alone,
          pair(
            "b",
            f64("b", other),
            f64(
              "b",
              other.map((x) => x * 2),
            ),
          ),
        ]);
        for (const metric of [
          "parity.max_abs_diff",
          "parity.elements_over_tolerance",
          "parity.outputs_failed",
        ]) {
          expect(after.get(metric)?.value ?? Infinity).toBeGreaterThanOrEqual(
            before.get(metric)?.value ?? Infinity,
          );
        }
      }),
    );
  });
});

describe("claims", () => {
  const outputs = reportOutputs([pair("y", f64("y", [1, 2]), f64("y", [1, 2.5]))], []);
  const claim = (max: number, more: object = {}) => ({
    cases: 1,
    outputs: [{ name: "y", max_abs_diff: max }],
    max_abs_diff: max,
    ...more,
  });
  const messages = (of: Parameters<typeof brokenClaims>[0]) =>
    brokenClaims(of, { cases: 1, outputs }, "parity.json").map(({ message }) => message);

  it("at scale hold up to four units in the last place of the largest reference", () => {
    const f32 = (value: number) => tensor("y", "float32", [1], [value]);
    const found = (actual: number, claimed: number) =>
      brokenClaims(
        claim(claimed),
        { cases: 1, outputs: reportOutputs([pair("y", f32(4e5), f32(actual))], []) },
        "f",
      );
    // A unit in the last place of 4e5 is 0.03125.
    expect(found(4e5 + 0.0625, 0)).toEqual([]);
    expect(found(4e5 + 0.125, 0.03125)).toEqual([]);
    expect(found(4e5 + 0.5, 0)).toHaveLength(2);
    expect(found(4e5 + 4, 0.5)).toHaveLength(2);
  });

  it("of an output without elements claim nothing that could be broken", () => {
    const empty = reportOutputs([pair("y", f64("y", []), f64("y", []))], []);
    expect(brokenClaims(claim(0), { cases: 1, outputs: empty }, "parity.json")).toEqual([]);
  });

  it("hold up to twice their number and 1e-7 more", () => {
    expect(messages(claim(0.5))).toEqual([]);
    expect(messages(claim(0.25))).toEqual([]);
    expect(messages(claim(0.2499999))).toHaveLength(2);
    expect(messages(claim(99))).toEqual([]);
  });

  it("are broken by other cases, unknown outputs and outputs left out", () => {
    expect(messages(claim(0.5, { cases: 8 }))).toEqual(["It claims 8 cases; 1 were replayed."]);
    expect(messages(claim(0.5, { outputs: [{ name: "z", max_abs_diff: 1 }] }))).toEqual([
      'It claims an output "z", which was not compared.',
      'It says nothing about the output "y".',
    ]);
  });

  it("are broken by a measurement without a finite value", () => {
    const undefinedOutputs = reportOutputs([pair("y", f64("y", [1]), f64("y", [NaN]))], []);
    const found = brokenClaims(claim(1e300), { cases: 1, outputs: undefinedOutputs }, "parity.json");
    expect(found.map(({ code, file }) => [code, file])).toEqual([
      ["PARITY_CLAIM_BROKEN", "parity.json"],
      ["PARITY_CLAIM_BROKEN", "parity.json"],
    ]);
  });
});

describe("test data sets", () => {
  it("come in natural order, with their files by position", () => {
    const found = findTestData([
      "test_data_set_10/input_0.pb",
      "test_data_set_2/output_1.pb",
      "test_data_set_2/input_0.pb",
      "test_data_set_2/input_00.pb",
      "test_data_set_2/notes.txt",
      "test_data_set_x/input_0.pb",
      "sub/test_data_set_3/input_0.pb",
      "test_data_set_2/deep/input_0.pb",
    ]);
    expect(found.map(({ name }) => name)).toEqual(["test_data_set_2", "test_data_set_10"]);
    expect(found[0]).toEqual({
      name: "test_data_set_2",
      inputs: new Map([[0, "test_data_set_2/input_0.pb"]]),
      outputs: new Map([[1, "test_data_set_2/output_1.pb"]]),
      twins: ["test_data_set_2/input_00.pb"],
    });
  });
});
