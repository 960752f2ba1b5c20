import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { formatJson } from "../../../src/domain/document/format.ts";
import type { Ledger } from "../../../src/domain/ledger.ts";
import { apply } from "../../../src/ledger/apply.ts";
import { formatLedger, GENESIS, parseLedger } from "../../../src/ledger/ledger-text.ts";
import { codesOf, ENVIRONMENTS, launch, manifestOf, toShadow } from "../../support/transitions.ts";

const launched = [...launch("1.0.0"), ...launch("1.1.0"), toShadow("1.2.0")].reduce(
  (l, t) => apply(l, t, ENVIRONMENTS),
  GENESIS,
);
const text = formatLedger(launched);
const bytes = (of: string): Uint8Array => Buffer.from(of);

/** A ledger to damage; none of its types hold any more. */
type Damaged = Record<string, unknown> & {
  models: {
    m: Record<string, unknown> & {
      environments: { prod: { slots: Record<string, unknown>; rollback_targets: unknown[] } };
    };
  };
};

describe("parseLedger", () => {
  test("reads back what formatLedger writes", () => {
    expect(parseLedger(bytes(text))).toEqual(launched);
  });

  test("the repository's own ledger is empty", () => {
    expect(readFileSync("deployed.json", "utf8")).toBe(formatLedger(GENESIS));
  });

  test.each([
    ["four spaces", JSON.stringify(JSON.parse(text), null, 4)],
    ["no last line feed", text.trimEnd()],
    ["CR LF", text.replaceAll("\n", "\r\n")],
    [
      "another order of keys",
      text
        .replace(/ {6}"revoked": (.*),\n/, "")
        .replace(/ {6}"revision"/, '      "revoked": {},\n      "revision"'),
    ],
    ["an escaped letter", text.replace('"models"', String.raw`"\u006dodels"`)],
    ["an exponent", text.replace('"revision": 7', '"revision": 7e0')],
  ])("refuses %s and says where", (_name, other) => {
    expect(other).not.toBe(text);
    expect(codesOf(() => parseLedger(bytes(other)))).toEqual(["LEDGER_NOT_CANONICAL"]);
  });

  test("says where the spelling differs", () => {
    const other = text.replace('      "revision"', '     "revision"');
    const line = text.split("\n").findIndex((each) => each.startsWith('      "revision"')) + 1;
    const where = { file: "deployed.json", line, column: 6 };
    expect(() => parseLedger(bytes(other))).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ where })] }),
    );
  });

  test.each<[string, (ledger: Damaged) => void]>([
    [
      "a transition of another model",
      (ledger) => (ledger.models.m["transition"] = toShadow("1.2.0", { model: "n" })),
    ],
    ["a revoked version in a slot", (ledger) => (ledger.models.m.revoked = { "1.1.0": "bad" })],
    ["a retired rollback target", (ledger) => (ledger.models.m.retired = { "1.0.0": "old" })],
    [
      "one version in two slots",
      (ledger) =>
        (ledger.models.m.environments.prod.slots.CANARY = ledger.models.m.environments.prod.slots.PRODUCTION),
    ],
    [
      "the live version among the targets",
      (ledger) =>
        ledger.models.m.environments.prod.rollback_targets.push({
          version: "1.1.0",
          manifest_digest: manifestOf("m", "1.1.0"),
        }),
    ],
  ])("refuses %s", (_name, damage) => {
    const ledger = JSON.parse(text) as Damaged;
    damage(ledger);
    expect(new Set(codesOf(() => parseLedger(bytes(formatJson(ledger)))))).toEqual(
      new Set(["LEDGER_INVALID"]),
    );
  });

  test.each<[string, (model: Damaged["models"]["m"]) => void]>([
    ["revision 0", (model) => (model["revision"] = 0)],
    ["no transition", (model) => (model["transition"] = null)],
    ["no state before", (model) => (model["previous"] = null)],
  ])("refuses an entry with %s: a model that had no transition is not listed", (_name, damage) => {
    const ledger = JSON.parse(text) as Damaged;
    damage(ledger.models.m);
    expect(codesOf(() => parseLedger(bytes(formatJson(ledger))))[0]).toMatch(
      /^DOCUMENT_(?:TYPE_WRONG|VALUE_INVALID)$/,
    );
  });

  test("refuses a duplicate key, an unknown key and half a file by the readers' codes", () => {
    expect(codesOf(() => parseLedger(bytes(text.replace("{", '{\n  "models": {},'))))).toEqual([
      "DOCUMENT_DUPLICATE_KEY",
    ]);
    expect(codesOf(() => parseLedger(bytes(formatLedger({ ...launched, extra: 1 } as Ledger))))).toEqual([
      "DOCUMENT_KEY_UNKNOWN",
    ]);
    expect(codesOf(() => parseLedger(bytes(text.slice(0, 100))))).toEqual(["DOCUMENT_TRUNCATED"]);
  });
});
