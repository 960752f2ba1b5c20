import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Measurement } from "../../../src/domain/evidence.ts";
import {
  type CheckScene,
  checkScene,
  codesOf,
  editJson,
  packPath,
  reseal,
} from "../../support/check-scene.ts";

/**
 * Attack 17: evidence in which a number is none, is of another kind, stands there twice, or is left out, so that a careless
 * comparison says pass. Who forges makes every digest agree again, and keeps the verdict of the honest numbers. The model
 * itself is good, so that nothing but the stored evidence can tell.
 */
const METRIC = "parity.scaled_diff";
const REASON = "PARITY_NOTHING_COMPARED";

describe("a stored measurement", () => {
  let scene: CheckScene;
  beforeAll(async () => {
    scene = await checkScene();
    await scene.propose({});
  });
  afterAll(() => scene[Symbol.dispose]());

  const file = (): string => join(scene.repo.root, packPath(scene), "parity.json");
  let changes = 0;
  const codesOn = async (edit: () => void): Promise<readonly string[]> => {
    const change = (): void => {
      edit();
      reseal(scene);
    };
    const head = scene.branch(`odd-${(changes += 1)}`, change, "promote/prod/flight-delay");
    const report = await scene.check("main", head);
    expect(report.outcome).toBe("FAIL");
    return codesOf(report);
  };
  /** Puts JSON text in place of the measured value. */
  const asText = (value: string) => (): void => {
    const text = readFileSync(file(), "utf8");
    const bent = text.replace(new RegExp(`("metric": "${METRIC}",[^}]*?"value": )[^,\n]+`), `$1${value}`);
    expect(bent).not.toBe(text);
    writeFileSync(file(), bent);
  };
  const measurements = (edit: (all: Measurement[]) => Measurement[]) => (): void =>
    editJson<{ measurements: Measurement[] }>(scene, `${packPath(scene)}/parity.json`, (evidence) => {
      evidence.measurements = edit(evidence.measurements);
    });
  const each = (edit: (one: Measurement) => object) =>
    measurements((all) => all.map((one) => (one.metric === METRIC ? { ...one, ...edit(one) } : one)));

  it.each([
    ["NaN", "DOCUMENT_SYNTAX"],
    ["Infinity", "DOCUMENT_SYNTAX"],
    ["-Infinity", "DOCUMENT_SYNTAX"],
    ["1e999", "DOCUMENT_NUMBER_NOT_FINITE"],
    ['"0"', "DOCUMENT_TYPE_WRONG"],
    ['"NaN"', "DOCUMENT_TYPE_WRONG"],
    ["true", "DOCUMENT_TYPE_WRONG"],
    ["[]", "DOCUMENT_TYPE_WRONG"],
    ["{}", "DOCUMENT_TYPE_WRONG"],
    ["0x0", "DOCUMENT_SYNTAX"],
    ["00", "DOCUMENT_SYNTAX"],
    ["9007199254740993", "DOCUMENT_NUMBER_UNSAFE"],
    ['0, "value": 0', "DOCUMENT_DUPLICATE_KEY"],
    ['0, "v\\u0061lue": 0', "DOCUMENT_DUPLICATE_KEY"],
  ])("as %s is no number", async (value, code) => {
    expect(await codesOn(asText(value))).toContain(code);
  });

  it.each<[string, () => void]>([
    ["null, and measured all the same", each(() => ({ value: null }))],
    ["left out", measurements((all) => all.filter(({ metric }) => metric !== METRIC))],
    ["there twice, once as it should be", measurements((all) => [...all, ...all])],
    ["of a metric that nobody knows", each(() => ({ metric: "parity.scaled_dif" }))],
    ["not applicable", each(() => ({ state: "not_applicable", value: null, reason: REASON, note: "x" }))],
    ["pessimistic", each(() => ({ state: "pessimistic", note: "x", reason: REASON }))],
    ["at least that", each(() => ({ state: "at_least", note: "x", reason: REASON }))],
    ["of no samples", each(() => ({ samples: 0 }))],
  ])("that is %s does not give the verdict that was stored", async (_, edit) => {
    expect(await codesOn(edit)).toEqual(["CHECK_VERDICT_MISMATCH"]);
  });
});
