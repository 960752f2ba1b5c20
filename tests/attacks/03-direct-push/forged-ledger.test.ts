import { withEntry } from "../../support/ledgers.ts";
import { beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "../../../src/domain/digest.ts";
import type { Ledger, Slot } from "../../../src/domain/ledger.ts";
import { GateError } from "../../../src/errors.ts";
import { apply } from "../../../src/ledger/apply.ts";
import { formatLedger, GENESIS } from "../../../src/ledger/ledger-text.ts";
import type { TransitionRequest } from "../../../src/usecases/request.ts";
import { readLedger } from "../../../src/usecases/gate/base-ledger.ts";
import { gitProposals } from "../../../src/usecases/transition/proposals.ts";
import { transact } from "../../../src/usecases/transition/transact.ts";
import { decide, NOW, request, START } from "../../support/decisions.ts";
import { MemoryGit } from "../../support/memory-git.ts";
import { ENVIRONMENTS, manifestOf, toProduction } from "../../support/transitions.ts";

let git: MemoryGit;
let judged: TransitionRequest[];

async function ask(of: Partial<TransitionRequest>): Promise<string> {
  const judge = (asked: TransitionRequest) => {
    judged.push(asked);
    return decide(git, asked, { nonce: String(judged.length).padStart(8, "0") });
  };
  const ports = { git, judge, describe: () => "", proposals: gitProposals(git) };
  try {
    const result = await transact(ports, request(of), { now: NOW });
    if (result.kind === "proposed") git.merge(result.proposal.branch);
    return result.kind;
  } catch (error) {
    if (error instanceof GateError) return error.code;
    throw error;
  }
}

/** What a direct push, or a merge that nobody checked, makes of deployed.json. */
async function editByHand(change: (ledger: Ledger) => Ledger): Promise<void> {
  const { ledger } = await readLedger(git, "main");
  git.seed({ "deployed.json": formatLedger(change(ledger)) }, "edit");
}

const inCanary = (ledger: Ledger): Ledger => {
  const slot: Slot = {
    version: "1.0.0",
    manifest_digest: manifestOf("m", "1.0.0"),
    serving: true,
    phase: "5%",
  };
  const prod = { slots: { CANARY: slot }, rollback_targets: [] };
  return withEntry(ledger, "m", { environments: { prod } });
};

const TO_PRODUCTION = { event: "PROMOTE_TO_PRODUCTION" } as const;

beforeEach(async () => {
  git = new MemoryGit();
  judged = [];
  git.seed(START, "start");
  await ask({});
});

describe("a ledger that was edited by hand", () => {
  it("is no ground for a promotion that skips its stages, and nothing is measured for it", async () => {
    await editByHand(inCanary);
    judged = [];
    expect(await ask(TO_PRODUCTION)).toBe("LEDGER_CHAIN_BROKEN");
    expect(judged).toEqual([]);
  });

  it("stays one when a legal transition was written on top of it", async () => {
    await editByHand(inCanary);
    await editByHand((ledger) => apply(ledger, toProduction("1.0.0"), ENVIRONMENTS));
    expect((await readLedger(git, "main")).ledger.models["m"]?.revision).toBe(2);
    expect(await ask({ version: "1.1.0" })).toBe("LEDGER_CHAIN_BROKEN");
  });

  it("cannot be made up from revision 0 either", async () => {
    await editByHand((ledger) => withEntry(ledger, "m", { previous: digestOf("another history") }));
    expect(await ask({ version: "1.1.0" })).toBe("LEDGER_CHAIN_BROKEN");
  });

  it("never keeps anybody from switching off or revoking", async () => {
    await editByHand(inCanary);
    expect(await ask({ event: "DISABLE" })).toBe("proposed");
    expect(await ask({ event: "REVOKE", environment: null })).toBe("proposed");
  });

  it.each([
    ["edited", formatLedger(inCanary(GENESIS))],
    ["deleted", null],
    ["replaced by something else", "[]\n"],
  ])("or %s, is mended by putting the file back", async (_, content) => {
    const { bytes } = await readLedger(git, "main");
    git.seed({ "deployed.json": content }, "an accident");
    git.seed({ "deployed.json": bytes }, "put it back");
    expect(await ask({ event: "PROMOTE_TO_CANARY", phase: "5%" })).toBe("proposed");
    expect(await ask(TO_PRODUCTION)).toBe("proposed");
  });
});
