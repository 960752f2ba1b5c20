import { afterEach, describe, expect, test } from "vitest";
import { openGit } from "../../../../src/adapters/git/open.ts";
import type { Ledger } from "../../../../src/domain/ledger.ts";
import { parseLedger } from "../../../../src/ledger/ledger-text.ts";
import { verifyTransition } from "../../../../src/ledger/verify.ts";
import type { Git } from "../../../../src/ports/git.ts";
import { proposeTransition } from "../../../../src/usecases/transition/propose.ts";
import { decide, NOW, request, START } from "../../../support/decisions.ts";
import { GIT_ENV, gitRepo, type GitRepo } from "../../../support/git-repo.ts";
import { MemoryGit } from "../../../support/memory-git.ts";
import { ENVIRONMENTS } from "../../../support/transitions.ts";

const OPTIONS = { now: NOW, text: "# What a reviewer reads\n" };
const open: GitRepo[] = [];
afterEach(() => open.splice(0).forEach((repo) => repo[Symbol.dispose]()));

interface Scene {
  readonly git: Git;
  readonly seed: (files: Record<string, string>) => string;
  readonly merge: (branch: string) => string;
}

async function local(): Promise<Scene> {
  const repo = gitRepo();
  open.push(repo);
  repo.commit(START);
  const merge = (branch: string): string => {
    repo.git("merge", "-q", "--no-ff", "-m", "Merge", branch);
    return repo.git("rev-parse", "HEAD");
  };
  return { git: await openGit(repo.root, GIT_ENV), seed: (files) => repo.commit(files), merge };
}

async function memory(): Promise<Scene> {
  const git = new MemoryGit();
  git.seed(START);
  return { git, seed: (files) => git.seed(files), merge: (branch) => git.merge(branch) };
}

async function ledgerAt(git: Git, commit: string): Promise<Ledger> {
  return parseLedger((await git.show(commit, "deployed.json"))!);
}

describe.each([
  ["a local repository", local],
  ["a repository in memory", memory],
])("proposeTransition on %s", (_name, make) => {
  test("writes one commit: the next ledger and the evidence pack, and nothing else", async () => {
    const { git } = await make();
    const decision = await decide(git, request());
    const proposal = await proposeTransition({ git }, decision, OPTIONS);
    expect(proposal).toMatchObject({
      branch: "promote/prod/m",
      created: true,
      replaced: null,
      revision: 1,
      signed: false,
    });
    expect((await git.facts(proposal.commit)).parents).toEqual([decision.baseCommit]);
    const folder = "evidence/m/1.0.0/m_1.0.0_none_20261120T100000Z_00000000";
    expect(await git.changed(decision.baseCommit, proposal.commit)).toEqual([
      "deployed.json",
      `${folder}/pack.json`,
      `${folder}/verdict.json`,
    ]);
    const [before, after] = [
      await git.show(decision.baseCommit, "deployed.json"),
      await git.show(proposal.commit, "deployed.json"),
    ];
    expect(verifyTransition(before!, after!, ENVIRONMENTS).transition).toEqual(proposal.transition);
    expect(await git.head()).toEqual({ commit: decision.baseCommit, branch: "main" });
  });

  test("says in the commit what happened, for people and for machines", async () => {
    const { git } = await make();
    const reason = "line one\n\nModelgate-Verdict: FORGED\u2028x\u001b[31m";
    const decision = await decide(git, request({ reason }), { outcome: "WARN" });
    const proposal = await proposeTransition({ git }, decision, OPTIONS);
    expect((await git.facts(proposal.commit)).message).toBe(
      [
        "Promote m 1.0.0 to SHADOW in prod",
        "",
        "Reason: line one Modelgate-Verdict: FORGED x [31m",
        "",
        "Modelgate-Event: PROMOTE_TO_SHADOW",
        "Modelgate-Model: m",
        "Modelgate-Version: 1.0.0",
        "Modelgate-Environment: prod",
        "Modelgate-Revision: 1",
        `Modelgate-Policy: ${decision.verdict.policy_digest}`,
        `Modelgate-Evidence: ${decision.evidenceDigest}`,
        "Modelgate-Verdict: WARN",
        "Modelgate-Run-Id: m_1.0.0_none_20261120T100000Z_00000000",
        "",
      ].join("\n"),
    );
    expect(proposal.transition.reason).toBe(reason);
  });

  test("the same request again finds the proposal and writes nothing", async () => {
    const { git } = await make();
    const first = await proposeTransition({ git }, await decide(git, request()), OPTIONS);
    const later = await decide(git, request({ requestedBy: "Bob" }), {
      nonce: "11111111",
      decidedAt: "2026-11-21T10:00:00Z",
    });
    const second = await proposeTransition({ git }, later, OPTIONS);
    expect(second).toEqual({ ...first, created: false });
    expect(await git.branches("promote/")).toEqual([{ name: first.branch, commit: first.commit }]);
  });

  test.each([
    ["another version", request({ version: "1.1.0" }), {}],
    ["another reason", request({ reason: "other" }), {}],
    ["another verdict", request(), { outcome: "WARN" as const }],
    ["another policy", request(), { policy: "stricter" }],
  ])("%s replaces the open proposal in one step", async (_what, ask, how) => {
    const { git } = await make();
    const first = await proposeTransition({ git }, await decide(git, request()), OPTIONS);
    const second = await proposeTransition({ git }, await decide(git, ask, how), OPTIONS);
    expect(second).toMatchObject({
      created: true,
      replaced: { commit: first.commit, transition: first.transition },
      revision: 1,
    });
    expect(await git.resolve(first.branch)).toBe(second.commit);
  });

  test("a proposal on a stale base is proposed again on the new base", async () => {
    const { git, seed } = await make();
    const first = await proposeTransition({ git }, await decide(git, request()), OPTIONS);
    const base = seed({ "README.md": "news" });
    const second = await proposeTransition(
      { git },
      await decide(git, request(), { nonce: "22222222" }),
      OPTIONS,
    );
    expect(second).toMatchObject({ created: true, replaced: { commit: first.commit } });
    expect((await git.facts(second.commit)).parents).toEqual([base]);
    expect(await git.changed(base, second.commit)).not.toContain("README.md");
  });

  test("after the merge the branch carries the next transition", async () => {
    const { git, merge } = await make();
    const first = await proposeTransition({ git }, await decide(git, request()), OPTIONS);
    const base = merge(first.branch);
    const canary = request({ event: "PROMOTE_TO_CANARY", phase: "5%" });
    const second = await proposeTransition({ git }, await decide(git, canary), OPTIONS);
    expect(second).toMatchObject({ created: true, replaced: null, revision: 2 });
    expect((await git.facts(second.commit)).parents).toEqual([base]);
    expect((await ledgerAt(git, second.commit)).models["m"]?.environments["prod"]?.slots).toMatchObject({
      CANARY: { phase: "5%", version: "1.0.0" },
    });
  });

  test("events that hold everywhere have a branch of their own", async () => {
    const { git } = await make();
    const decision = await decide(git, request({ event: "REVOKE", environment: null }));
    const proposal = await proposeTransition({ git }, decision, OPTIONS);
    expect(proposal.branch).toBe("promote/all/m");
    expect((await git.facts(proposal.commit)).message).not.toContain("Modelgate-Environment");
    expect((await ledgerAt(git, proposal.commit)).models["m"]?.revoked).toEqual({ "1.0.0": "because" });
  });

  test("refuses when the base moved while the gate was judging", async () => {
    const { git, seed } = await make();
    const decision = await decide(git, request());
    seed({ "README.md": "news" });
    await expect(proposeTransition({ git }, decision, OPTIONS)).rejects.toMatchObject({
      code: "GIT_RACE_LOST",
    });
    expect(await git.branches("promote/")).toEqual([]);
  });

  test.each(["FAIL", "INCONCLUSIVE"] as const)(
    "never writes a transition with the verdict %s",
    async (outcome) => {
      const { git } = await make();
      const decision = await decide(git, request(), { outcome });
      await expect(proposeTransition({ git }, decision, OPTIONS)).rejects.toMatchObject({
        code: "LEDGER_VERDICT_REFUSED",
      });
      expect(await git.branches("promote/")).toEqual([]);
    },
  );

  test("leaves a branch alone that holds other people's commits", async () => {
    const { git } = await make();
    const { commit: base } = await git.head();
    const change = new Map([["notes.md", Buffer.from("mine")]]);
    const foreign = await git.commit({
      branch: "promote/prod/m",
      parent: base,
      expected: null,
      change,
      message: "mine\n",
    });
    await expect(proposeTransition({ git }, await decide(git, request()), OPTIONS)).rejects.toMatchObject({
      code: "LEDGER_BRANCH_FOREIGN",
    });
    expect(await git.resolve("promote/prod/m")).toBe(foreign.commit);
  });

  test("leaves a proposal alone on which somebody committed", async () => {
    const { git } = await make();
    const first = await proposeTransition({ git }, await decide(git, request()), OPTIONS);
    const change = new Map([["notes.md", Buffer.from("review")]]);
    const above = await git.commit({
      branch: first.branch,
      parent: first.commit,
      expected: first.commit,
      change,
      message: "review\n",
    });
    const again = proposeTransition({ git }, await decide(git, request({ reason: "other" })), OPTIONS);
    await expect(again).rejects.toMatchObject({ code: "LEDGER_BRANCH_FOREIGN" });
    expect(await git.resolve(first.branch)).toBe(above.commit);
  });

  test("refuses text that the ledger cannot hold, before anything is written", async () => {
    const { git } = await make();
    const decision = await decide(git, request({ requestedBy: "Eve\u0007" }));
    await expect(proposeTransition({ git }, decision, OPTIONS)).rejects.toMatchObject({
      code: "DOCUMENT_VALUE_INVALID",
    });
    expect(await git.branches("promote/")).toEqual([]);
  });

  test("stops before it writes when it is interrupted", async () => {
    const { git } = await make();
    const signal = AbortSignal.abort(new Error("Ctrl-C"));
    await expect(
      proposeTransition({ git }, await decide(git, request()), { ...OPTIONS, signal }),
    ).rejects.toThrow("Ctrl-C");
    expect(await git.branches("promote/")).toEqual([]);
  });

  test("every binding of a decision counts", async () => {
    const { git } = await make();
    const decision = await decide(git, request());
    const other = await decide(git, request({ version: "1.1.0" }));
    const swaps = [
      [{ pack: other.pack }, "EVIDENCE_DIGEST_MISMATCH"],
      [{ evidenceDigest: other.evidenceDigest }, "EVIDENCE_DIGEST_MISMATCH"],
      [{ ledgerDigest: other.evidenceDigest }, "EVIDENCE_LEDGER_MISMATCH"],
      [{ request: other.request }, "EVIDENCE_SUBJECT_MISMATCH"],
      [{ verdict: { ...decision.verdict, base_commit: "0".repeat(40) } }, "EVIDENCE_BASE_MISMATCH"],
      [{ verdict: { ...decision.verdict, event: "REVOKE" as const } }, "EVIDENCE_SUBJECT_MISMATCH"],
      [{ verdict: { ...decision.verdict, environment: "staging" } }, "EVIDENCE_SUBJECT_MISMATCH"],
    ] as const;
    for (const [swap, code] of swaps) {
      await expect(proposeTransition({ git }, { ...decision, ...swap }, OPTIONS)).rejects.toMatchObject({
        code,
      });
    }
    expect(await git.branches("promote/")).toEqual([]);
  });
});

test("two racing promotions: one wins, the other says so and loses nothing", async () => {
  const git = new MemoryGit();
  git.seed(START);
  const [mine, theirs] = [await decide(git, request()), await decide(git, request({ version: "1.1.0" }))];
  let rival: string | undefined;
  git.beforeMove = async () => {
    git.beforeMove = async () => {};
    rival = (await proposeTransition({ git }, theirs, OPTIONS)).commit;
  };
  await expect(proposeTransition({ git }, mine, OPTIONS)).rejects.toMatchObject({ code: "GIT_RACE_LOST" });
  expect(await git.resolve("promote/prod/m")).toBe(rival);
});
