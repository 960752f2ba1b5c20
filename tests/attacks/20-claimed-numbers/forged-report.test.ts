import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Tensor } from "../../../src/domain/tensor.ts";
import { changed, type CheckScene, checkScene, codesOf, honest } from "../../support/check-scene.ts";
import type { Behaviour } from "../../support/memory-engine.ts";

/**
 * Attack 20: perfect numbers about a model that is not what they say. The evidence is the gate's own bytes, made where the
 * model still behaved; the check runs the model again, and judges what it sees.
 */
const PROPOSAL = "promote/prod/flight-delay";

/** Agrees with every reference in the first replay. */
function onlyOnce(): Behaviour {
  const seen = new Set<number>();
  return (inputs, index, model) =>
    (seen.size < seen.add(index).size ? honest : changed)(inputs, index, model);
}

describe("a proposal whose evidence is perfect", () => {
  let scene: CheckScene;
  beforeAll(async () => {
    scene = await checkScene();
    await scene.propose({});
  });
  afterAll(() => scene[Symbol.dispose]());

  /** The outcome of the check, and why each objective failed, while the model answers like this. */
  async function judged(behaviour: Behaviour): Promise<readonly (string | null)[]> {
    scene.answer(behaviour);
    const report = await scene.check("main", PROPOSAL);
    scene.answer(honest);
    expect(codesOf(report)).toEqual([]);
    const objectives = report.decisions.flatMap(({ verdict }) =>
      verdict.policies.flatMap((one) => one.objectives),
    );
    const failed = objectives.filter(({ outcome }) => outcome !== "PASS");
    return [report.outcome, ...new Set(failed.map(({ reason }) => reason))];
  }

  const each =
    (change: (tensor: Tensor) => Partial<Tensor>): Behaviour =>
    (...asking) =>
      honest(...asking).map((tensor) => ({ ...tensor, ...change(tensor) }) as Tensor);
  const floats = (value: number) =>
    each(({ data }) => (data instanceof Float32Array ? { data: data.map(() => value) } : {}));

  it("passes when the model is what it was, so that the next tests mean something", async () => {
    expect(await judged(honest)).toEqual(["PASS"]);
  });

  it.each<[string, Behaviour, string]>([
    ["answers a little otherwise", changed, "GATE_HARD_LIMIT_MISSED"],
    [
      "answers otherwise from the second case on",
      (inputs, n, model) => (n === 0 ? honest : changed)(inputs, n, model),
      "GATE_HARD_LIMIT_MISSED",
    ],
    ["answers NaN, which no comparison holds for", floats(Number.NaN), "GATE_HARD_LIMIT_MISSED"],
    ["answers Infinity", floats(Number.POSITIVE_INFINITY), "GATE_HARD_LIMIT_MISSED"],
    ["answers as it did once for each case, and never again", onlyOnce(), "GATE_HARD_LIMIT_MISSED"],
    ["answers nothing", () => [], "GATE_HARD_LIMIT_MISSED"],
    ["answers under another name", each(() => ({ name: "other" })), "GATE_HARD_LIMIT_MISSED"],
    ["answers in another shape", each(({ dims }) => ({ dims: [...dims, 1] })), "GATE_HARD_LIMIT_MISSED"],
  ])("is worth nothing once the model %s", async (_, behaviour, code) => {
    const [outcome, ...reasons] = await judged(behaviour);
    expect([outcome, reasons]).toEqual(["FAIL", expect.arrayContaining([code])]);
  });
});
