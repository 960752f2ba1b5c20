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

  test("the repository's own ledger is revision 0", () => {
    expect(readFileSync("deployed.json", "utf8")).toBe(formatLedger(GENESIS));
  });

  test.each([
    ["four spaces", JSON.stringify(JSON.parse(text), null, 4)],
    ["no last line feed", text.trimEnd()],
    ["CR LF", text.replaceAll("\n", "\r\n")],
    [
      "another order of keys",
      text.replace(/ {2}"previous": (.*),\n {2}"revision": (.*),/, '  "revision": $2,\n  "previous": $1,'),
    ],
    ["an escaped letter", text.replace('"models"', String.raw`"\u006dodels"`)],
    ["an exponent", text.replace('"revision": 7', '"revision": 7e0')],
  ])("refuses %s and says where", (_name, other) => {
    expect(other).not.toBe(text);
    expect(codesOf(() => parseLedger(bytes(other)))).toEqual(["LEDGER_NOT_CANONICAL"]);
  });

  test("says where the spelling differs", () => {
    const other = text.replace('  "revision"', ' "revision"');
    const line = text.split("\n").findIndex((each) => each.startsWith('  "revision"')) + 1;
    const where = { file: "deployed.json", line, column: 2 };
    expect(() => parseLedger(bytes(other))).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ where })] }),
    );
  });

  test.each<[string, (ledger: Damaged) => void]>([
    ["revision 0 with a transition", (ledger) => (ledger.revision = 0)],
    ["a revision without a transition", (ledger) => (ledger.transition = null)],
    ["a revision without a previous one", (ledger) => (ledger.previous = null)],
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

  test("refuses a duplicate key, an unknown key and half a file by the readers' codes", () => {
    expect(codesOf(() => parseLedger(bytes(text.replace("{", '{\n  "revision": 1,'))))).toEqual([
      "DOCUMENT_DUPLICATE_KEY",
    ]);
    expect(codesOf(() => parseLedger(bytes(formatLedger({ ...launched, extra: 1 } as Ledger))))).toEqual([
      "DOCUMENT_KEY_UNKNOWN",
    ]);
    expect(codesOf(() => parseLedger(bytes(text.slice(0, 100))))).toEqual(["DOCUMENT_TRUNCATED"]);
  });
});
