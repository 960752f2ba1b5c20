import { madeBy } from "../../support/ledgers.ts";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EnvironmentPhases } from "../../../src/domain/lifecycle.ts";
import { apply } from "../../../src/ledger/apply.ts";
import { formatLedger, parseLedger } from "../../../src/ledger/ledger-text.ts";
import { titlesOf } from "../../support/forecasts.ts";
import type { GitRepo } from "../../support/git-repo.ts";
import { type GithubEvent, protectMain } from "../../support/github/index.ts";
import { Team } from "../../support/team.ts";
import { freshJob, newest, quickGate, requiredCheck } from "../../support/workflow-runs.ts";

const ENVIRONMENTS: readonly EnvironmentPhases[] = ["staging", "prod"].map((name) => ({
  name,
  canaryPhases: ["5%", "50%"],
}));
const LEDGER = "deployed.json";
const STAGING = "promote/staging/flight-delay";

/** What is merged is not what was evaluated: told by the built check, on a merge group and on a pull request. */
let team: Team;
let clone: GitRepo;
beforeAll(async () => {
  team = await Team.with(["flight-delay@1.0.0", "flight-delay@1.1.0"], quickGate("reason: true"));
  for (const [model, environment] of [
    ["flight-delay@1.0.0", "prod"],
    ["flight-delay@1.1.0", "staging"],
  ] as const) {
    const given = { model, environment, event: "PROMOTE_TO_SHADOW", reason: "because" };
    await team.uses("promote", "app", given, {}, { workspace: freshJob(team).root });
  }
  team.repo.addRuleset(protectMain({ checks: ["model-gate"], reviews: 0, mergeMethods: ["merge"] }));
  clone = freshJob(team);
});
afterAll(async () => await team[Symbol.asyncDispose]());

const at = (path: string): string => join(clone.root, path);
const edit = (path: string, change: (text: string) => string): void =>
  writeFileSync(at(path), change(readFileSync(at(path), "utf8")));

function packFolder(): string {
  const { model, version, run_id } = madeBy(parseLedger(readFileSync(at(LEDGER))));
  return `evidence/${model}/${version}/${run_id}`;
}

/** Merges pull request 1 into main, and does something more on the way. */
function merging(change: () => void): string {
  clone.git("checkout", "-q", "-f", "-B", "group", "refs/remotes/origin/heads/main");
  clone.git("merge", "-q", "--no-ff", "--no-commit", team.repo.pull(1).headSha);
  change();
  return clone.commit({}, "Merge pull request #1");
}

/** The queue asks for the checks of a group, which is whatever commit somebody put in its place. */
async function groupOf(head: string): Promise<GithubEvent> {
  const base = (await team.repo.head("main")) ?? "";
  const ref = `refs/heads/gh-readonly-queue/main/pr-1-${base}`;
  await team.repo.git("fetch", "-q", clone.root, `+HEAD:${ref}`);
  return {
    name: "merge_group",
    action: "checks_requested",
    payload: { merge_group: { base_sha: base, head_sha: head, head_ref: ref } },
    workflows: "start",
    runId: 1,
    environment: { GITHUB_SHA: head, GITHUB_REF: ref },
  };
}

it("a merge that adds nothing passes, as the pull request did", async () => {
  const before = await requiredCheck(team, newest(team, "pull_request", 1));
  const after = await requiredCheck(team, await groupOf(merging(() => {})));
  for (const step of [before, after])
    expect([step.outputs, titlesOf(step)]).toMatchObject([{ result: "pass", kind: "promotion" }, []]);
});

describe("a merge group that brings what its pull request did not", () => {
  it.each<[string, () => void, string]>([
    ["a file", () => writeFileSync(at("notes.md"), "x\n"), "CHECK_MIXTURE"],
    [
      "a looser policy",
      () => edit("policies/gates/shadow.yaml", (text) => text.replace("== 0", "<= 9")),
      "CHECK_MIXTURE",
    ],
    [
      "another model under the same version",
      () => writeFileSync(at("models/flight-delay/1.0.0/model.onnx"), "x"),
      "MANIFEST_VERSION_IMMUTABLE",
    ],
    [
      "another version in the slot",
      () => edit(LEDGER, (text) => text.replaceAll('"1.0.0"', '"1.1.0"')),
      "CHECK_PACK_FOREIGN",
    ],
    [
      "a slot more",
      () =>
        edit(LEDGER, (text) =>
          text.replace('"rollback_targets": []', '"rollback_targets": [{ "version": "1.1.0" }]'),
        ),
      "CHECK_LEDGER_HAND_EDITED",
    ],
    [
      "another verdict",
      () => edit(`${packFolder()}/verdict.json`, (text) => text.replace("PASS", "WARN")),
      "EVIDENCE_DIGEST_MISMATCH",
    ],
    ["evidence without a file", () => rmSync(at(`${packFolder()}/integrity.json`)), "CHECK_PACK_INCOMPLETE"],
  ])("%s", async (_, change, code) => {
    const step = await requiredCheck(team, await groupOf(merging(change)));
    expect([step.exitCode, step.outputs["result"]]).toEqual([1, "fail"]);
    expect(titlesOf(step)).toContain(code);
  });
});

describe("a conflict that somebody resolves by hand", () => {
  let ours: string;
  beforeAll(async () => {
    ours = team.repo.pull(2).headSha;
    await team.repo.merge("ada", 1);
  });

  /** Merges main into the other proposal, with this ledger, and pushes it as a person would. */
  async function resolve(ledger: (theirs: Buffer, ours: Buffer) => string): Promise<void> {
    clone.git("fetch", "-q", team.repo.folder, "+refs/heads/*:refs/remotes/origin/heads/*");
    const main = "refs/remotes/origin/heads/main";
    const bytes = (revision: string) => Buffer.from(`${clone.git("show", `${revision}:${LEDGER}`)}\n`);
    clone.git("checkout", "-q", "-f", "-B", "resolved", ours);
    clone.git("merge", "-q", "--no-commit", "-s", "ours", main);
    clone.git("checkout", main, "--", "evidence");
    writeFileSync(at(LEDGER), ledger(bytes(main), bytes(ours)));
    const head = clone.commit({}, "Merge branch main");
    await team.repo.git("fetch", "-q", clone.root, "+HEAD:refs/objects/resolved");
    await team.repo.forcePush("linus", STAGING, head);
  }

  it.each<[string, (theirs: Buffer, ours: Buffer) => string, string]>([
    ["keeping the proposal's side", (_, ours) => ours.toString(), "CHECK_STALE"],
    [
      "as GitHub's editor would leave it, both models in",
      (theirs) =>
        theirs
          .toString()
          .replace('"staging": {}', '"staging": { "slots": {} }')
          .replace('"revision": 1', '"revision": 2'),
      "CHECK_LEDGER_HAND_EDITED",
    ],
    [
      "byte for byte as the transition on the new revision",
      (theirs, ours) => {
        return formatLedger(apply(parseLedger(theirs), madeBy(parseLedger(ours)), ENVIRONMENTS));
      },
      "CHECK_STALE",
    ],
  ])("%s: is not what was judged, and does not merge", async (_, ledger, code) => {
    const main = await team.repo.head("main");
    await resolve(ledger);
    const step = await requiredCheck(team, newest(team, "pull_request", 2));
    expect([step.exitCode, step.outputs["result"], step.outputs["base"]]).toEqual([1, "fail", main]);
    expect(titlesOf(step)).toContain(code);
    await expect(team.repo.merge("ada", 2)).rejects.toThrow('"model-gate" is failing');
    expect(await team.repo.head("main")).toBe(main);
  });
});
