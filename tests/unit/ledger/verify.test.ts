import { describe, expect, test } from "vitest";
import { digestOf } from "../../../src/domain/digest.ts";
import type { Ledger, Transition } from "../../../src/domain/ledger.ts";
import { apply } from "../../../src/ledger/apply.ts";
import { formatLedger, GENESIS } from "../../../src/ledger/ledger-text.ts";
import { replay, type Revision } from "../../../src/ledger/replay.ts";
import { verifyTransition } from "../../../src/ledger/verify.ts";
import { codesOf, ENVIRONMENTS, launch, toShadow } from "../../support/transitions.ts";

const step = (ledger: Ledger, of: Transition): Ledger => apply(ledger, of, ENVIRONMENTS);
const base = launch("1.0.0").reduce(step, GENESIS);
const head = step(base, toShadow("1.1.0"));
const bytes = (ledger: Ledger): Uint8Array => Buffer.from(formatLedger(ledger));
const verify = (a: Ledger, b: Ledger) => verifyTransition(bytes(a), bytes(b), ENVIRONMENTS);

describe("verifyTransition", () => {
  test("proves a step that follows", () => {
    expect(verify(base, head)).toEqual({ base, head, transition: toShadow("1.1.0") });
  });

  const slot = base.models["m"]!.environments["prod"]!.slots.PRODUCTION!;
  test.each<[string, Ledger]>([
    [
      "a second change beside the transition",
      { ...head, models: { ...head.models, other: { environments: {}, retired: {}, revoked: {} } } },
    ],
    [
      "a flag that nobody asked for",
      {
        ...head,
        models: {
          m: {
            ...head.models["m"]!,
            environments: {
              prod: {
                ...head.models["m"]!.environments["prod"]!,
                slots: {
                  ...head.models["m"]!.environments["prod"]!.slots,
                  PRODUCTION: { ...slot, serving: false },
                },
              },
            },
          },
        },
      },
    ],
    ["a revision that jumps", { ...head, revision: 9 }],
    ["another previous digest", { ...head, previous: digestOf("else") }],
    [
      "an edited transition",
      { ...head, transition: { ...head.transition!, manifest_digest: digestOf("else") } },
    ],
  ])("refuses %s", (_name, forged) => {
    expect(codesOf(() => verify(base, forged))).toEqual(["LEDGER_APPLY_MISMATCH"]);
  });

  test("refuses a return to revision 0, and a head that equals its base", () => {
    expect(codesOf(() => verify(base, GENESIS))).toEqual(["LEDGER_APPLY_MISMATCH"]);
    expect(codesOf(() => verify(base, base))).toEqual(["LEDGER_APPLY_MISMATCH"]);
  });

  test("refuses an illegal move by its own reason, however well it is forged", () => {
    const transition = toShadow("1.0.0", {
      event: "PROMOTE_TO_PRODUCTION",
      to: "PRODUCTION",
      from: "CANARY",
      version: "6.6.6",
    });
    const forged: Ledger = { ...head, transition };
    expect(codesOf(() => verify(base, forged))).toEqual(["LEDGER_STAGE_SKIPPED"]);
  });
});

describe("replay", () => {
  const ledgers = [
    GENESIS,
    ...launch("1.0.0").map((_, n, all) => all.slice(0, n + 1).reduce(step, GENESIS)),
    head,
  ];
  const revisions = (of: readonly Ledger[]): Revision[] =>
    of.map((ledger, n) => ({
      commit: `c${n}`,
      at: new Date(Date.UTC(2026, 0, n + 1)),
      bytes: bytes(ledger),
      environments: ENVIRONMENTS,
    }));

  test("proves a whole history", () => {
    expect(replay(revisions(ledgers)).map(({ commit, ledger }) => [commit, ledger.revision])).toEqual([
      ["c0", 0],
      ["c1", 1],
      ["c2", 2],
      ["c3", 3],
      ["c4", 4],
    ]);
  });

  test("names the first commit that does not follow, and why", () => {
    const forged = revisions(ledgers).with(2, {
      ...revisions(ledgers)[2]!,
      bytes: bytes({ ...ledgers[2]!, revision: 7 }),
    });
    expect(codesOf(() => replay(forged))).toEqual(["LEDGER_CHAIN_BROKEN", "LEDGER_APPLY_MISMATCH"]);
    expect(() => replay(forged)).toThrow(/Commit c2 does not follow/);
  });

  test("refuses a removed revision and a history that starts late", () => {
    expect(() => replay(revisions(ledgers.toSpliced(2, 1)))).toThrow(/Commit c2 /);
    expect(codesOf(() => replay(revisions(ledgers.slice(1))))).toEqual([
      "LEDGER_CHAIN_BROKEN",
      "LEDGER_INVALID",
    ]);
  });

  test("survives garbage with a verdict", () => {
    const forged = revisions(ledgers).with(3, { ...revisions(ledgers)[3]!, bytes: Buffer.from("\0") });
    expect(codesOf(() => replay(forged))[0]).toBe("LEDGER_CHAIN_BROKEN");
  });

  test("a clock that runs backwards never moves a revision before the one it follows", () => {
    const early = revisions(ledgers).with(3, { ...revisions(ledgers)[3]!, at: new Date(0) });
    const proven = replay(early);
    expect(proven[3]?.since).toEqual(proven[2]?.since);
  });
});
