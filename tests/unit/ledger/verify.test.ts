import { describe, expect, test } from "vitest";
import { digestOf } from "../../../src/domain/digest.ts";
import type { Ledger, Transition } from "../../../src/domain/ledger.ts";
import { apply } from "../../../src/ledger/apply.ts";
import { formatLedger, GENESIS } from "../../../src/ledger/ledger-text.ts";
import { verifyStep, verifyTransition } from "../../../src/ledger/verify.ts";
import { withEntry } from "../../support/ledgers.ts";
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
      {
        ...head,
        models: {
          ...head.models,
          other: step(GENESIS, toShadow("1.0.0", { model: "other" })).models["other"]!,
        },
      },
    ],
    [
      "a flag that nobody asked for",
      withEntry(head, "m", {
        environments: {
          prod: {
            ...head.models["m"]!.environments["prod"]!,
            slots: {
              ...head.models["m"]!.environments["prod"]!.slots,
              PRODUCTION: { ...slot, serving: false },
            },
          },
        },
      }),
    ],
    ["a revision that jumps", withEntry(head, "m", { revision: 9 })],
    ["another previous digest", withEntry(head, "m", { previous: digestOf("else") })],
    [
      "an edited transition",
      withEntry(head, "m", { transition: { ...toShadow("1.1.0"), manifest_digest: digestOf("else") } }),
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
    const forged = withEntry(head, "m", { transition });
    expect(codesOf(() => verify(base, forged))).toEqual(["LEDGER_STAGE_SKIPPED"]);
  });
});

describe("a step of a long history", () => {
  const others = ["a", "aa", "l", "n", "z"].flatMap((model) => launch("1.0.0", { model }));
  const many = others.reduce(step, base);
  const known = (ledger: Ledger) => ({ ledger, bytes: bytes(ledger), digest: digestOf(bytes(ledger)) });
  const moves: readonly Transition[] = [
    toShadow("1.1.0"),
    ...["0", "7", "a0", "b", "m1", "zz"].map((model) => toShadow("1.0.0", { model })),
    ...["a", "aa", "l", "n", "z"].map((model) => toShadow("2.0.0", { model, reason: '\n    "x": {' })),
  ];

  test.each(moves.map((move) => [move.model, move] as const))(
    "of %s, wherever it is among the models, is the same as reading the whole",
    (_, move) => {
      const next = step(many, move);
      expect(verifyStep(known(many), bytes(next), ENVIRONMENTS)).toEqual(verify(many, next));
    },
  );

  test("refuses what reading the whole refuses, with the same words", () => {
    const next = step(many, toShadow("1.1.0"));
    const forged = [
      withEntry(next, "z", { revision: 9 }),
      withEntry(next, "a", { retired: { "1.0.0": "gone" } }),
      withEntry(next, "m", { revision: 9 }),
      GENESIS,
      many,
    ];
    for (const one of forged)
      expect(codesOf(() => verifyStep(known(many), bytes(one), ENVIRONMENTS))).toEqual(
        codesOf(() => verify(many, one)),
      );
  });
});
