import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { titlesOf } from "../support/forecasts.ts";
import type { With } from "../support/runner/environment.ts";
import type { StepResult } from "../support/runner/step-result.ts";
import { Team } from "../support/team.ts";
import { freshJob, newest, onEvent, quickGate } from "../support/workflow-runs.ts";

const BRANCH = "release/2";

let team: Team;
beforeAll(async () => {
  team = await Team.with(["flight-delay@1.0.0"], quickGate("reason: true"));
  await team.repo.git("update-ref", `refs/heads/${BRANCH}`, (await team.repo.head("main")) ?? "");
});
afterAll(async () => await team[Symbol.asyncDispose]());

/** Proposes a version for shadow on the branch, as `promote` does that was started there. */
async function propose(environment: string): Promise<number> {
  const job = freshJob(team);
  job.git("checkout", "-q", "-B", BRANCH, `refs/remotes/origin/heads/${BRANCH}`);
  const asked = { model: "flight-delay@1.0.0", event: "PROMOTE_TO_SHADOW", environment, reason: "for two" };
  const step = await team.uses("promote", "app", asked, {}, { workspace: job.root });
  expect([titlesOf(step), step.outputs["result"]]).toEqual([[], "pass"]);
  return Number(step.outputs["pull-request-number"]);
}

/** The check of a pull request, in a clone that has the branches as actions/checkout fetches them. */
async function check(number: number, given: With): Promise<StepResult> {
  const job = freshJob(team);
  job.git("fetch", "-q", team.repo.folder, "+refs/heads/*:refs/remotes/origin/*");
  return onEvent(team, "check", newest(team, "pull_request", number), { job, with: given });
}

describe("a gated branch beside the default one, as docs/guides/github.md sets it up", () => {
  const named = async (number: number): Promise<With> => ({
    base: `origin/${BRANCH}`,
    head: await team.repo.git("rev-parse", `refs/pull/${number}/merge`),
  });

  it("has a ledger of its own, by whose policies its pull requests are judged", async () => {
    const first = await propose("prod");
    expect(team.repo.pull(first).baseRef).toBe(BRANCH);
    expect((await check(first, await named(first))).outputs).toMatchObject({
      result: "pass",
      kind: "promotion",
    });
    await team.repo.merge("ada", first);
    const second = await propose("staging");
    expect((await check(second, await named(second))).outputs).toMatchObject({
      result: "pass",
      kind: "promotion",
      base: await team.repo.head(BRANCH),
    });
  });

  it("is not believed where nobody said so: the default branch judges, and knows nothing of its revisions", async () => {
    const step = await check(2, {});
    expect(step.outputs).toMatchObject({ result: "fail", base: await team.repo.head("main") });
    expect(titlesOf(step)).toContain("CHECK_LEDGER_HAND_EDITED");
    expect(await team.repo.file("main", "deployed.json")).toContain('"models": {}');
  });
});
