import { describe, expect, test } from "vitest";
import { digestOf } from "../../../src/domain/digest.ts";
import { formatJson } from "../../../src/domain/document/format.ts";
import {
  environmentState,
  type Ledger,
  liveVersion,
  modelState,
  stateOf,
  type Transition,
} from "../../../src/domain/ledger.ts";
import { apply } from "../../../src/ledger/apply.ts";
import { formatLedger, GENESIS } from "../../../src/ledger/ledger-text.ts";
import {
  codesOf,
  ENVIRONMENTS,
  launch,
  manifestOf,
  retire,
  revoke,
  rollBack,
  toCanary,
  toProduction,
  toShadow,
  transition,
} from "../../support/transitions.ts";

function play(...transitions: Transition[]): Ledger {
  return transitions.reduce((ledger, each) => apply(ledger, each, ENVIRONMENTS), GENESIS);
}

const refusedOn = (ledger: Ledger, move: Transition): string[] =>
  codesOf(() => apply(ledger, move, ENVIRONMENTS));
const prod = (ledger: Ledger) => environmentState(ledger, "m", "prod");
const held = (version: string, serving = true) => ({
  version,
  manifest_digest: manifestOf("m", version),
  serving,
});
const target = (version: string) => ({ version, manifest_digest: manifestOf("m", version) });

describe("apply: what each event does", () => {
  test("a transition makes the next revision of its model, which names the digest of the state before", () => {
    const next = play(toShadow("1.0.0"));
    expect(next).toEqual({
      schema_version: "modelgate/deployed/v1",
      models: {
        m: {
          environments: { prod: { slots: { SHADOW: held("1.0.0") }, rollback_targets: [] } },
          previous: digestOf(formatJson(modelState(GENESIS, "m"))),
          retired: {},
          revision: 1,
          revoked: {},
          transition: toShadow("1.0.0"),
        },
      },
    });
    const second = apply(next, toShadow("1.0.0", { model: "n" }), ENVIRONMENTS);
    expect(second.models["m"]).toBe(next.models["m"]);
    const third = apply(second, toCanary("1.0.0"), ENVIRONMENTS);
    expect(third.models["m"]).toMatchObject({
      revision: 2,
      previous: digestOf(formatJson(next.models["m"])),
    });
  });

  test("a version moves from slot to slot and holds one at a time", () => {
    expect(prod(play(...launch("1.0.0"))).slots).toEqual({ PRODUCTION: held("1.0.0") });
    const canary = play(toShadow("1.0.0"), toCanary("1.0.0"));
    expect(prod(canary).slots).toEqual({ CANARY: { ...held("1.0.0"), phase: "5%" } });
    const later = apply(canary, toCanary("1.0.0", "50%", { from: "CANARY" }), ENVIRONMENTS);
    expect(prod(later).slots).toEqual({ CANARY: { ...held("1.0.0"), phase: "50%" } });
  });

  test("the displaced version becomes REGISTERED and the newest rollback target", () => {
    const ledger = play(...launch("1.0.0"), ...launch("1.1.0"), ...launch("1.2.0"));
    expect(prod(ledger)).toEqual({
      slots: { PRODUCTION: held("1.2.0") },
      rollback_targets: [target("1.1.0"), target("1.0.0")],
    });
    expect(stateOf(ledger, "m", { version: "1.1.0", environment: "prod" })).toBe("REGISTERED");
  });

  test("ROLLBACK puts the target live; the displaced version is no target, because it was taken out for cause", () => {
    const ledger = play(...launch("1.0.0"), ...launch("1.1.0"), rollBack("1.0.0"));
    expect(prod(ledger)).toEqual({ slots: { PRODUCTION: held("1.0.0") }, rollback_targets: [] });
    expect(stateOf(ledger, "m", { version: "1.1.0", environment: "prod" })).toBe("REGISTERED");
  });

  test("ROLLBACK past a target keeps the newer target", () => {
    const ledger = play(...launch("1.0.0"), ...launch("1.1.0"), ...launch("1.2.0"), rollBack("1.0.0"));
    expect(prod(ledger)).toEqual({
      slots: { PRODUCTION: held("1.0.0") },
      rollback_targets: [target("1.1.0")],
    });
  });

  test("ROLLBACK serves, though the version before was switched off", () => {
    const off = transition({ event: "DISABLE", version: "1.1.0", from: "PRODUCTION", to: "PRODUCTION" });
    const ledger = play(...launch("1.0.0"), ...launch("1.1.0"), off, rollBack("1.0.0"));
    expect(liveVersion(ledger, "m", "prod")).toEqual(held("1.0.0"));
  });

  test("DISABLE and ENABLE keep the state", () => {
    const off = transition({ event: "DISABLE", version: "1.0.0", from: "CANARY", to: "CANARY" });
    const on = transition({ event: "ENABLE", version: "1.0.0", from: "CANARY", to: "CANARY" });
    const canary = [toShadow("1.0.0"), toCanary("1.0.0")];
    expect(prod(play(...canary, off)).slots).toEqual({ CANARY: { ...held("1.0.0", false), phase: "5%" } });
    expect(prod(play(...canary, off, on)).slots).toEqual(prod(play(...canary)).slots);
  });

  test("a new shadow displaces the one before", () => {
    expect(prod(play(toShadow("1.0.0"), toShadow("1.1.0"))).slots).toEqual({ SHADOW: held("1.1.0") });
  });

  test("a canary that was given up can be displaced", () => {
    const off = transition({ event: "DISABLE", version: "1.0.0", from: "CANARY", to: "CANARY" });
    const ledger = play(toShadow("1.0.0"), toCanary("1.0.0"), toShadow("1.1.0"), off, toCanary("1.1.0"));
    expect(prod(ledger).slots).toEqual({ CANARY: { ...held("1.1.0"), phase: "5%" } });
  });

  test("a target that goes through the slots again stays a target until it is live", () => {
    const ledger = play(...launch("1.0.0"), ...launch("1.1.0"), toShadow("1.0.0"), toCanary("1.0.0"));
    expect(prod(ledger).rollback_targets).toEqual([target("1.0.0")]);
    const again = apply(ledger, toProduction("1.0.0"), ENVIRONMENTS);
    expect(prod(again)).toEqual({
      slots: { PRODUCTION: held("1.0.0") },
      rollback_targets: [target("1.1.0")],
    });
  });

  test("environments and models do not touch each other", () => {
    const ledger = play(
      ...launch("1.0.0"),
      toShadow("1.0.0", { environment: "staging" }),
      toShadow("2.0.0", { model: "constructor" }),
    );
    expect(environmentState(ledger, "m", "staging").slots).toEqual({ SHADOW: held("1.0.0") });
    expect(prod(ledger).slots).toEqual({ PRODUCTION: held("1.0.0") });
    expect(Object.keys(ledger.models)).toEqual(["m", "constructor"]);
  });

  test("RETIRE leaves the rollback targets everywhere", () => {
    const staging = launch("1.0.0", { environment: "staging" }).map((each) => ({
      ...each,
      ...(each.phase ? { phase: "50%" } : {}),
    }));
    const next = launch("1.1.0", { environment: "staging" }).map((each) => ({
      ...each,
      ...(each.phase ? { phase: "50%" } : {}),
    }));
    const ledger = play(
      ...launch("1.0.0"),
      ...launch("1.1.0"),
      ...staging,
      ...next,
      retire("1.0.0", { reason: "old" }),
    );
    expect(prod(ledger).rollback_targets).toEqual([]);
    expect(environmentState(ledger, "m", "staging").rollback_targets).toEqual([]);
    expect(ledger.models["m"]?.retired).toEqual({ "1.0.0": "old" });
  });

  test("REVOKE of the live version falls back to the newest target, with the kill switch as it was", () => {
    const two = [...launch("1.0.0"), ...launch("1.1.0")];
    expect(prod(play(...two, revoke("1.1.0", "PRODUCTION")))).toEqual({
      slots: { PRODUCTION: held("1.0.0") },
      rollback_targets: [],
    });
    const off = transition({ event: "DISABLE", version: "1.1.0", from: "PRODUCTION", to: "PRODUCTION" });
    expect(liveVersion(play(...two, off, revoke("1.1.0", "PRODUCTION")), "m", "prod")).toEqual(
      held("1.0.0", false),
    );
  });

  test("REVOKE without a target leaves production empty, and the reason on record", () => {
    const ledger = play(...launch("1.0.0"), revoke("1.0.0", "PRODUCTION", { reason: "poisoned data" }));
    expect(prod(ledger)).toEqual({ slots: {}, rollback_targets: [] });
    expect(ledger.models["m"]?.revoked).toEqual({ "1.0.0": "poisoned data" });
  });

  test("REVOKE takes a version out of targets, out of other slots, and out of the retired ones", () => {
    const ledger = play(...launch("1.0.0"), ...launch("1.1.0"), toShadow("1.2.0"));
    expect(prod(apply(ledger, revoke("1.0.0", "REGISTERED"), ENVIRONMENTS)).rollback_targets).toEqual([]);
    expect(prod(apply(ledger, revoke("1.2.0", "SHADOW"), ENVIRONMENTS)).slots).toEqual({
      PRODUCTION: held("1.1.0"),
    });
    const retired = apply(ledger, retire("1.0.0"), ENVIRONMENTS);
    expect(apply(retired, revoke("1.0.0", "RETIRED"), ENVIRONMENTS).models["m"]).toMatchObject({
      retired: {},
      revoked: { "1.0.0": "because" },
    });
  });

  test("a fallback that is a canary at the time leaves that slot", () => {
    const ledger = play(
      ...launch("1.0.0"),
      ...launch("1.1.0"),
      toShadow("1.0.0"),
      toCanary("1.0.0"),
      revoke("1.1.0", "PRODUCTION"),
    );
    expect(prod(ledger)).toEqual({ slots: { PRODUCTION: held("1.0.0") }, rollback_targets: [] });
  });
});

describe("apply: what it refuses", () => {
  const launched = play(...launch("1.0.0"), ...launch("1.1.0"));
  const off = (version: string, slot: Transition["from"]): Transition =>
    transition({ event: "DISABLE", version, from: slot, to: slot });
  const on = (version: string, slot: Transition["from"]): Transition =>
    transition({ event: "ENABLE", version, from: slot, to: slot });

  test.each<[string, Ledger, Transition, string]>([
    [
      "REGISTER",
      GENESIS,
      transition({ event: "REGISTER", version: "1.0.0", from: "REGISTERED", to: "REGISTERED" }),
      "LEDGER_EVENT_NOT_RECORDED",
    ],
    ["no environment", GENESIS, toShadow("1.0.0", { environment: null }), "LEDGER_ENVIRONMENT_NEEDED"],
    [
      "an environment for an event that holds everywhere",
      launched,
      retire("1.0.0", { environment: "prod" }),
      "LEDGER_ENVIRONMENT_NOT_ALLOWED",
    ],
    [
      "an unknown environment",
      GENESIS,
      toShadow("1.0.0", { environment: "toString" }),
      "LEDGER_ENVIRONMENT_UNKNOWN",
    ],
    ["a skipped stage", GENESIS, toProduction("1.0.0"), "LEDGER_STAGE_SKIPPED"],
    ["a canary that was never a shadow", GENESIS, toCanary("1.0.0"), "LEDGER_STAGE_SKIPPED"],
    [
      "production straight from shadow",
      play(toShadow("1.0.0")),
      toProduction("1.0.0", { from: "SHADOW" }),
      "LEDGER_STAGE_SKIPPED",
    ],
    ["a way back", launched, toShadow("1.1.0", { from: "PRODUCTION" }), "LEDGER_STATE_WRONG"],
    ["a slot that it holds", play(toShadow("1.0.0")), toShadow("1.0.0"), "LEDGER_SLOT_HELD"],
    [
      "a phase that it is in",
      play(toShadow("1.0.0"), toCanary("1.0.0")),
      toCanary("1.0.0", "5%", { from: "CANARY" }),
      "LEDGER_SLOT_HELD",
    ],
    [
      "an earlier phase",
      play(toShadow("1.0.0"), toCanary("1.0.0", "25%")),
      toCanary("1.0.0", "5%", { from: "CANARY" }),
      "LEDGER_PHASE_ORDER",
    ],
    ["an unknown phase", play(toShadow("1.0.0")), toCanary("1.0.0", "7%"), "LEDGER_PHASE_UNKNOWN"],
    [
      "a phase of another environment",
      play(toShadow("1.0.0", { environment: "staging" })),
      toCanary("1.0.0", "5%", { environment: "staging" }),
      "LEDGER_PHASE_UNKNOWN",
    ],
    [
      "a phase outside of the canary",
      GENESIS,
      toShadow("1.0.0", { phase: "5%" }),
      "LEDGER_PHASE_NOT_ALLOWED",
    ],
    [
      "a canary while another one is locked",
      play(toShadow("1.0.0"), toCanary("1.0.0"), toShadow("1.1.0")),
      toCanary("1.1.0"),
      "LEDGER_CANARY_LOCKED",
    ],
    [
      "the promotion of a disabled canary",
      play(toShadow("1.0.0"), toCanary("1.0.0"), off("1.0.0", "CANARY")),
      toProduction("1.0.0"),
      "LEDGER_SLOT_DISABLED",
    ],
    [
      "the next phase of a disabled canary",
      play(toShadow("1.0.0"), toCanary("1.0.0"), off("1.0.0", "CANARY")),
      toCanary("1.0.0", "50%", { from: "CANARY" }),
      "LEDGER_SLOT_DISABLED",
    ],
    ["a rollback with nothing live", play(toShadow("1.0.0")), rollBack("1.0.0"), "LEDGER_NOTHING_LIVE"],
    ["a rollback without targets", play(...launch("1.0.0")), rollBack("0.9.0"), "LEDGER_NO_TARGET"],
    ["a rollback to a version that never passed here", launched, rollBack("0.9.0"), "LEDGER_NOT_A_TARGET"],
    ["a rollback to the live version", launched, rollBack("1.1.0"), "LEDGER_NOT_A_TARGET"],
    [
      "a rollback to a revoked version",
      apply(launched, revoke("1.0.0", "REGISTERED"), ENVIRONMENTS),
      rollBack("1.0.0"),
      "LEDGER_REVOKED",
    ],
    [
      "a rollback to a retired version",
      apply(launched, retire("1.0.0"), ENVIRONMENTS),
      rollBack("1.0.0"),
      "LEDGER_RETIRED",
    ],
    [
      "a rollback with another manifest",
      launched,
      rollBack("1.0.0", { manifest_digest: digestOf("edited") }),
      "LEDGER_MANIFEST_CHANGED",
    ],
    [
      "a promotion with another manifest",
      play(toShadow("1.0.0")),
      toCanary("1.0.0", "5%", { manifest_digest: digestOf("edited") }),
      "LEDGER_MANIFEST_CHANGED",
    ],
    ["the kill switch of a version without a slot", launched, off("1.0.0", "REGISTERED"), "LEDGER_NO_SLOT"],
    [
      "switching off twice",
      apply(launched, off("1.1.0", "PRODUCTION"), ENVIRONMENTS),
      off("1.1.0", "PRODUCTION"),
      "LEDGER_ALREADY_DISABLED",
    ],
    ["switching on what serves", launched, on("1.1.0", "PRODUCTION"), "LEDGER_ALREADY_SERVING"],
    ["retiring what is live", launched, retire("1.1.0"), "LEDGER_STILL_DEPLOYED"],
    ["retiring twice", apply(launched, retire("1.0.0"), ENVIRONMENTS), retire("1.0.0"), "LEDGER_RETIRED"],
    [
      "the resurrection of a retired version",
      apply(launched, retire("1.0.0"), ENVIRONMENTS),
      toShadow("1.0.0"),
      "LEDGER_RETIRED",
    ],
    [
      "the resurrection of a revoked version",
      apply(launched, revoke("1.0.0", "REGISTERED"), ENVIRONMENTS),
      toShadow("1.0.0"),
      "LEDGER_REVOKED",
    ],
    [
      "revoking twice",
      apply(launched, revoke("1.0.0", "REGISTERED"), ENVIRONMENTS),
      revoke("1.0.0", "REVOKED"),
      "LEDGER_REVOKED",
    ],
    ["a false from", launched, revoke("1.1.0", "REGISTERED"), "LEDGER_FROM_WRONG"],
    ["a false to", GENESIS, toShadow("1.0.0", { to: "PRODUCTION" }), "LEDGER_TO_WRONG"],
    ["no reason where one is due", launched, rollBack("1.0.0", { reason: " " }), "LEDGER_REASON_MISSING"],
    ["a refused verdict", GENESIS, toShadow("1.0.0", { verdict: "FAIL" }), "LEDGER_VERDICT_REFUSED"],
    [
      "an undecided verdict",
      GENESIS,
      toShadow("1.0.0", { verdict: "INCONCLUSIVE" }),
      "LEDGER_VERDICT_REFUSED",
    ],
  ])("refuses %s", (_name, ledger, move, code) => {
    const before = formatLedger(ledger);
    expect(refusedOn(ledger, move)).toEqual([code]);
    expect(formatLedger(ledger)).toBe(before);
  });

  test("tells all that is wrong at once", () => {
    const move = rollBack("0.9.0", { reason: "", verdict: "FAIL", from: "SHADOW", environment: "mars" });
    expect(refusedOn(launched, move)).toEqual([
      "LEDGER_REASON_MISSING",
      "LEDGER_VERDICT_REFUSED",
      "LEDGER_ENVIRONMENT_UNKNOWN",
    ]);
  });
});
