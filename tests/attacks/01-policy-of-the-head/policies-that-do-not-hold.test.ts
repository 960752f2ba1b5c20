import { describe, expect, it } from "vitest";
import { GateError } from "../../../src/errors.ts";
import { readBase } from "../../../src/usecases/gate/base.ts";
import { request, START } from "../../support/decisions.ts";
import { MemoryGit } from "../../support/memory-git.ts";
import { trustText } from "../../support/trust.ts";

const POLICY = `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: production, version: 1, owners: [ml] }
match: { events: [PROMOTE_TO_PRODUCTION], environments: ["*"], models: ["*"] }
objectives:
  - { id: a, metric: integrity.problems, hard: "== 0", why: because, fix: mend it }
`;

async function refusal(files: Readonly<Record<string, string>>): Promise<readonly (readonly unknown[])[]> {
  const git = new MemoryGit();
  git.seed({ ...START, "policies/gates/production.yaml": POLICY, ...files });
  try {
    await readBase(git, (await git.head()).commit, request());
    return [];
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    return error.problems.map(({ code, where }) => [code, where?.file, where?.line]);
  }
}

describe("a policy that people believe in and the gate does not read", () => {
  it.each([
    "policies/gates/strict.yml",
    "policies/gates/strict.YAML",
    "policies/gates/prod/strict.yaml",
    "policies/Gates/strict.yaml",
    "policies/environments.yml",
    "policies/waivers.yml",
  ])("%s is refused by name", async (file) => {
    expect(await refusal({ [file]: POLICY })).toEqual([["POLICY_FILE_UNREAD", file, undefined]]);
  });

  it("notes, and files of others, may lie beside the policies", async () => {
    const beside = { "policies/gates/README.md": "", "policies/gates/.gitkeep": "" };
    expect(await refusal({ ...beside, "policies/trust.yaml": trustText({}) })).toEqual([]);
  });
});

describe("an environment", () => {
  it("named all would share its branches with what holds everywhere", async () => {
    const environments = START["policies/environments.yaml"]!.replace("staging", "all");
    expect(await refusal({ "policies/environments.yaml": environments })).toEqual([
      ["POLICY_ENVIRONMENT_RESERVED", "policies/environments.yaml", 7],
    ]);
  });
});
