import { NO_ENTRY } from "../../support/ledgers.ts";
import { expect, test } from "vitest";
import type { EnvironmentState, Ledger, Slot } from "../../../src/domain/ledger.ts";
import { type Effective, effectOn } from "../../../src/ledger/effects.ts";
import { describeEffect } from "../../../src/report/effect.ts";
import { EMPTY_LEDGER } from "../../support/judging.ts";

const DIGEST = `sha256:${"a".repeat(64)}` as const;
const slot = (version: string, more: Partial<Slot> = {}): Slot => ({
  version,
  manifest_digest: DIGEST,
  serving: true,
  ...more,
});
const target = (version: string) => ({ version, manifest_digest: DIGEST });

const PROD: EnvironmentState = {
  slots: { CANARY: slot("1.2.0", { phase: "50%" }), PRODUCTION: slot("1.1.0") },
  rollback_targets: [target("1.0.0")],
};
const STAGING: EnvironmentState = { slots: { PRODUCTION: slot("1.1.0") }, rollback_targets: [] };
const LEDGER: Ledger = {
  ...EMPTY_LEDGER,
  models: { m: { ...NO_ENTRY, environments: { staging: STAGING, prod: PROD } } },
};

function effectOf(move: Pick<Effective, "event" | "version"> & Partial<Effective>): readonly string[] {
  const full = { model: "m", manifest_digest: DIGEST, environment: "prod", reason: "because", ...move };
  const before = LEDGER.models["m"]!;
  return describeEffect(before, effectOn(LEDGER, full));
}

test.each<[Parameters<typeof effectOf>[0], readonly string[]]>([
  [
    { event: "PROMOTE_TO_PRODUCTION", version: "1.2.0" },
    [
      "In prod: PRODUCTION 1.1.0 -> 1.2.0; CANARY 1.2.0 (50%) -> empty; rollback targets 1.0.0 -> 1.1.0, 1.0.0.",
    ],
  ],
  [
    { event: "PROMOTE_TO_CANARY", version: "1.3.0", environment: "constructor", phase: "5%" },
    ["In constructor: CANARY empty -> 1.3.0 (5%)."],
  ],
  [
    { event: "ROLLBACK", version: "1.0.0" },
    ["In prod: PRODUCTION 1.1.0 -> 1.0.0; rollback targets 1.0.0 -> none."],
  ],
  [{ event: "DISABLE", version: "1.1.0" }, ["In prod: PRODUCTION 1.1.0 -> 1.1.0 OFF."]],
  [
    { event: "REVOKE", version: "1.1.0", environment: null },
    [
      "In prod: PRODUCTION 1.1.0 -> 1.0.0; rollback targets 1.0.0 -> none.",
      "In staging: PRODUCTION 1.1.0 -> empty.",
      "1.1.0 is revoked, everywhere and for ever.",
    ],
  ],
  [
    { event: "RETIRE", version: "1.0.0", environment: null },
    ["In prod: rollback targets 1.0.0 -> none.", "1.0.0 is retired, everywhere and for ever."],
  ],
])("%o", (move, effect) => {
  expect(effectOf(move)).toEqual(effect);
});
