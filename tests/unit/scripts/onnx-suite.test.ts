import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import { EXPLANATIONS } from "../../../scripts/onnx-suite/explanations.ts";
import { type JudgedCase, recordOf, type SuiteRecord } from "../../../scripts/onnx-suite/record.ts";
import { ENGINE_VERSION } from "../../../src/adapters/onnx/engine-assets.ts";
import { METRICS } from "../../../src/domain/metrics.ts";
import { reasons } from "../../../src/domain/reasons/catalogue.ts";

const SUITE = join(import.meta.dirname, "../../../scripts/onnx-suite");
const record = JSON.parse(readFileSync(join(SUITE, "record.json"), "utf8")) as SuiteRecord;
const VERSIONS = { onnx: "1.0.0", onnxruntime: "2.0.0" };

const judged = (name: string, more: Partial<JudgedCase>): JudgedCase => ({
  case: name,
  verdict: "passed",
  codes: [],
  says: "",
  opinion: "passed",
  ...more,
});

describe("the recorded result of ONNX's backend suite", () => {
  it("is of the ONNX Runtime that is pinned, and of the packages that make it again", () => {
    const pins = readFileSync(join(SUITE, "requirements.txt"), "utf8").split("\n");
    expect(record.onnxruntime).toBe(ENGINE_VERSION);
    expect(record.onnxruntime).toBe(packageJson.dependencies["onnxruntime-node"]);
    expect(pins).toEqual(
      expect.arrayContaining([`onnxruntime==${record.onnxruntime}`, `onnx==${record.onnx}`]),
    );
  });

  it("has every case once, and as many as it counts", () => {
    const listed = record.not_passed.flatMap(({ cases }) => cases);
    expect(new Set(listed).size).toBe(listed.length);
    expect(record.counts.passed + listed.length).toBe(record.cases);
    for (const verdict of ["refused", "failed", "engine"] as const) {
      const groups = record.not_passed.filter((group) => group.verdict === verdict);
      expect(groups.flatMap(({ cases }) => cases)).toHaveLength(record.counts[verdict]);
    }
  });

  it("names codes and metrics that there are", () => {
    const codes = new Set(record.not_passed.flatMap((group) => group.codes));
    expect(codes.size).toBeGreaterThan(0);
    const unknown = [...codes].filter((code) => !Object.hasOwn(reasons, code) && !METRICS.has(code));
    expect(unknown).toEqual([]);
  });

  it("explains every case that does not pass, or passes here alone", () => {
    const known = new Set(EXPLANATIONS.map(({ why }) => why));
    const odd = [...record.passed_alone, ...record.not_passed].filter(
      ({ right, why }) => right !== true || !known.has(why ?? ""),
    );
    expect(odd).toEqual([]);
  });

  it("needs every explanation", () => {
    const used = new Set([...record.passed_alone, ...record.not_passed].map(({ why }) => why));
    expect(EXPLANATIONS.filter(({ why }) => !used.has(why))).toEqual([]);
  });
});

describe("recordOf", () => {
  it("finds a pass that Python's onnxruntime contradicts", () => {
    const made = recordOf([judged("node/a", {}), judged("node/b", { opinion: "differs" })], VERSIONS);
    expect(made).toMatchObject({ ...VERSIONS, cases: 2, not_passed: [] });
    expect(made.passed_alone.map(({ cases, right }) => ({ cases, right }))).toEqual([
      { cases: ["node/b"], right: null },
    ]);
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
