import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parsePromotionBlock } from "../../src/domain/promotion-block.ts";
import type { LoopbackGithub } from "../support/github/index.ts";
import type { With } from "../support/runner/environment.ts";
import type { StepResult } from "../support/runner/step-result.ts";
import { Team } from "../support/team.ts";
import { freshJob, newest, onEvent, quickGate, requiredCheck } from "../support/workflow-runs.ts";

const BRANCH = "promote/prod/flight-delay";
const TO_SHADOW = {
  model: "flight-delay@1.0.0",
  event: "PROMOTE_TO_SHADOW",
  environment: "prod",
  reason: "first model",
};
const REVIEWED = "approvals: { at_least: 1, role: release-manager, not: [author, last-pusher] }";
const PULLS = "/repos/{owner}/{repo}/pulls";
const DEPLOYMENTS = "/repos/{owner}/{repo}/deployments";

let team: Team;
const start = async (): Promise<void> => {
  team = await Team.with(["flight-delay@1.0.0"], quickGate(REVIEWED));
};
const stop = async (): Promise<void> => await team[Symbol.asyncDispose]();

const promote = (given: With = {}): Promise<StepResult> =>
  team.uses("promote", "app", { ...TO_SHADOW, ...given }, {}, { workspace: freshJob(team).root });
const check = (): Promise<StepResult> => requiredCheck(team, newest(team, "pull_request", 1));
const branches = async (): Promise<readonly string[]> =>
  (await team.repo.git("for-each-ref", "--format=%(refname:short)", "refs/heads")).split("\n");
const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3600;

/** Exit code and result of a step, and its first problem: the code, and the sentences with the remedy. */
function told({ exitCode, outputs, annotations }: StepResult): unknown {
  const [first] = annotations.filter(({ properties }) => /^[A-Z_]+$/.test(properties["title"] ?? ""));
  return [exitCode, outputs["result"], first?.properties["title"], first?.message];
}
const refusal = (exit: number, result: string, code: string, says: RegExp): unknown => [
  exit,
  result,
  code,
  expect.stringMatching(says),
];

describe("GitHub in trouble, while a promotion is made", () => {
  beforeAll(start);
  afterAll(stop);

  it("is not asked when the token is missing where a repository is named: a secret was not set", async () => {
    const step = await promote({ token: "", repository: "acme/forecasts" });
    expect(told(step)).toEqual(refusal(2, "error", "FORGE_TOKEN_MISSING", /\nGive the step `token:/));
    expect([team.repo.pulls(), await branches(), team.github.requests]).toEqual([[], ["main"], []]);
  });

  it.each<[string, (faults: LoopbackGithub["faults"]) => void, unknown, readonly string[]]>([
    [
      "limits the token for an hour",
      (faults) => faults.primaryRateLimit({ on: `GET ${PULLS}`, reset: inAnHour() }),
      refusal(3, "error", "FORGE_RATE_LIMITED", /used up until 20\d\d-.*\nRun it again after the time/),
      ["main"],
    ],
    [
      "refuses the branch by a rule of the repository",
      (faults) =>
        faults.refuse({
          on: "POST /repos/{owner}/{repo}/git/refs",
          status: 422,
          message: "Repository rule violations found",
        }),
      refusal(
        3,
        "error",
        "FORGE_REFUSED",
        /POST .*\/git\/refs answered 422: Repository rule.*\n.*bypass it or change/,
      ),
      ["main"],
    ],
    [
      "is down in the middle, when all but the pull request is there",
      (faults) => faults.serverError({ on: `POST ${PULLS}`, times: 5 }),
      refusal(3, "error", "FORGE_UNAVAILABLE", /POST .*\/pulls answered 502.*\nLook at githubstatus\.com/),
      ["main", BRANCH],
    ],
  ])("%s: no pull request is half made", async (_, order, answer, left) => {
    order(team.github.faults);
    expect(told(await promote())).toEqual(answer);
    expect([team.github.faults.pending, team.repo.pulls(), await branches()]).toEqual([0, [], left]);
  });

  it("is well again: the next run goes on from what is there", async () => {
    expect((await promote()).outputs).toMatchObject({ result: "pass", "pull-request-number": "1" });
    expect(await branches()).toEqual(["main", BRANCH]);
    const { body, headSha } = team.repo.pull(1);
    expect(parsePromotionBlock(body ?? "").commit).toBe(headSha);
  });

  it("limits the check that reads reviews: it could not tell, and GitHub does not merge", async () => {
    await team.repo.review("grace", 1, "APPROVE");
    const reviews = `GET ${PULLS}/{pull_number}/reviews`;
    team.github.faults.primaryRateLimit({ on: reviews, reset: inAnHour() });
    expect(told(await check())).toEqual(refusal(3, "error", "FORGE_RATE_LIMITED", /used up until/));
    expect(team.repo.checkRuns(team.repo.pull(1).headSha)).toMatchObject([{ conclusion: "failure" }]);
    expect((await check()).outputs["result"]).toBe("pass");
  });

  it("loses the answer about the deployment, then limits the token: there is one, and the next run tells it", async () => {
    await team.repo.merge("ada", 1);
    team.pull();
    const record = (): Promise<StepResult> => onEvent(team, "record", newest(team, "push"));
    team.github.faults.dropAfter({ on: `POST ${DEPLOYMENTS}` });
    team.github.faults.primaryRateLimit({
      on: `POST ${DEPLOYMENTS}/{deployment_id}/statuses`,
      reset: inAnHour(),
    });
    expect(told(await record())).toEqual(refusal(3, "error", "FORGE_RATE_LIMITED", /used up until/));
    expect(team.repo.deployments()).toMatchObject([{ environment: "prod", statuses: [] }]);
    expect((await record()).outputs).toMatchObject({ result: "pass", revision: "1" });
    expect(team.repo.deployments()).toMatchObject([{ statuses: [{ state: "success" }] }]);
    expect(team.github.violations).toEqual([]);
  });
});

describe("a pull request from a fork", () => {
  beforeAll(start);
  afterAll(stop);

  it("is judged with a token that only reads, and its branch of the same name stands in nobody's way", async () => {
    const people = { mallory: "admin" } as const;
    const fork = await team.github.addRepository("mallory/forecasts", { forkOf: team.repo, people });
    const ledger = (await team.repo.file("main", "deployed.json")) ?? "";
    await fork.push("mallory", BRANCH, { "deployed.json": ledger.replace('"models": {}', '"models": { }') });
    const number = await team.repo.openPull("mallory", { head: `mallory:${BRANCH}` });
    const asked = { token: "fork", with: { comment: true, "check-run": "details" } } as const;
    const step = await onEvent(team, "check", newest(team, "pull_request", number), asked);
    expect(told(step)).toEqual(refusal(1, "fail", "CHECK_LEDGER_HAND_EDITED", /edited by hand/));
    for (const untold of ["comment", "check run"])
      expect(step.text).toContain(`The ${untold} was not written: FORGE_PERMISSION_MISSING`);
    expect([team.repo.comments(number), team.repo.checkRuns(team.repo.pull(number).headSha)]).toEqual([
      [],
      [],
    ]);

    expect((await promote()).outputs).toMatchObject({ result: "pass", "pull-request-number": "2" });
    expect(team.repo.pull(number)).toMatchObject({ state: "open", headRef: BRANCH });
    expect(await branches()).toEqual(["main", BRANCH]);
  });
});

describe("people in the way of a promotion", () => {
  beforeAll(start);
  afterAll(stop);

  it("close its pull request: the next run opens another one", async () => {
    expect((await promote()).outputs["pull-request-number"]).toBe("1");
    await team.repo.closePull("ada", 1);
    expect((await promote()).outputs).toMatchObject({
      "pull-request-number": "2",
      "pull-request-operation": "created",
    });
    expect(team.repo.pull(1)).toMatchObject({ state: "closed", mergedAt: null });
  });

  it("delete its branch, which closes it too: the next run makes both again", async () => {
    await team.repo.deleteBranch("ada", BRANCH);
    expect(team.repo.pull(2).state).toBe("closed");
    expect((await promote()).outputs["pull-request-number"]).toBe("3");
    expect(await branches()).toEqual(["main", BRANCH]);
    expect(team.repo.pull(3)).toMatchObject({ state: "open", headSha: await team.repo.head(BRANCH) });
  });

  it("push to its branch: their work is not lost, and nothing replaces it without a word", async () => {
    const theirs = await team.repo.push("grace", BRANCH, { "notes.md": "mine\n" });
    expect(told(await promote())).toEqual(
      refusal(1, "fail", "LEDGER_BRANCH_FOREIGN", /which is no proposal.*\nLook at the branch/),
    );
    expect([await team.repo.head(BRANCH), await branches()]).toEqual([theirs, ["main", BRANCH]]);
  });
});

describe("a force-push between approval and merge", () => {
  beforeAll(start);
  afterAll(stop);
  let approved: string;

  it("is not what was approved: the check of the old head ends without an answer", async () => {
    await promote();
    await team.repo.review("grace", 1, "APPROVE");
    const before = newest(team, "pull_request", 1);
    expect((await requiredCheck(team, before)).outputs["result"]).toBe("pass");
    approved = team.repo.pull(1).headSha;
    const ledger = (await team.repo.file(BRANCH, "deployed.json")) ?? "";
    const edited = ledger.replace('"serving": true', '"serving": false');
    const forged = await team.repo.push("linus", "scratch", { "deployed.json": edited });
    await team.repo.forcePush("linus", BRANCH, forged);
    expect(told(await onEvent(team, "check", before, { with: { roles: "release-manager: grace" } }))).toEqual(
      refusal(
        1,
        "fail",
        "FORGE_HEAD_MOVED",
        new RegExp(`is ${forged.slice(0, 12)}, not ${approved.slice(0, 12)}`),
      ),
    );
  });

  it("is refused for what it is, by name", async () => {
    const step = await requiredCheck(team, newest(team, "pull_request", 1));
    expect(told(step)).toEqual(
      refusal(1, "fail", "CHECK_LEDGER_HAND_EDITED", /edited by hand.*\nUndo the edit/),
    );
    const [comment, ...more] = team.repo.comments(1);
    expect(comment?.body).toContain("CHECK_LEDGER_HAND_EDITED");
    expect(more).toEqual([]);
  });

  it("does not merge as the head that was approved, and is recorded as nothing when somebody lets it in", async () => {
    await expect(team.repo.merge("ada", 1, { sha: approved })).rejects.toThrow(/Head branch was modified/);
    await team.repo.merge("ada", 1);
    team.pull();
    const step = await onEvent(team, "record", newest(team, "push"));
    expect(told(step)).toEqual(
      refusal(1, "fail", "CHECK_LEDGER_HAND_EDITED", /edited by hand.*\nUndo the edit/),
    );
    expect(team.repo.deployments()).toEqual([]);
  });
});
