import { afterEach, describe, expect, test } from "vitest";
import { openGit } from "../../../src/adapters/git/open.ts";
import type { Git } from "../../../src/ports.ts";
import { recordRefusal, refusedBefore } from "../../../src/usecases/transition/refusals.ts";
import { decide, NOW, request, START } from "../../support/decisions.ts";
import { GIT_ENV, gitRepo, type GitRepo } from "../../support/git-repo.ts";
import { MemoryGit } from "../../support/memory-git.ts";

const OPTIONS = { now: NOW };
const open: GitRepo[] = [];
afterEach(() => open.splice(0).forEach((repo) => repo[Symbol.dispose]()));

async function local(): Promise<Git> {
  const repo = gitRepo();
  open.push(repo);
  repo.commit(START);
  return openGit(repo.root, GIT_ENV);
}

async function memory(): Promise<MemoryGit> {
  const git = new MemoryGit();
  git.seed(START);
  return git;
}

describe.each([
  ["a local repository", local],
  ["a repository in memory", memory],
])("refused attempts in %s", (_name, make) => {
  test("keeps the evidence on a branch of its own, and changes no ledger", async () => {
    const git = await make();
    const decision = await decide(git, request(), { outcome: "FAIL" });
    const refusal = await recordRefusal({ git }, decision, OPTIONS);
    expect(refusal).toMatchObject({
      branch: "refused/prod/m",
      evidence: "evidence/m/1.0.0/m_1.0.0_none_20261120T100000Z_00000000",
    });
    expect(await git.changed(decision.baseCommit, refusal.commit)).toEqual([
      `${refusal.evidence}/pack.json`,
      `${refusal.evidence}/verdict.json`,
    ]);
    const message = await git.message(refusal.commit);
    expect(message).toContain("Refuse: promote m 1.0.0 to SHADOW in prod\n");
    expect(message).toContain("\nModelgate-Verdict: FAIL\n");
    expect(message).not.toContain("Modelgate-Event");
  });

  test("appends, so that no refusal hides another", async () => {
    const git = await make();
    const first = await recordRefusal({ git }, await decide(git, request(), { outcome: "FAIL" }), OPTIONS);
    const inconclusive = await decide(git, request({ version: "1.1.0" }), {
      outcome: "INCONCLUSIVE",
      nonce: "11111111",
      decidedAt: "2026-11-21T10:00:00Z",
    });
    const second = await recordRefusal({ git }, inconclusive, OPTIONS);
    expect((await git.facts(second.commit)).parents).toEqual([first.commit]);
    const { commit } = await git.head();
    expect(await refusedBefore(git, commit, { model: "m", environments: ["prod"] })).toEqual([
      {
        version: "1.1.0",
        runId: "m_1.1.0_none_20261121T100000Z_11111111",
        outcome: "INCONCLUSIVE",
        objectives: ["parity"],
        decidedAt: "2026-11-21T10:00:00Z",
      },
      {
        version: "1.0.0",
        runId: "m_1.0.0_none_20261120T100000Z_00000000",
        outcome: "FAIL",
        objectives: ["parity"],
        decidedAt: "2026-11-20T10:00:00Z",
      },
    ]);
    expect(await refusedBefore(git, commit, { model: "other", environments: ["prod"] })).toEqual([]);
  });

  test("refuses to keep what was not refused", async () => {
    const git = await make();
    await expect(recordRefusal({ git }, await decide(git, request()), OPTIONS)).rejects.toMatchObject({
      code: "LEDGER_NOT_REFUSED",
    });
  });
});

test("refusals that were merged are read from the base, once, and the branch starts anew", async () => {
  const git = await memory();
  const first = await recordRefusal({ git }, await decide(git, request(), { outcome: "FAIL" }), OPTIONS);
  const base = git.merge(first.branch);
  const second = await recordRefusal(
    { git },
    await decide(git, request(), { outcome: "FAIL", nonce: "33333333" }),
    OPTIONS,
  );
  expect((await git.facts(second.commit)).parents).toEqual([base]);
  expect(
    (await refusedBefore(git, base, { model: "m", environments: ["prod"] })).map(({ runId }) =>
      runId.slice(-8),
    ),
  ).toEqual(["00000000", "33333333"]);
});

test("evidence that passed is no refusal; evidence that cannot be read is", async () => {
  const git = await memory();
  const passed = await decide(git, request());
  const base = git.seed({
    "evidence/m/1.0.0/m_1.0.0_none_20261120T100000Z_00000000/verdict.json": passed.pack.get("verdict.json")!,
    "evidence/m/1.1.0/m_1.1.0_none_20261120T100000Z_99999999/verdict.json": "{",
  });
  expect(await refusedBefore(git, base, { model: "m", environments: ["prod"] })).toEqual([
    {
      version: "1.1.0",
      runId: "m_1.1.0_none_20261120T100000Z_99999999",
      outcome: "INCONCLUSIVE",
      objectives: ["DOCUMENT_TRUNCATED"],
      decidedAt: "",
    },
  ]);
});

test("two refusals at once are both kept", async () => {
  const git = await memory();
  const [mine, theirs] = [
    await decide(git, request(), { outcome: "FAIL" }),
    await decide(git, request(), { outcome: "FAIL", nonce: "44444444" }),
  ];
  git.beforeMove = async () => {
    git.beforeMove = async () => {};
    await recordRefusal({ git }, theirs, OPTIONS);
  };
  await recordRefusal({ git }, mine, OPTIONS);
  expect(
    await refusedBefore(git, (await git.head()).commit, { model: "m", environments: ["prod"] }),
  ).toHaveLength(2);
});

test("gives up after some lost races, and says so", async () => {
  const git = await memory();
  const mine = await decide(git, request(), { outcome: "FAIL" });
  let rivals = 0;
  git.beforeMove = async () => {
    const hook = git.beforeMove;
    git.beforeMove = async () => {};
    rivals += 1;
    const nonce = String(rivals).padStart(8, "0");
    await recordRefusal({ git }, await decide(git, request(), { outcome: "FAIL", nonce }), OPTIONS);
    git.beforeMove = hook;
  };
  await expect(recordRefusal({ git }, mine, OPTIONS)).rejects.toMatchObject({ code: "GIT_RACE_LOST" });
  expect(rivals).toBe(5);
});
