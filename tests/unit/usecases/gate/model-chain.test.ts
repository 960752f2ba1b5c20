import { beforeEach, describe, expect, test } from "vitest";
import type { Ledger, Transition } from "../../../../src/domain/ledger.ts";
import { packFolder } from "../../../../src/domain/evidence.ts";
import { apply } from "../../../../src/ledger/apply.ts";
import { formatLedger, GENESIS } from "../../../../src/ledger/ledger-text.ts";
import { shownLedger } from "../../../../src/usecases/gate/base-ledger.ts";
import { modelChain } from "../../../../src/usecases/gate/model-chain.ts";
import { ENVIRONMENTS_YAML } from "../../../support/decisions.ts";
import { withEntry } from "../../../support/ledgers.ts";
import { MemoryGit } from "../../../support/memory-git.ts";
import { codes, problemsOf } from "../../../support/problems.ts";
import { ENVIRONMENTS, launch, toShadow } from "../../../support/transitions.ts";

/** Reads of deployed.json are counted: a chain costs what the model's own commits cost. */
class CountingGit extends MemoryGit {
  readonly read: string[] = [];
  override async show(commit: string, path: string): Promise<Uint8Array | undefined> {
    if (path === "deployed.json") this.read.push(commit);
    return super.show(commit, path);
  }
}

let git: CountingGit;
let ledger: Ledger;
let days: number;

beforeEach(() => {
  git = new CountingGit();
  [ledger, days] = [GENESIS, 0];
  put(GENESIS, { "policies/environments.yaml": ENVIRONMENTS_YAML });
  for (const move of launch("1.0.0")) {
    step(move);
    for (const model of ["a", "mm", "z"])
      step({ ...move, model, run_id: move.run_id.replace("m_", `${model}_`) });
  }
});

function put(next: Ledger | null, more: Readonly<Record<string, string>> = {}): string {
  const at = new Date(Date.UTC(2026, 0, (days += 1)));
  return git.seed({ ...more, "deployed.json": next && formatLedger(next) }, "change", at);
}

function step(move: Transition): string {
  ledger = apply(ledger, move, ENVIRONMENTS);
  const folder = packFolder({ ...move, runId: `${move.run_id}-${days}` });
  return put(ledger, { [`${folder}/pack.json`]: "{}\n" });
}

const tip = async (): Promise<string> => (await git.head()).commit;
const chain = async (model = "m") => modelChain(git, await tip(), model);

describe("the chain of one model", () => {
  test("has its revisions, from the commits that brought its evidence and no others", async () => {
    expect((await chain()).map(({ state, transition }) => [state.revision, transition.to])).toEqual([
      [1, "SHADOW"],
      [2, "CANARY"],
      [3, "PRODUCTION"],
    ]);
    // Its three commits, and the file as it is.
    expect(new Set(git.read).size).toBe(4);
  });

  test("is empty for a model that had no transition", async () => {
    expect(await chain("unknown")).toEqual([]);
  });

  test("is not touched by what somebody did to another model", async () => {
    put(withEntry(ledger, "z", { retired: { "9.9.9": "by hand" } }));
    expect(await chain()).toHaveLength(3);
    expect(codes(await problemsOf(() => chain("z")))[0]).toBe("LEDGER_CHAIN_BROKEN");
  });

  test.each<[string, () => Ledger | null]>([
    ["edited", () => withEntry(ledger, "m", { retired: { "9.9.9": "by hand" } })],
    ["rewound", () => GENESIS],
    ["deleted", () => null],
  ])("is refused where the entry was %s, and answers once it is back", async (_, broken) => {
    const bad = put(broken());
    const found = await problemsOf(() => chain());
    expect([codes(found)[0], found[0]?.message]).toEqual([
      "LEDGER_CHAIN_BROKEN",
      expect.stringContaining(bad),
    ]);
    put(ledger);
    expect(await chain()).toHaveLength(3);
  });

  test("finds a revision that came without evidence in the whole history", async () => {
    ledger = apply(ledger, toShadow("1.1.0"), ENVIRONMENTS);
    put(ledger);
    expect((await chain()).map(({ state }) => state.revision)).toEqual([1, 2, 3, 4]);
  });

  test("is not led astray by evidence that moved nothing", async () => {
    git.seed({ "evidence/m/1.0.0/stray/pack.json": "{}\n" });
    expect(await chain()).toHaveLength(3);
  });
});

describe("what is shown as deployed", () => {
  test("is the file, where its newest change is a valid step", async () => {
    expect(await shownLedger(git, await tip())).toMatchObject({ ledger, broken: [] });
    // The file, and the one before it.
    expect(new Set(git.read).size).toBe(2);
  });

  test.each<[string, () => Ledger | null]>([
    ["edited", () => withEntry(ledger, "m", { retired: { "9.9.9": "by hand" } })],
    ["begun anew", () => GENESIS],
    ["deleted", () => null],
  ])("is the last valid ledger where the file was %s, which is named", async (_, broken) => {
    const good = ledger;
    put(broken());
    expect(await shownLedger(git, await tip())).toMatchObject({
      ledger: good,
      broken: [{ file: "deployed.json" }],
    });
  });
});
