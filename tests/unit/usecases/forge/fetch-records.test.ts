import { expect, test } from "vitest";
import { APPROVALS_REF, REFUSALS_REF } from "../../../../src/domain/records-ref.ts";
import { gateError } from "../../../../src/errors.ts";
import { fetchApprovals, fetchRefusals } from "../../../../src/usecases/forge/fetch-records.ts";
import { keepRefusal } from "../../../../src/usecases/forge/keep-refusal.ts";
import { decide, request, START } from "../../../support/decisions.ts";
import { MemoryForge } from "../../../support/memory-forge.ts";
import { MemoryGit } from "../../../support/memory-git.ts";

function scene() {
  const git = new MemoryGit();
  git.seed(START);
  return { git, forge: new MemoryForge(git) };
}

test("brings the last record, and nothing where there is none", async () => {
  const { git, forge } = scene();
  expect(await fetchRefusals(git, async () => forge)).toEqual({ tips: [], problems: [] });
  const refused = await decide(git, request(), { outcome: "FAIL" });
  const { commit } = await keepRefusal({ forge }, refused, { text: "" });
  const fetched: unknown[] = [];
  const clone = {
    head: () => git.head(),
    resolve: async (revision: string) => (revision === commit ? undefined : git.resolve(revision)),
    fetch: async (_: unknown, wanted: unknown) => void fetched.push(wanted),
  };
  expect(await fetchRefusals(clone, async () => forge)).toEqual({ tips: [commit], problems: [] });
  expect(fetched).toEqual([{ commit, have: await git.resolve(REFUSALS_REF) }]);
  expect(await fetchRefusals(git, async () => forge)).toEqual({ tips: [commit], problems: [] });
  expect(fetched).toHaveLength(1);
});

test("tells what the forge refuses, and stops nothing", async () => {
  const { git, forge } = scene();
  forge.before = async (method) => {
    if (method === "lastRecord") throw gateError("FORGE_PERMISSION_MISSING", "It may not read.");
  };
  expect(await fetchRefusals(git, async () => forge)).toEqual({
    tips: [],
    problems: [`${REFUSALS_REF} could not be fetched: It may not read. (FORGE_PERMISSION_MISSING)`],
  });
  const closed = fetchRefusals(git, async () => {
    throw new Error("a defect");
  });
  await expect(closed).rejects.toThrow("a defect");
});

test("asks for the records of reviews by their own ref", async () => {
  const { git, forge } = scene();
  const asked: string[] = [];
  const lastRecord = async (ref: string) => {
    asked.push(ref);
    return null;
  };
  expect(await fetchApprovals(git, async () => Object.assign(forge, { lastRecord }))).toEqual({
    tips: [],
    problems: [],
  });
  expect(asked).toEqual([APPROVALS_REF]);
});
