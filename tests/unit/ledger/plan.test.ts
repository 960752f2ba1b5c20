import { describe, expect, test } from "vitest";
import { type Ledger } from "../../../src/domain/ledger.ts";
import { GateError } from "../../../src/errors.ts";
import { apply } from "../../../src/ledger/apply.ts";
import { GENESIS } from "../../../src/ledger/ledger-text.ts";
import { type PlanRequest, planTransition } from "../../../src/ledger/plan.ts";
import {
  codesOf,
  ENVIRONMENTS,
  launch,
  manifestOf,
  revoke,
  toCanary,
  toShadow,
  transition,
} from "../../support/transitions.ts";

const off = transition({ event: "DISABLE", version: "1.2.0", from: "CANARY", to: "CANARY" });

const two: Ledger = [...launch("1.0.0"), ...launch("1.1.0")].reduce(
  (l, t) => apply(l, t, ENVIRONMENTS),
  GENESIS,
);

function ask(of: Partial<PlanRequest>): PlanRequest {
  return {
    event: "PROMOTE_TO_SHADOW",
    model: "m",
    version: null,
    environment: "prod",
    phase: null,
    reason: "because",
    ...of,
  };
}

const plan = (ledger: Ledger, of: Partial<PlanRequest>) => planTransition(ledger, ask(of), ENVIRONMENTS);
const refused = (ledger: Ledger, of: Partial<PlanRequest>): string[] => codesOf(() => plan(ledger, of));

function fixesOf(ledger: Ledger, of: Partial<PlanRequest>): string[] {
  try {
    plan(ledger, of);
  } catch (error) {
    if (error instanceof GateError) return error.problems.map(({ fix }) => fix);
    throw error;
  }
  return [];
}

describe("planTransition", () => {
  test("a first version of a model that the ledger does not know", () => {
    expect(plan(GENESIS, { version: "1.0.0" })).toEqual({
      event: "PROMOTE_TO_SHADOW",
      model: "m",
      version: "1.0.0",
      environment: "prod",
      from: "REGISTERED",
      to: "SHADOW",
      phase: null,
      reason: "because",
      displaces: null,
      knownManifest: null,
    });
  });

  test("says what would be displaced, and which manifest the ledger knows", () => {
    const ready = [toShadow("1.2.0"), toCanary("1.2.0")].reduce((l, t) => apply(l, t, ENVIRONMENTS), two);
    expect(plan(ready, { event: "PROMOTE_TO_PRODUCTION", version: "1.2.0" })).toMatchObject({
      from: "CANARY",
      to: "PRODUCTION",
      displaces: "1.1.0",
      knownManifest: manifestOf("m", "1.2.0"),
    });
    expect(plan(ready, { event: "PROMOTE_TO_CANARY", version: "1.2.0", phase: "50%" })).toMatchObject({
      from: "CANARY",
      displaces: null,
      phase: "50%",
    });
  });

  test("ROLLBACK takes the newest target by itself", () => {
    expect(plan(two, { event: "ROLLBACK" })).toMatchObject({
      version: "1.0.0",
      from: "PRODUCTION",
      to: "REGISTERED",
      displaces: "1.1.0",
      knownManifest: manifestOf("m", "1.0.0"),
    });
  });

  test("the kill switch means the live version unless another is named", () => {
    expect(plan(two, { event: "DISABLE" })).toMatchObject({
      version: "1.1.0",
      from: "PRODUCTION",
      to: "PRODUCTION",
    });
    const shadow = apply(two, toShadow("1.2.0"), ENVIRONMENTS);
    expect(plan(shadow, { event: "DISABLE", version: "1.2.0" })).toMatchObject({
      version: "1.2.0",
      from: "SHADOW",
      to: "SHADOW",
    });
  });

  test("REVOKE comes from the state nearest to users", () => {
    expect(plan(two, { event: "REVOKE", environment: null, version: "1.1.0" })).toMatchObject({
      from: "PRODUCTION",
      to: "REVOKED",
    });
    expect(plan(two, { event: "REVOKE", environment: null, version: "1.0.0" })).toMatchObject({
      from: "REGISTERED",
    });
  });

  test.each<[string, Ledger, Partial<PlanRequest>, string[]]>([
    ["a promotion without a version", two, {}, ["LEDGER_VERSION_NEEDED"]],
    ["a rollback of an unknown model", two, { event: "ROLLBACK", model: "n" }, ["LEDGER_MODEL_UNKNOWN"]],
    [
      "a rollback where nothing is live",
      two,
      { event: "ROLLBACK", environment: "staging" },
      ["LEDGER_NOTHING_LIVE"],
    ],
    [
      "a rollback when every target is revoked",
      apply(two, revoke("1.0.0", "REGISTERED"), ENVIRONMENTS),
      { event: "ROLLBACK" },
      ["LEDGER_NO_TARGET"],
    ],
    [
      "a kill switch where nothing is live",
      two,
      { event: "DISABLE", environment: "staging" },
      ["LEDGER_NOTHING_LIVE"],
    ],
    [
      "no reason and an unknown model at once",
      two,
      { event: "ENABLE", model: "n", reason: "" },
      ["LEDGER_MODEL_UNKNOWN", "LEDGER_REASON_MISSING"],
    ],
    [
      "names that cannot be",
      two,
      { model: "../m", version: "one" },
      ["LEDGER_NAME_INVALID", "LEDGER_NAME_INVALID"],
    ],
    [
      "a model called like what objects inherit",
      two,
      { event: "ROLLBACK", model: "constructor" },
      ["LEDGER_MODEL_UNKNOWN"],
    ],
    ["REGISTER", two, { event: "REGISTER", version: "1.0.0" }, ["LEDGER_EVENT_NOT_RECORDED"]],
    [
      "a canary without a phase",
      apply(two, toShadow("1.2.0"), ENVIRONMENTS),
      { event: "PROMOTE_TO_CANARY", version: "1.2.0" },
      ["LEDGER_PHASE_UNKNOWN"],
    ],
  ])("refuses %s", (_name, ledger, of, codes) => {
    expect(refused(ledger, of)).toEqual(codes);
  });

  test.each<[string, Ledger, Partial<PlanRequest>, string]>([
    [
      "for a model that was never promoted",
      GENESIS,
      { event: "PROMOTE_TO_PRODUCTION", version: "1.0.0" },
      "A version enters with: modelgate promote m@1.0.0 --to SHADOW --env prod. The names are in: modelgate status",
    ],
    [
      "for an environment that cannot be copied into a command",
      GENESIS,
      { event: "ROLLBACK", environment: "$(x)" },
      "A version enters with: modelgate promote m@VERSION --to SHADOW --env ENV. The names are in: modelgate status",
    ],
    [
      "for a rollback without a target",
      apply(two, revoke("1.0.0", "REGISTERED"), ENVIRONMENTS),
      { event: "ROLLBACK" },
      'Turn the live version off with: modelgate disable m@1.1.0 --env prod --reason "…"; then promote a mended one.',
    ],
    [
      "for a rollback to a version that is no target, when there is none",
      launch("1.0.0").reduce((ledger, one) => apply(ledger, one, ENVIRONMENTS), GENESIS),
      { event: "ROLLBACK", version: "0.9.0" },
      'Turn the live version off with: modelgate disable m@1.0.0 --env prod --reason "…"; then promote a mended one.',
    ],
    [
      "for a canary beside another one",
      [toShadow("1.2.0"), toCanary("1.2.0"), toShadow("1.3.0")].reduce(
        (ledger, one) => apply(ledger, one, ENVIRONMENTS),
        two,
      ),
      { event: "PROMOTE_TO_CANARY", version: "1.3.0", phase: "5%" },
      'Promote that version, or give its canary up: modelgate disable m@1.2.0 --env prod --reason "…"',
    ],
    [
      "for a version that is turned off",
      [toShadow("1.2.0"), toCanary("1.2.0"), off].reduce(
        (ledger, one) => apply(ledger, one, ENVIRONMENTS),
        two,
      ),
      { event: "PROMOTE_TO_PRODUCTION", version: "1.2.0" },
      'Turn it on again first: modelgate enable m@1.2.0 --env prod --reason "…"',
    ],
    ["for a misspelt model", two, { event: "ROLLBACK", model: "mm" }, "Did you mean m?"],
    [
      "for a registered version",
      two,
      { event: "PROMOTE_TO_PRODUCTION", version: "1.2.0" },
      "Promote it through SHADOW, CANARY and PRODUCTION in this order. Next is: modelgate promote m@1.2.0 --to SHADOW --env prod",
    ],
    [
      "for a shadow",
      apply(two, toShadow("1.2.0"), ENVIRONMENTS),
      { event: "PROMOTE_TO_PRODUCTION", version: "1.2.0" },
      "Promote it through SHADOW, CANARY and PRODUCTION in this order. Next is: modelgate promote m@1.2.0 --to CANARY --env prod --phase 5%",
    ],
  ])("says what comes first, %s", (_name, ledger, of, fix) => {
    expect(fixesOf(ledger, of)).toEqual([fix]);
  });
});
