import { modelState } from "../../../src/domain/ledger.ts";
import { modelDigest } from "../../../src/ledger/ledger-text.ts";
import { madeBy } from "../../support/ledgers.ts";
import { describe, expect, test } from "vitest";
import { formatJson } from "../../../src/domain/document/format.ts";
import type { Ledger } from "../../../src/domain/ledger.ts";
import { formatPromotionBlock, parsePromotionBlock } from "../../../src/domain/promotion-block.ts";
import { proposePullRequest } from "../../../src/usecases/forge/propose-pull-request.ts";
import { recordBranch } from "../../../src/host/record-branch.ts";
import { record } from "../../../src/usecases/forge/record.ts";
import { decide, NOW, request, START } from "../../support/decisions.ts";
import { MemoryForge } from "../../support/memory-forge.ts";
import { MemoryGit } from "../../support/memory-git.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends object ? Mutable<T[K]> : T[K] };
type Files = Map<string, Uint8Array>;
const POLICY = `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: ways, version: 1, owners: [ml-platform] }
match: { events: [DISABLE, REVOKE], environments: [prod], models: ["*"] }
requires: { reason: true }
`;

/**
 * A promotion that came past the required check (by a workflow of its own that reports the same check, or an
 * administrator), with a text that announces exactly what was merged: anybody who may write can edit it.
 */
async function merged(
  forge: (files: Files, change: (edit: (ledger: Mutable<Ledger>) => void) => void) => void,
) {
  const git = new MemoryGit();
  git.seed({ ...START, "policies/gates/ways.yaml": POLICY });
  const hub = new MemoryForge(git);
  const decision = await decide(git, request());
  const honest = await proposePullRequest({ git, forge: hub }, decision, { now: NOW, text: "r", roles: {} });
  const files: Files = new Map();
  for (const { path } of await git.diff(decision.baseCommit, honest.commit))
    files.set(path, (await git.show(honest.commit, path)) ?? new Uint8Array());
  forge(files, (edit) => {
    const ledger = JSON.parse(String(Buffer.from(files.get("deployed.json") ?? []))) as Mutable<Ledger>;
    edit(ledger);
    files.set("deployed.json", Buffer.from(formatJson(ledger)));
  });
  const { branch } = honest;
  const made = await git.commit({
    branch,
    parent: decision.baseCommit,
    expected: honest.commit,
    change: files,
    message: "m",
  });
  const bytes = files.get("deployed.json") ?? new Uint8Array();
  const ledger = JSON.parse(String(Buffer.from(bytes))) as Ledger;
  const transition = madeBy(ledger);
  const block = parsePromotionBlock(hub.pull(1).body);
  const said = {
    ...block,
    ...transition,
    commit: made.commit,
    ledger_digest: modelDigest(modelState(ledger, transition.model)),
  };
  const told = Object.fromEntries(
    Object.entries(said).filter(([name]) => name in block),
  ) as unknown as typeof block;
  await hub.updatePullRequest(1, { body: formatPromotionBlock(told) });
  hub.merge(1);
  const { commit: head } = await git.head();
  const recorded = record({ git, forge: hub }, { head, before: null, branch: "main" });
  return { hub, recorded };
}

describe("a forged merge that its pull request announces to the letter", () => {
  test("is recorded when it is no forgery", async () => {
    const { recorded } = await merged(() => undefined);
    expect((await recorded)[0]?.deployment).toMatchObject({ state: "success" });
  });

  test.each<[string, Parameters<typeof merged>[0], string]>([
    [
      "puts live what no transition put there",
      (_, change) =>
        change(({ models }) => {
          const slots = models["m"]?.environments["prod"]?.slots as Record<string, unknown> | undefined;
          if (!slots) return;
          slots["PRODUCTION"] = slots["SHADOW"];
          delete slots["SHADOW"];
        }),
      "CHECK_LEDGER_HAND_EDITED",
    ],
    [
      "jumps over the stages",
      (_, change) =>
        change((ledger) => void Object.assign(madeBy(ledger as Ledger), { event: "PROMOTE_TO_PRODUCTION" })),
      "CHECK_LEDGER_HAND_EDITED",
    ],
    [
      "brings a workflow that lets it in",
      (files) => void files.set(".github/workflows/model-gate.yml", Buffer.from("on: pull_request\n")),
      "CHECK_MIXTURE",
    ],
    ["brings code", (files) => void files.set("src/serve.py", Buffer.from("x")), "CHECK_MIXTURE"],
    [
      "has no evidence",
      (files) => {
        for (const path of [...files.keys()].filter((name) => name.startsWith("evidence/")))
          files.delete(path);
      },
      "CHECK_PACK_MISSING",
    ],
    [
      "has other evidence than it names",
      (files) => {
        const path = [...files.keys()].find((name) => name.endsWith("/pack.json")) ?? "";
        files.set(path, Buffer.from("{}\n"));
      },
      "EVIDENCE_DIGEST_MISMATCH",
    ],
  ])("%s: it is refused, and nothing is deployed", async (_, forge, code) => {
    const { hub, recorded } = await merged(forge);
    await expect(recorded).rejects.toMatchObject({ code });
    expect(hub.told).toEqual([]);
  });
});

describe("a merge on a branch of the attacker's own", () => {
  const event = { repository: { default_branch: "main" } };

  test("is not recorded when they start the workflow there", async () => {
    const git = new MemoryGit();
    git.seed(START);
    expect(await recordBranch(git, { named: null, event })).toBe("main");
    git.head = async () => ({ commit: "a".repeat(40), branch: "evil" });
    await expect(recordBranch(git, { named: null, event })).rejects.toMatchObject({
      code: "RECORD_BRANCH_FOREIGN",
    });
    expect(await recordBranch(git, { named: "evil", event })).toBe("evil");
    expect(await recordBranch(git, { named: null, event: {} })).toBe("evil");
  });
});
