import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ledger, modelState, transitionCount } from "../../src/domain/ledger.ts";
import { changedModels, GENESIS } from "../../src/ledger/ledger-text.ts";
import { titlesOf } from "../support/forecasts.ts";
import { type GithubEvent, protectMain } from "../support/github/index.ts";
import type { StepResult } from "../support/runner/step-result.ts";
import { Team } from "../support/team.ts";
import { freshJob, type MergeGroup, newest, quickGate, requiredCheck } from "../support/workflow-runs.ts";

const REVIEWED = "approvals: { at_least: 1, role: release-manager, not: [author, last-pusher] }";
const [MODEL, OTHER] = ["flight-delay@1.0.0", "silero-vad@6.0.0"] as const;
const POLICY = "policies/gates/shadow.yaml";

let team: Team;
beforeAll(async () => {
  team = await Team.with([MODEL, OTHER, "silero-vad@import"], quickGate(REVIEWED));
  const rules = { checks: ["model-gate"], reviews: 0, mergeMethods: ["merge"], queue: true } as const;
  team.repo.addRuleset(protectMain(rules));
});
afterAll(async () => await team[Symbol.asyncDispose]());

/** Proposes a version for shadow on main as it is now. */
async function promote(model: string, environment: string): Promise<StepResult> {
  const given = { model, environment, event: "PROMOTE_TO_SHADOW", reason: "because" };
  return team.uses("promote", "app", given, {}, { workspace: freshJob(team).root });
}

async function propose(model: string, environment: string): Promise<number> {
  const step = await promote(model, environment);
  // silero-vad was imported: its documents name one window for training and evaluation.
  const findings = model === OTHER ? ["CLAIM_ON_TRAINING_DATA"] : [];
  expect([titlesOf(step), step.outputs["result"]]).toEqual([findings, "pass"]);
  return Number(step.outputs["pull-request-number"]);
}

/** A pull request with a review and a green head enters the queue. */
async function enqueue(number: number): Promise<void> {
  await team.repo.review("grace", number, "APPROVE");
  await team.repo.check(team.repo.pull(number).headSha, "model-gate", "success");
  await team.repo.enqueue("ada", number);
}

const queued = (): readonly number[] => team.repo.queue.map(({ pull }) => pull.number);
const groupOf = (event: GithubEvent): MergeGroup => event.payload["merge_group"] as unknown as MergeGroup;

/** The checks that the queue has asked for since the last call. */
function takeGroups(): readonly GithubEvent[] {
  const found: GithubEvent[] = [];
  for (;;) {
    const event = team.repo.takeEvent("merge_group", "checks_requested");
    if (event === undefined) return found;
    found.push(event);
  }
}

/** Why GitHub took a pull request out of the queue, the last time that it did. */
function dequeuedFor(number: number): unknown {
  const events = team.repo.events.filter(
    ({ action, payload }) => action === "dequeued" && payload["number"] === number,
  );
  return events.at(-1)?.payload["reason"];
}

/** The ledger of every commit of main, oldest first; in each, one model has moved on by one revision. */
async function chain(): Promise<readonly Ledger[]> {
  const commits = (
    await team.repo.git("log", "--first-parent", "--reverse", "--format=%H", "main", "--", "deployed.json")
  ).split("\n");
  const texts = await Promise.all(commits.map((commit) => team.repo.file(commit, "deployed.json")));
  const ledgers = texts.map((text) => JSON.parse(text ?? "") as Ledger);
  expect(ledgers.map(transitionCount)).toEqual(ledgers.map((_, at) => at));
  return ledgers;
}

async function landed(): Promise<readonly string[]> {
  const ledgers = await chain();
  return ledgers.slice(1).map((ledger, at) => {
    const [moved = ""] = changedModels(ledgers[at] ?? GENESIS, ledger);
    return `${moved} ${modelState(ledger, moved).transition?.environment}`;
  });
}

describe("three promotions in a merge queue", () => {
  let start: string;
  let numbers: readonly number[];

  it("are the first of their models, whose entries meet in the text: the queue keeps the first", async () => {
    start = (await team.repo.head("main")) ?? "";
    numbers = [await propose(MODEL, "prod"), await propose(OTHER, "prod"), await propose(MODEL, "staging")];
    expect(numbers).toEqual([1, 2, 3]);
    for (const number of numbers) await enqueue(number);
    expect(queued()).toEqual([1]);
    expect([2, 3].map(dequeuedFor)).toEqual(["MERGE_CONFLICT", "MERGE_CONFLICT"]);
  });

  it("the first lands once its group is judged: on the group's tree, with the reviews of its head", async () => {
    const [group, ...more] = takeGroups();
    expect(more).toEqual([]);
    const step = await requiredCheck(team, group!);
    const { base_sha: base, head_sha: head } = groupOf(group!);
    expect(step).toMatchObject({ exitCode: 0, outputs: { result: "pass", kind: "promotion", base, head } });
    expect(step.text).toContain("given by grace");
    expect(await team.repo.head("main")).toBe(head);
    expect(await landed()).toEqual(["flight-delay prod"]);
    await expect(team.repo.enqueue("ada", 1)).rejects.toThrow("is not mergeable");
  });

  it("one of the same model is told what overtook it and what to do, and does not get back in as it is", async () => {
    await team.repo.review("linus", 3, "COMMENT");
    const step = await requiredCheck(team, newest(team, "pull_request_review", 3));
    expect(step).toMatchObject({ exitCode: 1, outputs: { result: "fail" } });
    expect(titlesOf(step)).toContain("CHECK_STALE");
    const [comment] = team.repo.comments(3);
    expect(comment?.body).toContain("the base is at revision 1 now");
    expect(comment?.body).toContain("modelgate promote flight-delay@1.0.0 --to SHADOW --env staging");
    await expect(team.repo.enqueue("ada", 3)).rejects.toThrow("is failing");
  });

  it("one of another model is still judged as it was", async () => {
    await team.repo.review("linus", 2, "COMMENT");
    const step = await requiredCheck(team, newest(team, "pull_request_review", 2));
    expect(step).toMatchObject({ exitCode: 0, outputs: { result: "pass" } });
  });

  it("the others land one after the other, each proposed again on the base that the first made", async () => {
    for (const [number, model, environment] of [
      [2, OTHER, "prod"],
      [3, MODEL, "staging"],
    ] as const) {
      expect(await propose(model, environment)).toBe(number);
      await enqueue(number);
      const [group] = takeGroups();
      expect((await requiredCheck(team, group!)).outputs).toMatchObject({ result: "pass" });
    }
    expect(await landed()).toEqual(["flight-delay prod", "silero-vad prod", "flight-delay staging"]);
    expect(team.repo.pulls().map(({ mergedBy }) => mergedBy?.login)).toEqual(
      Array(3).fill("github-merge-queue[bot]"),
    );
  });

  it("nothing lands twice, and record proves each of the three", async () => {
    const again = await promote(MODEL, "prod");
    expect([again.exitCode, titlesOf(again)]).toEqual([1, ["LEDGER_SLOT_HELD"]]);
    expect(team.repo.pulls()).toHaveLength(3);
    team.pull();
    const path = join(team.checkout.folder, "push.json");
    writeFileSync(path, JSON.stringify({ before: start }));
    const recorded = await team.uses("record", "actions", {}, { GITHUB_EVENT_PATH: path });
    expect([titlesOf(recorded), recorded.outputs["result"]]).toEqual([[], "pass"]);
    expect(JSON.parse(recorded.outputs["recorded"] ?? "[]")).toMatchObject([
      { revision: 1, pull_request: 1 },
      { revision: 1, pull_request: 2 },
      { revision: 2, pull_request: 3 },
    ]);
  });
});

describe("a promotion behind a change of the policies that judge it", () => {
  /** Somebody's pull request that writes the policy in a version. */
  async function changePolicy(version: number): Promise<number> {
    const files = quickGate(`reason: true, ${REVIEWED}`, version);
    await team.repo.push("ada", `policy-${version}`, files);
    return team.repo.openPull("ada", { head: `policy-${version}` });
  }

  it("is stale on the group's tree, though it merges cleanly, and is thrown out when the change lands", async () => {
    const promotion = await propose(OTHER, "staging");
    const policy = await changePolicy(2);
    for (const number of [policy, promotion]) await enqueue(number);
    const [ahead, behind] = takeGroups();
    expect(groupOf(behind!).base_sha).toBe(groupOf(ahead!).head_sha);
    const step = await requiredCheck(team, behind!);
    expect([step.exitCode, titlesOf(step)]).toEqual([1, expect.arrayContaining(["CHECK_STALE"])]);
    expect(step.text).toContain("The base changed the policies since the transition was decided.");
    expect(queued()).toEqual([policy, promotion]);
    expect((await requiredCheck(team, ahead!)).outputs).toMatchObject({ result: "pass", kind: "policy" });
    expect(queued()).toEqual([]);
    expect(dequeuedFor(promotion)).toBe("FAILED_CHECKS");
    expect(team.repo.comments(promotion).at(-1)?.body).toContain("CHECK_STALE");
    expect(await landed()).toHaveLength(3);
  });

  it("is judged again without it, when the change is what the queue throws out", async () => {
    const promotion = await propose(OTHER, "staging");
    const rollback = await changePolicy(1);
    for (const number of [rollback, promotion]) await enqueue(number);
    const [ahead] = takeGroups();
    const refused = await requiredCheck(team, ahead!);
    expect(titlesOf(refused)).toContain("POLICY_ROLLBACK");
    expect([queued(), dequeuedFor(rollback)]).toEqual([[promotion], "FAILED_CHECKS"]);
    const [rebuilt] = takeGroups();
    expect(groupOf(rebuilt!).base_sha).toBe(await team.repo.head("main"));
    expect((await requiredCheck(team, rebuilt!)).outputs).toMatchObject({ result: "pass" });
    expect(await landed()).toHaveLength(4);
    expect(await team.repo.file("main", POLICY)).toContain("version: 2");
    expect(team.github.violations).toEqual([]);
  });
});
