import { describe, expect, it } from "vitest";
import { type JudgedCase, recordOf } from "../../../scripts/onnx-suite/record.ts";

const VERSIONS = { onnx: "1.0.0", onnxruntime: "2.0.0" };

const judged = (name: string, more: Partial<JudgedCase>): JudgedCase => ({
  case: name,
  verdict: "passed",
  codes: [],
  says: "",
  opinion: "passed",
  ...more,
});

describe("recordOf", () => {
  it("finds a pass that Python's onnxruntime contradicts", () => {
    const made = recordOf([judged("node/a", {}), judged("node/b", { opinion: "differs" })], VERSIONS);
    expect(made).toMatchObject({ ...VERSIONS, cases: 2, false_passes: ["node/b"], not_passed: [] });
  });

  it("leaves a case unexplained that no explanation covers", () => {
    const made = recordOf(
      [judged("node/a", { verdict: "failed", codes: ["PARITY_DTYPE_MISMATCH"] })],
      VERSIONS,
    );
    expect(made.not_passed).toEqual([
      {
        verdict: "failed",
        codes: ["PARITY_DTYPE_MISMATCH"],
        second_opinion: "passed",
        right: null,
        why: null,
        cases: ["node/a"],
      },
    ]);
  });

  it("lists cases that came out alike together", () => {
    const alike = { verdict: "engine", codes: ["MODEL_LOAD_FAILED"], opinion: "cannot load" } as const;
    const made = recordOf([judged("node/a", alike), judged("node/b", alike)], VERSIONS);
    expect(made.not_passed.map(({ cases, right }) => ({ cases, right }))).toEqual([
      { cases: ["node/a", "node/b"], right: true },
    ]);
    expect(made.counts).toEqual({ passed: 0, refused: 0, failed: 0, engine: 2 });
  });
});
