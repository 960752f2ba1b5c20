import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatPromotionBlock, parsePromotionBlock } from "../../../src/domain/promotion-block.ts";
import { proposePullRequest } from "../../../src/usecases/forge/propose-pull-request.ts";
import { record } from "../../../src/usecases/forge/record.ts";
import { decide, NOW, request, START } from "../../support/decisions.ts";
import { MemoryForge } from "../../support/memory-forge.ts";
import { MemoryGit } from "../../support/memory-git.ts";
import { codes, problemsOf } from "../../support/problems.ts";
import { fieldsOf, type SchemaNode, withOther } from "../../support/schema-fields.ts";

/** Attack 4, every field of what a pull request announces: its text can be edited by anybody who may write. */
const SCHEMA = JSON.parse(readFileSync("schemas/promotion-v1.schema.json", "utf8")) as SchemaNode;
const POLICY = `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: ways, version: 1, owners: [ml-platform] }
match: { events: [DISABLE, REVOKE], environments: [prod], models: ["*"] }
requires: { reason: true }
`;

/** Fields that bind nothing, and why. */
const UNBOUND: Readonly<Record<string, string>> = {
  base_commit: "the evidence's digest, which is compared, is of a pack that names its base",
  commit:
    "approvals may stand on it, and a merge makes another; the digest of the model in deployed.json is that of what was merged",
};

/** The codes of recording a merge whose announcement was edited; `told`: what the forge was told of deployments. */
async function recorded(edit: (block: object) => object) {
  const git = new MemoryGit();
  git.seed({ ...START, "policies/gates/ways.yaml": POLICY });
  const forge = new MemoryForge(git);
  const decision = await decide(git, request());
  await proposePullRequest({ git, forge }, decision, { now: NOW, text: "r", roles: {} });
  const block = parsePromotionBlock(forge.pull(1).body);
  await forge.updatePullRequest(1, { body: formatPromotionBlock(edit(block) as typeof block) });
  forge.merge(1);
  const { commit: head } = await git.head();
  const found = await problemsOf(() => record({ git, forge }, { head, before: null, branch: "main" }));
  return { codes: codes(found), told: forge.told.length };
}

describe("a field of an announcement", () => {
  it("passes as it is, so that the next tests mean something", async () => {
    expect(await recorded((block) => block)).toEqual({ codes: [], told: 1 });
  });

  it.each(fieldsOf(SCHEMA).map((field) => [field.path.join("/"), field] as const))(
    "%s is noticed when it is changed, and nothing is deployed, unless it binds nothing",
    async (name, field) => {
      const found = await recorded((block) => withOther(block, SCHEMA, field) ?? block);
      const refused = {
        codes: [name === "schema_version" ? "FORGE_BLOCK_INVALID" : "RECORD_LEDGER_MISMATCH"],
        told: 0,
      };
      expect(found).toEqual(Object.hasOwn(UNBOUND, name) ? { codes: [], told: 1 } : refused);
    },
  );
});
