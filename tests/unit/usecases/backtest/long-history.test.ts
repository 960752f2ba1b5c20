import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openGit } from "../../../../src/adapters/git/open.ts";
import { backtest } from "../../../../src/usecases/backtest/backtest.ts";
import { GIT_ENV, type GitRepo } from "../../../support/git-repo.ts";
import { SMALL_POLICIES } from "../../../support/small-policies.ts";
import { SyntheticHistory } from "../../../support/synthetic-history.ts";
import { unpacked } from "../../../support/unpacked-history.ts";

const CANARY = "policies/gates/canary.yaml";

/** Two versions through shadow and canary, each an hour after the other; canaries must have been shadows for an hour. */
describe("a history of several promotions", () => {
  let repo: GitRepo;
  let base: string;
  let longer: string;

  beforeAll(async () => {
    const history = new SyntheticHistory({
      versions: [
        { id: "m", version: "1.0.0" },
        { id: "m", version: "1.1.0" },
      ],
      policies: SMALL_POLICIES,
      trust: null,
    });
    for (const version of ["1.0.0", "1.1.0"]) {
      history.promote({ event: "PROMOTE_TO_SHADOW", model: "m", version });
      history.promote({ event: "PROMOTE_TO_CANARY", model: "m", version, phase: "5%" });
      if (version === "1.0.0") history.promote({ event: "DISABLE", model: "m", version });
    }
    base = history.head;
    const text = await history.text(CANARY);
    history.tree.write(CANARY, text.replace("version: 1", "version: 2").replace("1h", "30d"));
    longer = history.commit("soak longer\n");
    repo = unpacked(history);
  });
  afterAll(() => repo[Symbol.dispose]());

  const judgedAgain = async (most?: number) =>
    backtest(await openGit(repo.root, GIT_ENV), {
      base,
      head: longer,
      ...(most === undefined ? {} : { most }),
    });

  test("is judged in its order, each on the ledger before it, with how long it had soaked by then", async () => {
    const found = await judgedAgain();
    expect(found).toMatchObject({ promotions: 5, refusals: 0, not_rejudged: [], left_out: 0, problems: [] });
    expect(found.flips.map(({ event, version, live }) => [event, version, live])).toEqual([
      ["PROMOTE_TO_CANARY", "1.0.0", null],
      ["PROMOTE_TO_CANARY", "1.1.0", "CANARY"],
    ]);
    expect(found.flips[1]?.because).toMatchObject([
      {
        policy: "canary",
        id: "soak",
        value: null,
        old: null,
        new: null,
        says: expect.stringMatching(/SHADOW for .*; 30d are required/),
      },
    ]);
  });

  test("of which the newest alone is looked at leaves out the older ones, and what they would have told", async () => {
    const found = await judgedAgain(1);
    expect(found).toMatchObject({ promotions: 0, flips: [], left_out: 4 });
    expect(found.not_rejudged).toMatchObject([
      { event: "PROMOTE_TO_CANARY", version: "1.1.0", live: "CANARY", code: "GATE_SOAK_UNKNOWN" },
    ]);
    expect(found.not_rejudged[0]?.says).toMatch(
      /^canary, soak: Since when it is SHADOW could not be read\.$/,
    );
  });
});
