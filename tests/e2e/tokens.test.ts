import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { titlesOf } from "../support/forecasts.ts";
import type { LoopbackRepository } from "../support/github/index.ts";
import type { With } from "../support/runner/environment.ts";
import type { StepResult } from "../support/runner/step-result.ts";
import { Team } from "../support/team.ts";
import { freshJob, newest, onEvent, quickGate } from "../support/workflow-runs.ts";

const BRANCH = "promote/prod/flight-delay";
const TO_SHADOW = {
  model: "flight-delay@1.0.0",
  event: "PROMOTE_TO_SHADOW",
  environment: "prod",
  reason: "first model",
};

let team: Team;
let base: string;
beforeAll(async () => {
  const reviewed = "approvals: { at_least: 1, role: release-manager, not: [author, last-pusher] }";
  team = await Team.with(["flight-delay@1.0.0"], quickGate(reviewed));
  base = (await team.repo.head("main")) ?? "";
});
afterAll(async () => await team[Symbol.asyncDispose]());

type Token = (repo: LoopbackRepository) => string;
type Row = readonly [what: string, token: Token, exit: number, code: string, fix: RegExp];

/** The first thing that a step says, by its code, and what to do about it. */
function told({ exitCode, annotations }: StepResult): unknown {
  const [first] = annotations.filter(({ properties }) => /^[A-Z_]+$/.test(properties["title"] ?? ""));
  return { exitCode, code: first?.properties["title"], message: first?.message };
}

const refusal = (exitCode: number, code: string, fix: RegExp): unknown => ({
  exitCode,
  code,
  message: expect.stringMatching(fix),
});

async function branches(): Promise<readonly string[]> {
  return (await team.repo.git("for-each-ref", "--format=%(refname:short)", "refs/heads")).split("\n");
}

/** Neither token nor its text may be seen in what a step prints. */
const leaks = ({ text, summary }: StepResult, token: string): boolean =>
  token !== "" && `${text}${summary}`.includes(token);

describe("promote", () => {
  const run = (given: With): Promise<StepResult> => {
    const job = freshJob(team);
    job.git("config", "user.name", "Ada");
    job.git("config", "user.email", "ada@example.org");
    return team.uses("promote", "app", { ...TO_SHADOW, ...given }, {}, { workspace: job.root });
  };
  /** All that promote needs, so that nobody finds out one permission a run. */
  const YAML = /Add to the job:\n\npermissions:\n {2}contents: write\n {2}pull-requests: write\n\n/;

  it.each<Row>([
    ["is none of GitHub's", () => "ghs_expired", 2, "FORGE_TOKEN_REFUSED", /Make a new token/],
    ["is that of a fork's pull request", (repo) => repo.token("fork"), 2, "FORGE_PERMISSION_MISSING", YAML],
    [
      "is a person's, whose commits GitHub does not sign",
      (repo) => repo.token({ user: "ada" }),
      1,
      "FORGE_COMMIT_UNVERIFIED",
      /GitHub says "unsigned".*\nUse the token of a GitHub App or the job's own/,
    ],
    [
      "may not see pull requests",
      (repo) => repo.token("app", { contents: "write" }),
      2,
      "FORGE_PERMISSION_MISSING",
      YAML,
    ],
  ])("leaves everything as it was when the token %s", async (_, token, ...answer) => {
    const text = token(team.repo);
    const step = await run({ token: text });
    expect(told(step)).toEqual(refusal(...answer));
    expect([step.outputs["result"], leaks(step, text)]).toEqual([answer[0] === 1 ? "fail" : "error", false]);
    expect([await branches(), team.repo.pulls(), await team.repo.head("main")]).toEqual([["main"], [], base]);
  });

  it.each<Row>([
    [
      "may only read pull requests",
      (repo) => repo.token("app", { contents: "write", pull_requests: "read" }),
      2,
      "FORGE_PERMISSION_MISSING",
      YAML,
    ],
    [
      "is GITHUB_TOKEN where workflows may not open pull requests",
      (repo) => repo.token("actions"),
      2,
      "FORGE_PULL_REQUESTS_FORBIDDEN",
      /Allow GitHub Actions to create and approve pull requests/,
    ],
  ])(
    "leaves at most the whole proposal, and no pull request, when the token %s",
    async (_, token, ...answer) => {
      team.repo.settings.actionsMayCreatePullRequests = false;
      expect(told(await run({ token: token(team.repo) }))).toEqual(refusal(...answer));
      team.repo.settings.actionsMayCreatePullRequests = true;
      expect((await branches()).filter((name) => name !== "main" && name !== BRANCH)).toEqual([]);
      const kept = await team.repo.head(BRANCH);
      const standsOn = kept === undefined ? base : await team.repo.git("rev-parse", `${kept}^`);
      expect(standsOn).toBe(base);
      expect([team.repo.pulls(), await team.repo.head("main")]).toEqual([[], base]);
    },
  );

  it("without a token cannot tell who approves, and asks GitHub nothing", async () => {
    const before = team.github.requests.length;
    const step = await run({ token: "" });
    expect(step).toMatchObject({ exitCode: 1, outputs: { result: "inconclusive", branch: "" } });
    expect(titlesOf(step)).toContain("GATE_APPROVALS_UNKNOWN: shadow/approvals");
    expect(team.github.requests.length).toBe(before);
  });

  it("goes on with GITHUB_TOKEN where that is allowed, and says that its checks wait", async () => {
    const step = await run({ token: team.repo.token("actions") });
    expect(step.outputs).toMatchObject({ result: "pass", "pull-request-number": "1" });
    expect(titlesOf(step)).toEqual(["Checks wait for approval"]);
    expect(await branches()).toEqual(["main", BRANCH]);
    expect(newest(team, "pull_request", 1).workflows).not.toBe("start");
  });
});

describe("check", () => {
  const run = (token: string): Promise<StepResult> =>
    onEvent(team, "check", newest(team, "pull_request_review", 1), {
      with: { token, comment: true, roles: "release-manager: grace" },
    });

  it("passes nothing without a token where a policy counts approvals", async () => {
    await team.repo.review("grace", 1, "APPROVE");
    const step = await run("");
    expect(step).toMatchObject({ exitCode: 1, outputs: { result: "inconclusive" } });
    expect(titlesOf(step)).toContain("GATE_APPROVALS_UNKNOWN: shadow/approvals");
  });

  it("could not tell when the token may not read reviews: that is no answer about the change", async () => {
    const step = await run(team.repo.token("app", { contents: "read" }));
    expect(told(step)).toEqual(refusal(2, "FORGE_PERMISSION_MISSING", /\n {2}pull-requests: read\n/));
    expect([step.outputs["result"], team.repo.comments(1)]).toEqual(["error", []]);
  });

  it("reads reviews with a fork's token, which may write no comment, and with a person's, which may", async () => {
    for (const [token, comments] of [
      [team.repo.token("fork"), 0],
      [team.repo.token({ user: "linus" }), 1],
    ] as const) {
      const step = await run(token);
      expect([step.outputs["result"], team.repo.comments(1).length]).toEqual(["pass", comments]);
      expect(step.text).toContain("given by grace");
      expect(step.text.includes("The comment was not written: FORGE_PERMISSION_MISSING")).toBe(
        comments === 0,
      );
    }
  });
});

describe("record", () => {
  let event: string;
  const run = (token: string): Promise<StepResult> =>
    team.uses("record", "actions", { token }, { GITHUB_EVENT_PATH: event });

  beforeAll(async () => {
    await team.repo.merge("ada", 1);
    team.pull();
    event = join(team.checkout.folder, "push.json");
    writeFileSync(event, JSON.stringify({ before: base }));
  });

  it.each<Row>([
    ["is missing", () => "", 2, "HOST_INPUT_MISSING", /"token" is empty/],
    ["only reads", (repo) => repo.token("fork"), 2, "FORGE_PERMISSION_MISSING", /\n {2}deployments: write\n/],
  ])("deploys nothing when the token %s", async (_, token, ...answer) => {
    const step = await run(token(team.repo));
    expect(told(step)).toEqual(refusal(...answer));
    expect([step.outputs["result"], team.repo.deployments()]).toEqual(["error", []]);
  });

  it("deploys once, whoever asks first and however often", async () => {
    for (const token of [team.repo.token("actions"), team.repo.token({ user: "linus" })])
      expect((await run(token)).outputs).toMatchObject({ result: "pass", revision: "1" });
    expect(team.repo.deployments()).toMatchObject([
      { environment: "prod", sha: await team.repo.head("main") },
    ]);
    expect(team.github.violations).toEqual([]);
  });
});
