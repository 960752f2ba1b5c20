import { describe, expect, it } from "vitest";
import { type ComparedOutput, type ParityBlock, SILENT } from "../../../src/domain/parity-rules.ts";
import { retolerated } from "../../../src/policy/retolerated.ts";
import { COMPARED, evidenceOf, goodMeasurements, measurement } from "../../support/judging.ts";

const rules = (block: Partial<ParityBlock>) => ({ policies: ["p"], blocks: [{ ...SILENT, ...block }] });
const float32 = (atol: number, rtol: number) => rules({ tolerances: { float32: { atol, rtol } } });

/** Counts of evidence under other rules. */
function counts(more: Partial<ComparedOutput>, by: ReturnType<typeof rules>, finite = true) {
  const measurements = goodMeasurements().map((one) =>
    one.metric === "parity.max_abs_diff" && !finite
      ? { ...one, state: "undefined" as const, value: null }
      : one,
  );
  const evidence = evidenceOf("parity", measurements, { compared: [{ ...COMPARED, ...more }] });
  const found = retolerated(evidence, by).measurements;
  return ["elements_over_tolerance", "outputs_failed", "outputs_mismatched"].map((metric) => {
    const one = found.find((each) => each.metric === `parity.${metric}`);
    return one?.state === "measured" ? one.value : one?.reason;
  });
}

describe("past evidence under another tolerance", () => {
  const extremes = [
    [0.5, 1e5],
    [1e-6, 0],
  ] as const;

  it("is told by the differences that decide", () => {
    expect(counts({ extremes }, float32(1e-5, 1e-5))).toEqual([0, 0, 0]);
    expect(counts({ extremes }, float32(1e-6, 5e-6))).toEqual([0, 0, 0]);
    expect(counts({ extremes }, float32(1e-6, 4e-6))).toEqual([1, 1, 0]);
    expect(counts({ extremes }, float32(1e-7, 5e-6))).toEqual([1, 1, 0]);
    expect(counts({ extremes }, float32(0, 0))).toEqual([2, 1, 0]);
  });

  it("is not told where they were too many, or where NaN and infinities are another matter", () => {
    const unknown = "EVIDENCE_TOLERANCE_MISMATCH";
    expect(counts({ extremes: null }, float32(1e-6, 0))).toEqual([unknown, unknown, 0]);
    expect(counts({}, rules({ nanEqual: true }))).toEqual([unknown, unknown, unknown]);
  });

  it("is what it was where something is no finite difference, and where no rule changed", () => {
    expect(counts({ extremes }, float32(0, 0), false)).toEqual([0, 0, 0]);
    const evidence = evidenceOf("parity", [measurement("parity.cases", 1)]);
    expect(retolerated(evidence, rules({}))).toBe(evidence);
  });
});
