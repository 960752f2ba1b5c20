import { madeBy, withEntry } from "../../support/ledgers.ts";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digestOf } from "../../../src/domain/digest.ts";
import { type Ledger, type ModelState, modelState, type Transition } from "../../../src/domain/ledger.ts";
import { effectOn } from "../../../src/ledger/effects.ts";
import { formatLedger, modelDigest, parseLedger } from "../../../src/ledger/ledger-text.ts";
import { type AuditScene, auditScene } from "../../support/audit-scene.ts";

/**
 * Attack 12: a move that the lifecycle forbids, written into deployed.json with every digest in step and signed by a key
 * that holds every role. Whoever judges by form alone lets it through.
 */
const MODEL = "flight-delay";

let scene: AuditScene;

beforeAll(async () => {
  scene = await auditScene([`${MODEL}@1.0.0`, `${MODEL}@1.1.0`]);
  await scene.promote({});
});
afterAll(() => scene[Symbol.dispose]());

/** The next revision as a transition would make it, if nothing forbade it. */
function forced(
  of: Partial<Transition>,
  edit: (models: ModelState) => ModelState = (state) => state,
): Ledger {
  const bytes = readFileSync(join(scene.root, "deployed.json"));
  const before = parseLedger(bytes);
  const last = madeBy(before);
  const { phase: _phase, ...rest } = last;
  const transition: Transition = { ...rest, reason: "because", ...of };
  const state = effectOn(before, transition);
  const { revision } = modelState(before, MODEL);
  const previous = modelDigest(modelState(before, MODEL));
  const chained = { ...edit(state), revision: revision + 1, previous, transition };
  return { ...before, models: { ...before.models, [MODEL]: chained } };
}

async function landed(ledger: Ledger): Promise<string> {
  return scene.lastOf(scene.aside(() => scene.commit({ "deployed.json": formatLedger(ledger) })));
}

const SLOT = { manifest_digest: digestOf("x"), serving: true };

describe("a transition that the lifecycle forbids", () => {
  it.each<[string, Partial<Transition>, string]>([
    [
      "production without a canary",
      { event: "PROMOTE_TO_PRODUCTION", from: "CANARY", to: "PRODUCTION" },
      "LEDGER_STAGE_SKIPPED",
    ],
    [
      "a canary phase that does not exist",
      { event: "PROMOTE_TO_CANARY", from: "SHADOW", to: "CANARY", phase: "99%" },
      "LEDGER_PHASE_UNKNOWN",
    ],
    [
      "an environment that does not exist",
      { environment: "moon", from: "REGISTERED" },
      "LEDGER_ENVIRONMENT_UNKNOWN",
    ],
    [
      "a rollback to a version that was never live",
      { event: "ROLLBACK", version: "1.1.0", from: "PRODUCTION", to: "REGISTERED" },
      "LEDGER_NOTHING_LIVE",
    ],
    [
      "a verdict that failed",
      { version: "1.1.0", from: "REGISTERED", verdict: "FAIL" },
      "LEDGER_VERDICT_REFUSED",
    ],
    [
      "a kill switch without a reason",
      { event: "DISABLE", from: "SHADOW", to: "SHADOW", reason: " " },
      "LEDGER_REASON_MISSING",
    ],
  ])("is named: %s", async (_, move, code) => {
    expect(await landed(forced(move))).toMatch(new RegExp(`^FAIL .*\\b${code}\\b`));
  });

  it("is named when a second version is put into production beside it", async () => {
    const two = forced({ event: "DISABLE", from: "SHADOW", to: "SHADOW" }, (state) => ({
      ...state,
      environments: {
        ...state.environments,
        prod: { slots: { PRODUCTION: { ...SLOT, version: "1.1.0" } }, rollback_targets: [] },
      },
    }));
    expect(await landed(two)).toBe("FAIL LEDGER_APPLY_MISMATCH");
  });

  it("is named when a revision is left out, and when the chain is cut", async () => {
    const next = forced({ event: "DISABLE", from: "SHADOW", to: "SHADOW" });
    expect(await landed(withEntry(next, MODEL, { revision: modelState(next, MODEL).revision + 1 }))).toBe(
      "FAIL LEDGER_APPLY_MISMATCH",
    );
    expect(await landed(withEntry(next, MODEL, { previous: digestOf("another history") }))).toBe(
      "FAIL LEDGER_APPLY_MISMATCH",
    );
  });

  it("is named when a revoked version is brought back", async () => {
    await scene.promote({ event: "REVOKE", environment: null, reason: "poisoned" });
    expect(await scene.lastOf("main")).toBe("PASS");
    const back = forced(
      { event: "PROMOTE_TO_SHADOW", environment: "prod", from: "REGISTERED", to: "SHADOW" },
      (state) => ({
        ...state,
        revoked: {},
      }),
    );
    expect(await landed(back)).toMatch(/^FAIL LEDGER_/);
  });
});
