import { expect, test } from "vitest";
import type { Ledger } from "../../../../src/domain/ledger.ts";
import { apply } from "../../../../src/ledger/apply.ts";
import { formatLedger, GENESIS } from "../../../../src/ledger/ledger-text.ts";
import type { TrustRegistry } from "../../../../src/trust/registry.ts";
import { makersOf, type ProposedCommits } from "../../../../src/usecases/approve/makers.ts";
import { withEntry } from "../../../support/ledgers.ts";
import { ObjectWriter } from "../../../support/object-writer.ts";
import { ENVIRONMENTS, toShadow } from "../../../support/transitions.ts";

const FOLDER = "evidence/m/1.0.0/run";
const TRUST = {
  principals: [{ id: "grace", github: null, keys: [] }],
} as unknown as TrustRegistry;

const proposed = apply(GENESIS, toShadow("1.0.0"), ENVIRONMENTS);
const withAnother = apply(proposed, toShadow("1.0.0", { model: "n" }), ENVIRONMENTS);

/** The makers of a proposal that Grace has merged, with a deployed.json of that merge. */
async function makers(merged: Ledger): Promise<readonly string[]> {
  const objects = new ObjectWriter();
  const commit = (message: string, parents: readonly string[]): string =>
    objects.commit(objects.add("tree", ""), { parents, message, seconds: 1, signWith: null, aside: true });
  const base = commit("base\n", []);
  const proposal = commit("propose\n", [base]);
  const merge = commit("merge\n\nCo-authored-by: grace <grace@example.org>\n", [base, proposal]);
  const ledgers = new Map([
    [proposal, proposed],
    [merge, merged],
  ]);
  const commits: ProposedCommits = {
    isBase: async (one) => one === base,
    parents: async (one) => (one === base ? [] : one === proposal ? [base] : [base, proposal]),
    message: async (one) =>
      String((await objects.object(one))?.bytes)
        .split("\n\n")
        .slice(1)
        .join("\n\n"),
    changed: async (parent) =>
      parent === base ? ["deployed.json", `${FOLDER}/pack.json`] : ["deployed.json"],
    ledger: async (one) => Buffer.from(formatLedger(ledgers.get(one) ?? GENESIS)),
    objects,
  };
  const of = { head: merge, folder: FOLDER, requestedBy: "ada", trust: TRUST };
  return (await makersOf(commits, of)).authors;
}

test("who merges a proposal beside another model's transition has not made it", async () => {
  expect(await makers(withAnother)).toEqual([]);
});

test("who changes the model's entry while merging has made it too", async () => {
  const edited = withEntry(withAnother, "m", { retired: { "0.9.0": "by hand" } });
  expect(await makers(edited)).toEqual(["grace"]);
});
