import { describe, expect, it } from "vitest";
import { GENESIS } from "../../../src/ledger/ledger-text.ts";
import { commandFor, commandsBehind } from "../../../src/ledger/command.ts";
import { apply } from "../../../src/ledger/apply.ts";
import type { Ledger } from "../../../src/domain/ledger.ts";
import type { LifecycleEvent } from "../../../src/domain/lifecycle.ts";
import { ENVIRONMENTS, launch, toCanary, toShadow } from "../../support/transitions.ts";

const at = { model: "m", version: "1.1.0", environment: "prod", phase: null };

describe("the command of a transition", () => {
  const table: readonly (readonly [LifecycleEvent, Partial<Parameters<typeof commandFor>[0]>, string])[] = [
    ["PROMOTE_TO_SHADOW", {}, "modelgate promote m@1.1.0 --to SHADOW --env prod"],
    ["PROMOTE_TO_CANARY", { phase: "5%" }, "modelgate promote m@1.1.0 --to CANARY --env prod --phase 5%"],
    ["PROMOTE_TO_PRODUCTION", {}, "modelgate promote m@1.1.0 --to PRODUCTION --env prod"],
    ["ROLLBACK", {}, 'modelgate rollback m --env prod --to 1.1.0 --reason "…"'],
    ["DISABLE", {}, 'modelgate disable m@1.1.0 --env prod --reason "…"'],
    ["ENABLE", {}, 'modelgate enable m@1.1.0 --env prod --reason "…"'],
    ["RETIRE", { environment: null }, 'modelgate retire m@1.1.0 --reason "…"'],
    ["REVOKE", { environment: null }, 'modelgate revoke m@1.1.0 --reason "…"'],
    ["REGISTER", { environment: null }, "modelgate register models/m/1.1.0"],
  ];
  it.each(table)("%s", (event, more, command) => expect(commandFor({ ...at, event, ...more })).toBe(command));
});

describe("what an edited ledger wants", () => {
  const live = [...launch("1.0.0"), ...launch("1.1.0")].reduce<Ledger>(
    (ledger, transition) => apply(ledger, transition, ENVIRONMENTS),
    GENESIS,
  );
  const edited = (edit: (prod: Record<string, unknown>, model: Record<string, unknown>) => void): unknown => {
    const copy = structuredClone(live) as unknown as {
      models: Record<string, { environments: Record<string, { slots: Record<string, unknown> }> }>;
    };
    edit(copy.models["m"]!.environments["prod"]!.slots, copy.models["m"]!);
    return copy;
  };

  it("is nothing when nothing differs", () => expect(commandsBehind(live, live)).toEqual([]));

  it("is a rollback when the version passed there before", () => {
    const wants = edited((slots) => void (slots["PRODUCTION"] = { version: "1.0.0" }));
    expect(commandsBehind(live, wants)).toEqual(['modelgate rollback m --env prod --to 1.0.0 --reason "…"']);
  });

  it("is a promotion otherwise, with the phase of a canary", () => {
    const wants = edited(
      (slots) => void (slots["CANARY"] = { version: "2.0.0", phase: "25%", serving: true }),
    );
    expect(commandsBehind(live, wants)).toEqual([
      "modelgate promote m@2.0.0 --to CANARY --env prod --phase 25%",
    ]);
  });

  it("is the next phase of the same canary", () => {
    const canary = [toShadow("3.0.0"), toCanary("3.0.0")].reduce<Ledger>(
      (ledger, transition) => apply(ledger, transition, ENVIRONMENTS),
      GENESIS,
    );
    const wants = JSON.parse(JSON.stringify(canary).replaceAll('"phase":"5%"', '"phase":"50%"')) as unknown;
    expect(commandsBehind(canary, wants)).toEqual([
      "modelgate promote m@3.0.0 --to CANARY --env prod --phase 50%",
    ]);
  });

  it("is the switch, or an end", () => {
    const wants = edited((slots, model) => {
      slots["PRODUCTION"] = { version: "1.1.0", serving: false };
      model["retired"] = { "1.0.0": "old" };
    });
    expect(commandsBehind(live, wants)).toEqual([
      'modelgate disable m@1.1.0 --env prod --reason "…"',
      'modelgate retire m@1.0.0 --reason "…"',
    ]);
  });

  it("is the switch when a slot is emptied, but not when its version moved on to another one", () => {
    const gone = edited((slots) => void delete slots["PRODUCTION"]);
    expect(commandsBehind(live, gone)).toEqual(['modelgate disable m@1.1.0 --env prod --reason "…"']);
    const shadow = apply(live, toShadow("2.0.0"), ENVIRONMENTS);
    const moved = JSON.parse(
      JSON.stringify(shadow).replace('"SHADOW":{', '"CANARY":{"phase":"5%",'),
    ) as unknown;
    expect(commandsBehind(shadow, moved)).toEqual([
      "modelgate promote m@2.0.0 --to CANARY --env prod --phase 5%",
    ]);
  });

  it.each([
    null,
    7,
    "x",
    [],
    {},
    { models: 1 },
    { models: { m: { environments: { prod: { slots: [] } } } } },
  ])("is nothing that can be told from %j", (value) => expect(commandsBehind(live, value)).toEqual([]));

  it("never holds a name that could do harm in a shell", () => {
    const slots = { SHADOW: { version: "1.0.0; rm -rf /" }, CANARY: { version: "2.0.0", phase: "$(id)" } };
    const wants = {
      models: {
        "a;b": { environments: { prod: { slots: { SHADOW: { version: "1.0.0" } } } } },
        m: { environments: { "p$(x)": { slots }, prod: { slots } }, revoked: { "`id`": "" } },
      },
    };
    expect(commandsBehind(GENESIS, wants)).toEqual(["modelgate promote m@2.0.0 --to CANARY --env prod"]);
  });
});
