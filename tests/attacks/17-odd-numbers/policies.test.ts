import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CheckScene, checkScene, codesOf } from "../../support/check-scene.ts";
import { SHADOW_POLICY } from "../../support/governed-commits.ts";

/** Attack 17: a limit that looks like one and stops nothing, in a change of policies. */
describe("a limit", () => {
  let scene: CheckScene;
  let text: string;
  beforeAll(async () => {
    scene = await checkScene();
    text = readFileSync(join(scene.repo.root, SHADOW_POLICY), "utf8")
      .replace("version: 1", "version: 2")
      .replace("parity.scaled_diff", "parity.max_abs_diff")
      .replace('"<= 0.01"', '"<= 1e-5"');
  });
  afterAll(() => scene[Symbol.dispose]());

  let changes = 0;
  const codesOn = async (edit: (text: string) => string): Promise<readonly string[]> => {
    const bent = edit(text);
    expect(bent).not.toBe(text);
    const head = scene.branch(`limit-${(changes += 1)}`, () => scene.repo.write(SHADOW_POLICY, bent));
    return codesOf(await scene.check("main", head));
  };
  const hard = (value: string) => (all: string) => all.replace('hard: "<= 1e-5"', value);

  it.each([
    ['hard: "<= .inf"', "POLICY_LIMIT_NOT_FINITE"],
    ['hard: "<= Infinity"', "POLICY_LIMIT_NOT_FINITE"],
    ['hard: "<= NaN"', "POLICY_LIMIT_NOT_FINITE"],
    ['hard: "<= 1e999"', "POLICY_LIMIT_NOT_FINITE"],
    ["hard: .inf", "DOCUMENT_NUMBER_NOT_FINITE"],
    ["hard: .nan", "DOCUMENT_NUMBER_NOT_FINITE"],
    ["hard: 1", "DOCUMENT_TYPE_WRONG"],
    ['hard: ">= 0"', "POLICY_LIMIT_DIRECTION"],
    ['hard: "<= -1"', "POLICY_LIMIT_OUT_OF_RANGE"],
    ['hard: "< -0"', "POLICY_LIMIT_OUT_OF_RANGE"],
    ['hard: "<= 1 ms"', "POLICY_UNIT_WRONG"],
    ['hard: "<= 1e-5 %"', "POLICY_UNIT_WRONG"],
    ['hard: "<= 1e-5 or <= 9"', "POLICY_LIMIT_INVALID"],
    ['hard: "<= 1e-5"\n    hard: "<= 9"', "DOCUMENT_DUPLICATE_KEY"],
    ['hard: "<= 1e-5"\n    soft: "<= 9"', "POLICY_LIMITS_INVERTED"],
    ['Hard: "<= 1e-5"', "DOCUMENT_KEY_UNKNOWN"],
  ])("of %s is refused", async (value, code) => {
    expect(await codesOn(hard(value))).toContain(code);
  });

  it.each<[string, (text: string) => string, string]>([
    [
      "that stands in two objectives of one name",
      (all) => all.replace("id: outputs-comparable", "id: onnx-parity"),
      "POLICY_OBJECTIVE_DUPLICATE",
    ],
    [
      "on a metric that nobody measures",
      (all) => all.replace("parity.max_abs_diff", "parity.max_abs_dif"),
      "POLICY_METRIC_UNKNOWN",
    ],
  ])("%s is refused", async (_, edit, code) => {
    expect(await codesOn(edit)).toContain(code);
  });
});
