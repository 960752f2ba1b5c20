import { beforeEach, describe, expect, test } from "vitest";
import { type Ledger, modelState, type Transition } from "../../../../src/domain/ledger.ts";
import { apply } from "../../../../src/ledger/apply.ts";
import { formatLedger, GENESIS } from "../../../../src/ledger/ledger-text.ts";
import { provenHistory, requireLawful } from "../../../../src/usecases/gate/ledger-history.ts";
import { ENVIRONMENTS_YAML } from "../../../support/decisions.ts";
import { withEntry } from "../../../support/ledgers.ts";
import { MemoryGit } from "../../../support/memory-git.ts";
import { codes, problemsOf } from "../../../support/problems.ts";
import { ENVIRONMENTS, launch, toShadow } from "../../../support/transitions.ts";

let git: MemoryGit;
let ledger: Ledger;
let days: number;

beforeEach(() => {
  git = new MemoryGit();
  [ledger, days] = [GENESIS, 0];
  git.seed({ "policies/environments.yaml": ENVIRONMENTS_YAML }, "start", at());
  put(GENESIS);
  for (const move of [...launch("1.0.0"), toShadow("2.0.0", { model: "n" })]) step(move);
});

const at = (): Date => new Date(Date.UTC(2026, 0, (days += 1)));
const put = (next: Ledger | null, when = at()): string =>
  git.seed({ "deployed.json": next && formatLedger(next) }, "change", when);

function step(move: Transition, when = at()): string {
  ledger = apply(ledger, move, ENVIRONMENTS);
  return put(ledger, when);
}

const tip = async (): Promise<string> => (await git.head()).commit;
const history = async () => provenHistory(git, await tip());
const problems = () => problemsOf(history);

describe("the proven history of deployed.json", () => {
  test("has each lawful step, with what made it", async () => {
    expect(
      (await history()).map(({ transition }) => transition && `${transition.model} ${transition.to}`),
    ).toEqual([null, "m SHADOW", "m CANARY", "m PRODUCTION", "n SHADOW"]);
    expect((await history()).map((one) => modelState(one.ledger, "m").revision)).toEqual([0, 1, 2, 3, 3]);
  });

  test("never runs backwards, whatever the clocks of commits say", async () => {
    const before = (await history()).at(-1)?.since;
    step(toShadow("1.1.0"), new Date(0));
    expect((await history()).at(-1)?.since).toEqual(before);
  });

  const earlier = () =>
    withEntry(ledger, "m", modelState(apply(GENESIS, launch("1.0.0")[0]!, ENVIRONMENTS), "m"));
  test.each<[string, () => Ledger | null, string]>([
    ["was rewound to an earlier revision of a model", earlier, "LEDGER_APPLY_MISMATCH"],
    ["lost a model", () => ({ ...ledger, models: { m: ledger.models["m"]! } }), "LEDGER_APPLY_MISMATCH"],
    ["begins anew", () => GENESIS, "LEDGER_APPLY_MISMATCH"],
    ["was deleted", () => null, "LEDGER_MISSING"],
    [
      "has another previous state",
      () => withEntry(ledger, "n", { previous: `sha256:${"0".repeat(64)}` }),
      "LEDGER_APPLY_MISMATCH",
    ],
  ])(
    "is refused where the file %s: by the commit, and with the command that restores it",
    async (_, broken, why) => {
      const good = (await git.head()).commit;
      const bad = put(broken());
      git.seed({ "README.md": "later" });
      const found = await problems();
      expect(codes(found)).toEqual(["LEDGER_CHAIN_BROKEN", why]);
      expect(found[0]?.message).toContain(`Commit ${bad} does not follow`);
      expect(found[0]?.fix).toContain(`git checkout ${good.slice(0, 12)} -- deployed.json`);
    },
  );

  test("names the first commit that broke it, also behind later edits", async () => {
    const bad = put(GENESIS);
    put(null);
    step(toShadow("1.1.0"));
    expect((await problems())[0]?.message).toContain(bad);
  });

  test("answers again once the last valid file is back", async () => {
    const good = ledger;
    put(GENESIS);
    put(apply(GENESIS, toShadow("6.6.6"), ENVIRONMENTS));
    put(good);
    step(toShadow("1.1.0"));
    expect((await history()).map(({ transition }) => transition?.version)).toEqual([
      undefined,
      "1.0.0",
      "1.0.0",
      "1.0.0",
      "2.0.0",
      "1.1.0",
    ]);
  });

  test("is a gap where a step is left out", async () => {
    const skipped = apply(
      apply(ledger, toShadow("1.1.0"), ENVIRONMENTS),
      toShadow("2.0.0", { model: "o" }),
      ENVIRONMENTS,
    );
    put(skipped);
    expect(codes(await problems())).toEqual(["LEDGER_CHAIN_BROKEN", "LEDGER_APPLY_MISMATCH"]);
  });

  test("must begin with an empty ledger", async () => {
    const other = new MemoryGit();
    other.seed({ "deployed.json": formatLedger(ledger) });
    expect(
      codes(await problemsOf(() => other.head().then(({ commit }) => provenHistory(other, commit)))),
    ).toEqual(["LEDGER_CHAIN_BROKEN", "LEDGER_INVALID"]);
  });

  test("is missing where there never was a file", async () => {
    const other = new MemoryGit();
    other.seed({ "README.md": "hello" });
    expect(
      codes(await problemsOf(() => other.head().then(({ commit }) => provenHistory(other, commit)))),
    ).toEqual(["LEDGER_MISSING"]);
  });

  test("holds back what goes forward, and no way out", async () => {
    put(GENESIS);
    expect(
      codes(await problemsOf(async () => requireLawful(git, await tip(), "PROMOTE_TO_SHADOW"))),
    ).toContain("LEDGER_CHAIN_BROKEN");
    await expect(requireLawful(git, await tip(), "DISABLE")).resolves.toBeUndefined();
  });
});
