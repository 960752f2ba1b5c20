import { describe, expect, it } from "vitest";
import { type Ledger } from "../../../src/domain/ledger.ts";
import { EVENTS, type LifecycleEvent } from "../../../src/domain/lifecycle.ts";
import { apply } from "../../../src/ledger/apply.ts";
import { GENESIS } from "../../../src/ledger/ledger-text.ts";
import {
  fallbacksOf,
  type Lineage,
  revokedBehind,
  revokedIn,
  versionsBehind,
} from "../../../src/trust/dependencies.ts";
import { ENVIRONMENTS, launch } from "../../support/transitions.ts";
import { testKey, trustOf } from "../../support/trust.ts";

const digest = (character: string) => `sha256:${character.repeat(64)}` as const;
const key = testKey();
const lineage: Lineage = {
  dataset_hash: digest("1"),
  trainer_code_hash: digest("2"),
  signing_key_id: key.fingerprint,
};
const FREE: Lineage = { dataset_hash: digest("3"), trainer_code_hash: digest("3"), signing_key_id: null };
const keys = (revoked?: string) => [
  {
    id: "ada",
    roles: ["model-signer"],
    keys: [{ id: "ada-1", key, ...(revoked === undefined ? {} : { revoked }) }],
  },
];
const trust = (...more: readonly string[]) => trustOf({ principals: keys(), more: ["revoked:", ...more] });
const poisoned = trust(`  datasets: [{ digest: "${digest("1")}", reason: poisoned }]`);

const ledger: Ledger = [...launch("1.0.0"), ...launch("1.1.0")].reduce(
  (state, transition) => apply(state, transition, ENVIRONMENTS),
  GENESIS,
);

describe("revokedIn", () => {
  it("finds nothing where nothing is revoked, and nothing without a registry", () => {
    expect(revokedIn(trustOf({ principals: keys() }), lineage)).toEqual([]);
    expect(revokedIn(null, lineage)).toEqual([]);
  });

  it("names each revoked thing with its code and its reason", () => {
    const all = trustOf({
      principals: keys("stolen"),
      more: [
        "revoked:",
        `  datasets: [{ digest: "${digest("1")}", reason: poisoned }]`,
        `  trainer_code: [{ hash: "${digest("2")}", reason: leaks }]`,
      ],
    });
    expect(revokedIn(all, lineage)).toEqual([
      {
        id: "dataset",
        reason: "TRUST_DATASET_REVOKED",
        says: "Its dataset sha256:111111111111… is revoked: poisoned",
      },
      {
        id: "trainer-code",
        reason: "TRUST_TRAINER_CODE_REVOKED",
        says: "Its training code sha256:222222222222… is revoked: leaks",
      },
      {
        id: "signing-key",
        reason: "TRUST_SIGNING_KEY_REVOKED",
        says: `It was signed with ${key.fingerprint}, which is revoked: stolen`,
      },
    ]);
    expect(revokedIn(all, FREE)).toEqual([]);
  });

  it("takes a dataset for a dataset: the same digest as training code is something else", () => {
    const other = trust(`  trainer_code: [{ hash: "${digest("1")}", reason: leaks }]`);
    expect(revokedIn(other, lineage)).toEqual([]);
  });

  it("leaves out what was lifted, and keys that are only retired", () => {
    const lifted = trust(`  datasets: [{ digest: "${digest("1")}", reason: x, lifted: { reason: y } }]`);
    expect(revokedIn(lifted, lineage)).toEqual([]);
    const retired = trustOf({
      principals: [{ id: "ada", roles: ["model-signer"], keys: [{ id: "ada-1", key, retired: "old" }] }],
    });
    expect(revokedIn(retired, lineage)).toEqual([]);
  });
});

describe("revokedBehind", () => {
  const asked = (event: LifecycleEvent, version = "1.1.0") => ({ event, model: "m", version });
  const lineages = new Map([
    ["1.0.0", FREE],
    ["1.1.0", lineage],
  ]);

  it.each(EVENTS)("%s: refused when it brings the version forward, and only then", (event) => {
    const found = revokedBehind(poisoned, { ledger, request: asked(event), lineages });
    const free = ["DISABLE", "RETIRE", "REVOKE"].includes(event);
    expect(found.map(({ reason }) => reason)).toEqual(free ? [] : ["TRUST_DATASET_REVOKED"]);
    expect(versionsBehind(ledger, asked(event)).length > 0).toBe(!free || event === "REVOKE");
  });

  it("REVOKE: refused when production would fall back to a version that depends on it", () => {
    const swapped = new Map([["1.0.0", lineage]]);
    expect(fallbacksOf(ledger, { model: "m", version: "1.1.0" })).toEqual([
      { environment: "prod", version: "1.0.0" },
    ]);
    expect(revokedBehind(poisoned, { ledger, request: asked("REVOKE"), lineages: swapped })).toEqual([
      {
        id: "fallback",
        reason: "TRUST_FALLBACK_REVOKED",
        says: "In prod, production would fall back to 1.0.0. Its dataset sha256:111111111111… is revoked: poisoned",
      },
    ]);
  });

  it("REVOKE of a version that is not live brings nothing back", () => {
    const swapped = new Map([["1.1.0", lineage]]);
    expect(revokedBehind(poisoned, { ledger, request: asked("REVOKE", "1.0.0"), lineages: swapped })).toEqual(
      [],
    );
  });
});
