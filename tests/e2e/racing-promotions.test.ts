import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parsePromotionBlock } from "../../src/domain/promotion-block.ts";
import { titlesOf } from "../support/forecasts.ts";
import { protectMain } from "../support/github/index.ts";
import type { StepResult } from "../support/runner/step-result.ts";
import { Team } from "../support/team.ts";
import { freshJob, newest, quickGate, requiredCheck } from "../support/workflow-runs.ts";

const [MODEL, NEWER, OTHER] = ["flight-delay@1.0.0", "flight-delay@1.1.0", "silero-vad@6.0.0"] as const;

let team: Team;
beforeAll(async () => {
  team = await Team.with([MODEL, NEWER, OTHER, "silero-vad@import"], quickGate("reason: true"));
  team.repo.addRuleset(protectMain({ checks: ["model-gate"], reviews: 0, mergeMethods: ["merge"] }));
});
afterAll(async () => await team[Symbol.asyncDispose]());

/** A run of the promotion workflow on main as it is now. */
function promote(model: string, environment: string, job = freshJob(team)): Promise<StepResult> {
  const given = { model, environment, event: "PROMOTE_TO_SHADOW", reason: "because" };
  return team.uses("promote", "app", given, {}, { workspace: job.root });
}

const numberOf = (step: StepResult): number => Number(step.outputs["pull-request-number"]);

/** Branches of the repository; a scratch branch that stays would be a promotion half made. */
async function branches(): Promise<readonly string[]> {
  return (await team.repo.git("for-each-ref", "--format=%(refname:short)", "refs/heads")).split("\n");
}

/** The pull request announces the very commit that is its head, and that is one commit on main. */
async function isWhole(number: number): Promise<void> {
  const { headSha, body, title } = team.repo.pull(number);
  const { commit, version } = parsePromotionBlock(body ?? "");
  expect([commit, await team.repo.git("rev-parse", `${headSha}^`)]).toEqual([
    headSha,
    await team.repo.head("main"),
  ]);
  expect(title).toContain(` ${version} `);
  expect(
    await team.repo.git("log", "-1", "--format=%(trailers:key=Modelgate-Version,valueonly)", headSha),
  ).toBe(`${version}\n`);
}

describe("two runs for one model and environment", () => {
  it("at once: one pull request, and whoever lost says so and left nothing", async () => {
    const steps = await Promise.all([promote(MODEL, "prod"), promote(MODEL, "prod"), promote(OTHER, "prod")]);
    const lost = steps.filter(({ exitCode }) => exitCode !== 0);
    expect(lost.length).toBeLessThan(2);
    expect(lost.flatMap(titlesOf)).toEqual(lost.map(() => "FORGE_RACE_LOST"));
    expect(
      team.repo
        .pulls()
        .map(({ headRef }) => headRef)
        .toSorted(),
    ).toEqual(["promote/prod/flight-delay", "promote/prod/silero-vad"]);
    expect(await branches()).toEqual(["main", "promote/prod/flight-delay", "promote/prod/silero-vad"]);
    const again = await promote(MODEL, "prod");
    expect([titlesOf(again), again.outputs["result"]]).toEqual([[], "pass"]);
    await isWhole(numberOf(again));
    await isWhole(numberOf(steps[2]));
  });

  it("overtaken before its branch moves: it overwrites nothing, and is told to run again", async () => {
    const [slow, fast] = [freshJob(team), freshJob(team)];
    let winner: StepResult | undefined;
    team.github.faults.meanwhile({ on: "POST /graphql updateRefs" }, async () => {
      winner = await promote(NEWER, "staging", fast);
    });
    const loser = await promote(MODEL, "staging", slow);
    expect(winner?.outputs["result"]).toBe("pass");
    expect([loser.exitCode, titlesOf(loser)]).toEqual([1, ["FORGE_RACE_LOST"]]);
    expect(loser.annotations[0]?.message).toContain("Run the workflow again");
    const number = numberOf(winner!);
    await isWhole(number);
    expect(team.repo.pull(number).title).toBe("Promote flight-delay 1.1.0 to SHADOW in staging");
    expect((await branches()).filter((name) => name.includes("scratch"))).toEqual([]);
  });

  it("overtaken before its pull request is opened: there is one, and the next run leaves it whole", async () => {
    const [slow, fast] = [freshJob(team), freshJob(team)];
    let winner: StepResult | undefined;
    team.github.faults.meanwhile({ on: "POST /repos/{owner}/{repo}/pulls" }, async () => {
      winner = await promote(OTHER, "staging", fast);
    });
    const loser = await promote(OTHER, "staging", slow);
    expect([loser.exitCode, titlesOf(loser)]).toEqual([1, ["FORGE_RACE_LOST"]]);
    await isWhole(numberOf(winner!));
    const again = await promote(OTHER, "staging");
    expect([winner, again].map((step) => step?.outputs["result"])).toEqual(["pass", "pass"]);
    expect(numberOf(again)).toBe(numberOf(winner!));
    await isWhole(numberOf(again));
    expect(team.repo.pulls()).toHaveLength(4);
  });
});

describe("two models promoted at once", () => {
  const open = (branch: string): number =>
    team.repo.pulls().find(({ headRef }) => headRef === branch)?.number ?? 0;
  let start: string;

  it("are both green on the base that both stand on, and one merges", async () => {
    start = (await team.repo.head("main")) ?? "";
    for (const model of ["flight-delay", "silero-vad"]) {
      const step = await requiredCheck(team, newest(team, "pull_request", open(`promote/prod/${model}`)));
      expect(step.outputs).toMatchObject({ result: "pass", kind: "promotion", base: start });
    }
    await team.repo.merge("ada", open("promote/prod/flight-delay"));
  });

  it("the other is judged as it was, and does not merge: both entries are the first, in one place", async () => {
    const number = open("promote/prod/silero-vad");
    const main = await team.repo.head("main");
    await expect(team.repo.merge("ada", number)).rejects.toThrow("Pull Request is not mergeable");
    await team.repo.review("grace", number, "COMMENT");
    const step = await requiredCheck(team, newest(team, "pull_request_review", number));
    expect(step).toMatchObject({ exitCode: 0, outputs: { result: "pass", base: main } });
    expect(await team.repo.head("main")).toBe(main);
  });

  it("is proposed again in place, tells why, merges, and both are recorded", async () => {
    const number = open("promote/prod/silero-vad");
    const again = await promote(OTHER, "prod");
    expect(again.outputs).toMatchObject({ result: "pass", "pull-request-operation": "updated" });
    expect(numberOf(again)).toBe(number);
    await isWhole(number);
    expect(
      team.repo
        .comments(number)
        .map(({ body }) => body)
        .join(),
    ).toContain("the base moved from");
    const step = await requiredCheck(team, newest(team, "pull_request", number));
    expect(step.outputs).toMatchObject({ result: "pass", kind: "promotion" });
    await team.repo.merge("ada", number);
    team.pull();
    const path = join(team.checkout.folder, "push.json");
    writeFileSync(path, JSON.stringify({ before: start }));
    const recorded = await team.uses("record", "actions", {}, { GITHUB_EVENT_PATH: path });
    expect(JSON.parse(recorded.outputs["recorded"] ?? "[]")).toMatchObject([
      { revision: 1, model: "flight-delay" },
      { revision: 1, model: "silero-vad", pull_request: number },
    ]);
    expect(team.github.violations).toEqual([]);
  });
});
