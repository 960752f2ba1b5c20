import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Measurement } from "../../../../src/domain/evidence.ts";
import { METRICS } from "../../../../src/domain/metrics.ts";
import type { Tensor } from "../../../../src/domain/tensor.ts";
import { brokenClaims } from "../../../../src/measure/parity/claim.ts";
import { failedMeasurements, parityMeasurements } from "../../../../src/measure/parity/measurements.ts";
import { type OutputPair, reportOutputs } from "../../../../src/measure/parity/report.ts";
import { findTestData } from "../../../../src/measure/parity/test-data.ts";
import { STRICT } from "../../../../src/measure/parity/tolerance.ts";
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
  const outputs = reportOutputs(pairs, STRICT);
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
    expect(value(empty, "parity.outputs_not_comparable")).toBe(1);
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
  const outputs = reportOutputs([pair("y", f64("y", [1, 2]), f64("y", [1, 2.5]))], STRICT);
  const claim = (max: number, more: object = {}) => ({
    cases: 1,
    outputs: [{ name: "y", max_abs_diff: max }],
    max_abs_diff: max,
    ...more,
  });
  const messages = (of: Parameters<typeof brokenClaims>[0]) =>
    brokenClaims(of, { cases: 1, outputs }, "parity.json").map(({ message }) => message);

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
    const undefinedOutputs = reportOutputs([pair("y", f64("y", [1]), f64("y", [NaN]))], STRICT);
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
