import { afterEach, describe, expect, test } from "vitest";
import { openGit } from "../../../src/adapters/git/open.ts";
import type { Git } from "../../../src/ports/git.ts";
import { refusedBefore } from "../../../src/usecases/refusals/earlier.ts";
import { recordRefusal } from "../../../src/usecases/transition/refusals.ts";
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
  test("keeps the evidence on a ref of its own, and nothing but that", async () => {
    const git = await make();
    const decision = await decide(git, request(), { outcome: "FAIL" });
    const refusal = await recordRefusal({ git }, decision, OPTIONS);
    expect(refusal).toMatchObject({
      ref: "refs/modelgate/refusals",
      evidence: "evidence/m/1.0.0/m_1.0.0_none_20261120T100000Z_00000000",
    });
    expect(await git.resolve("refs/modelgate/refusals")).toBe(refusal.commit);
    expect(await git.paths(refusal.commit, "")).toEqual([
      `${refusal.evidence}/pack.json`,
      `${refusal.evidence}/verdict.json`,
    ]);
    const message = (await git.facts(refusal.commit)).message;
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
    const evidence = "evidence/m/1.0.0/m_1.0.0_none_20261120T100000Z_00000000";
    expect((await refusedBefore(git, { model: "m" })).refusals).toMatchObject([
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
        commit: first.commit,
        evidence,
        verdict: { run_id: "m_1.0.0_none_20261120T100000Z_00000000" },
      },
    ]);
    expect((await refusedBefore(git, { model: "other" })).refusals).toEqual([]);
  });

  test("refuses to keep what was not refused", async () => {
    const git = await make();
    await expect(recordRefusal({ git }, await decide(git, request()), OPTIONS)).rejects.toMatchObject({
      code: "LEDGER_NOT_REFUSED",
    });
  });
});

const RUN = "m_1.1.0_none_20261120T100000Z_99999999";

/** Somebody's own hand on the ref: what modelgate would never write. */
async function append(
  git: Git,
  files: Readonly<Record<string, string | Uint8Array | null>>,
): Promise<string> {
  const change = new Map(
    Object.entries(files).map(([path, text]) => [path, text === null ? null : Buffer.from(text)] as const),
  ) as Map<string, Uint8Array>;
  const after = (await git.resolve("refs/modelgate/refusals")) ?? null;
  const made = await git.append({ ref: "refs/modelgate/refusals", after, files: change, message: "x\n" });
  return made.commit;
}

test("evidence that passed is no refusal; evidence that cannot be read, or is of another version, is", async () => {
  const git = await memory();
  const verdict = async (more: object) => (await decide(git, request(), more)).pack.get("verdict.json")!;
  const commit = await append(git, {
    "evidence/m/1.0.0/m_1.0.0_none_20261120T100000Z_00000000/verdict.json": await verdict({}),
    [`evidence/m/1.1.0/${RUN}/verdict.json`]: "{",
    "evidence/m/2.0.0/m_2.0.0_none_20261120T100000Z_00000000/verdict.json": await verdict({
      outcome: "FAIL",
    }),
    "evidence/m/README.md": "no pack",
  });
  const unread = { outcome: "INCONCLUSIVE", decidedAt: "", verdict: null, commit };
  expect((await refusedBefore(git, { model: "m" })).refusals).toEqual([
    {
      ...unread,
      version: "1.1.0",
      runId: RUN,
      objectives: ["DOCUMENT_TRUNCATED"],
      evidence: `evidence/m/1.1.0/${RUN}`,
    },
    {
      ...unread,
      version: "2.0.0",
      runId: "m_2.0.0_none_20261120T100000Z_00000000",
      objectives: ["EVIDENCE_SUBJECT_MISMATCH"],
      evidence: "evidence/m/2.0.0/m_2.0.0_none_20261120T100000Z_00000000",
    },
  ]);
});

test("a record that is edited or deleted later counts as it was written", async () => {
  const git = await memory();
  const decision = await decide(git, request(), { outcome: "FAIL" });
  const { evidence, commit } = await recordRefusal({ git }, decision, OPTIONS);
  const passed = (await decide(git, request())).pack.get("verdict.json")!;
  await append(git, { [`${evidence}/verdict.json`]: passed });
  await append(git, { [`${evidence}/verdict.json`]: null, [`${evidence}/pack.json`]: null });
  expect((await refusedBefore(git, { model: "m" })).refusals).toMatchObject([
    { version: "1.0.0", outcome: "FAIL", objectives: ["parity"], commit },
  ]);
});

test("records that were fetched count beside those of the repository, each once", async () => {
  const git = await memory();
  await recordRefusal({ git }, await decide(git, request(), { outcome: "FAIL" }), OPTIONS);
  const own = await git.resolve("refs/modelgate/refusals");
  const other = await decide(git, request(), { outcome: "FAIL", nonce: "11111111" });
  const { commit } = await recordRefusal({ git }, other, OPTIONS);
  git.pointRecords("refs/modelgate/refusals", own ?? null);
  const runs = async (tips: string[]) =>
    (await refusedBefore(git, { model: "m", elsewhere: { tips, problems: [] } })).refusals.map(({ runId }) =>
      runId.slice(-8),
    );
  expect(await runs([])).toEqual(["00000000"]);
  expect(await runs([commit])).toEqual(["00000000", "11111111"]);
  git.pointRecords("refs/modelgate/refusals", null);
  expect(await runs([])).toEqual([]);
  expect(await runs([commit])).toEqual(["00000000", "11111111"]);
});

test("a shallow clone shows what it has", async () => {
  const git = await memory();
  await recordRefusal({ git }, await decide(git, request(), { outcome: "FAIL" }), OPTIONS);
  git.shallow = true;
  expect((await refusedBefore(git, { model: "m" })).refusals).toHaveLength(1);
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
  expect((await refusedBefore(git, { model: "m" })).refusals).toHaveLength(2);
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
