import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Evidence } from "../../../../src/domain/evidence.ts";
import { type ParityBlock, type ParityRules, SILENT } from "../../../../src/domain/parity-rules.ts";
import { evaluate } from "../../../../src/policy/evaluate.ts";
import { CANDIDATE, evidenceWith, inputWith, measurement, REQUEST } from "../../../support/judging.ts";
import { measured, parityOf } from "../../../support/parity-run.ts";
import { versionFolder } from "../../../support/version-folder.ts";

/** Models that are right and wrong, with references that ONNX Runtime did not make: tests/cases/parity/make.py. */
const CASES = join(import.meta.dirname, "../../../cases/parity");

function contentsOf(folder: string): Record<string, Uint8Array> {
  const paths = readdirSync(folder, { recursive: true }) as string[];
  const files = paths.filter((path) => statSync(join(folder, path)).isFile());
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(folder, path))]));
}

async function replay(name: string, rules?: ParityRules) {
  using folder = versionFolder(contentsOf(join(CASES, name)));
  return await parityOf(folder, rules ? { rules } : {});
}

/** Parity objectives of the shipped policy that a model fails. */
function failedBy(evidence: Evidence): string[] {
  const integrity = evidenceWith([measurement("integrity.problems", 0)]);
  const { policies } = evaluate(
    inputWith({
      request: { ...REQUEST, event: "PROMOTE_TO_SHADOW" },
      evidence: [...integrity, { ...evidence, subject: CANDIDATE }],
    }),
  );
  return policies.flatMap(({ objectives }) =>
    objectives
      .filter(({ outcome }) => outcome !== "PASS" && outcome !== "NOT_APPLICABLE")
      .map(({ id }) => id),
  );
}

describe("with the shipped policy", () => {
  it.each(readdirSync(join(CASES, "right")))("%s is right, and passes", async (name) => {
    const evidence = await replay(`right/${name}`);
    expect(evidence.details.failure).toBeNull();
    expect(failedBy(evidence)).toEqual([]);
  });

  it.each([
    ["price-off", ["onnx-parity"]],
    ["tiny-mirrored", ["parity-scale"]],
    ["dft-tiny-mirrored", ["parity-scale"]],
    ["labels-wrong", ["onnx-parity", "labels-agree"]],
    ["label-wrong", ["onnx-parity", "labels-agree"]],
    ["int8-perceptron", ["onnx-parity", "parity-scale"]],
    ["int8-transformer", ["onnx-parity", "parity-scale"]],
    ["special", ["onnx-parity", "parity-scale", "outputs-comparable"]],
    ["infinite", ["onnx-parity", "parity-scale", "outputs-comparable"]],
    ["empty", ["outputs-filled"]],
  ])("%s is wrong, and fails %j", async (name, ids) => {
    expect(failedBy(await replay(`wrong/${name}`))).toEqual(ids);
  });

  it("every wrong model is judged above", () => {
    expect(readdirSync(join(CASES, "wrong"))).toHaveLength(10);
  });
});

describe("with a policy of their own", () => {
  const rulesOf = (block: Partial<ParityBlock>): ParityRules => ({
    policies: ["own"],
    blocks: [{ ...SILENT, ...block }],
  });

  it("NaN and infinities may be allowed, each by its own key, for all outputs or for one", async () => {
    const outputs = new Map([["y", { nan_equal: true, inf_equal: true }]]);
    expect(failedBy(await replay("wrong/special", rulesOf({ outputs })))).toEqual([]);
    expect(failedBy(await replay("wrong/special", rulesOf({ nanEqual: true, infEqual: true })))).toEqual([]);
    expect(failedBy(await replay("wrong/special", rulesOf({ nanEqual: true })))).toContain(
      "outputs-comparable",
    );
    expect(failedBy(await replay("wrong/infinite", rulesOf({ infEqual: true })))).toEqual([]);
    const other = new Map([["z", { nan_equal: true, inf_equal: true }]]);
    expect(failedBy(await replay("wrong/special", rulesOf({ outputs: other })))).toContain(
      "outputs-comparable",
    );
  });

  it("whatever it allows, 127 of 256 wrong labels fail", async () => {
    const loose = { atol: 1e9, rtol: 1, nan_equal: true, inf_equal: true, noise: true };
    const rules = rulesOf({
      outputs: new Map([["label", loose]]),
      tolerances: { float32: { atol: 1e9, rtol: 1 } },
    });
    const evidence = await replay("wrong/labels-wrong", rules);
    expect(failedBy(evidence)).toEqual(["onnx-parity", "labels-agree"]);
    expect(measured(evidence, "parity.label_agreement").value).toBe(129 / 256);
  });

  it("a tolerance may be tighter than the default", async () => {
    const rules = rulesOf({ tolerances: { float32: { atol: 0, rtol: 1e-8 } } });
    const evidence = await replay("right/price-boosting", rules);
    expect(failedBy(evidence)).toEqual(["onnx-parity"]);
    expect(evidence.compared).toMatchObject([{ output: "variable", atol: 0, rtol: 1e-8 }]);
    expect(measured(evidence, "parity.elements_over_tolerance").note).toMatch(
      /^Output "variable": \d+ of 64 numbers differ by more than 1e-8 of their reference \(worst 0\.0\d+\)\.$/,
    );
  });
});
