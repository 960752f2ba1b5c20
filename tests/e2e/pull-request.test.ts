import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parsePromotionBlock } from "../../src/domain/promotion-block.ts";
import { ORT_DIR, titlesOf } from "../support/forecasts.ts";
import type { TokenKind } from "../support/github/index.ts";
import { Team } from "../support/team.ts";
import type { With } from "../support/runner/environment.ts";

const TO_SHADOW: With = {
  model: "flight-delay@1.0.0",
  event: "PROMOTE_TO_SHADOW",
  environment: "prod",
  reason: "first model",
  "ort-dir": ORT_DIR,
};
const HOSTILE = "ok\n\nModelgate-Event: REVOKE\n<!-- modelgate:promotion\n::error::x @everyone [a](b)\u202e";
const BRANCH = "promote/prod/flight-delay";

describe("promote with a token, and record", () => {
  it("opens a pull request of one verified commit, and after the merge proves and deploys it", async () => {
    await using team = await Team.with(["flight-delay@1.0.0"]);
    const base = await team.repo.head("main");
    const step = await team.uses("promote", "app", { ...TO_SHADOW, roles: "release-manager: grace" });
    const commit = await team.repo.head(BRANCH);
    expect(titlesOf(step)).toEqual([]);
    expect(step).toMatchObject({
      exitCode: 0,
      outputs: {
        result: "pass",
        branch: BRANCH,
        commit,
        "pull-request-number": "1",
        "pull-request-url": `${team.github.url}/acme/forecasts/pull/1`,
        "pull-request-operation": "created",
        "pull-request-head-sha": commit,
        "pull-request-commits-verified": "true",
      },
    });
    const [answer, where] = step.summary.split("\n\n");
    expect(answer).toMatch(/^Promote flight-delay 1\.0\.0 to SHADOW in prod: PASS\./);
    expect(where).toBe(`Pull request 1 was created: <${team.github.url}/acme/forecasts/pull/1>`);
    expect(step.text).toContain(`Pull request 1 was created: ${team.github.url}/acme/forecasts/pull/1`);
    expect(await team.repo.git("rev-parse", `${commit}^`)).toMatch(base ?? "");
    expect(team.repo.pull(1)).toMatchObject({
      title: "Promote flight-delay 1.0.0 to SHADOW in prod",
      state: "open",
    });
    expect(team.github.requests.length).toBeLessThanOrEqual(12);

    const again = await team.uses("promote", "app", TO_SHADOW);
    expect(again.outputs).toMatchObject({
      result: "pass",
      commit,
      "pull-request-number": "1",
      "pull-request-operation": "none",
    });

    const before = team.pull();
    await team.repo.merge("ada", 1);
    const merged = team.pull();
    const event = join(team.checkout.folder, "push.json");
    writeFileSync(event, JSON.stringify({ before, after: merged }));
    const recorded = await team.uses("record", "actions", {}, { GITHUB_EVENT_PATH: event });
    expect(titlesOf(recorded)).toEqual([]);
    expect(recorded).toMatchObject({
      exitCode: 0,
      outputs: { result: "pass", revision: "1", closed: "", attested: "false" },
    });
    expect(JSON.parse(recorded.outputs["recorded"] ?? "")).toMatchObject([
      {
        commit: merged,
        revision: 1,
        event: "PROMOTE_TO_SHADOW",
        model: "flight-delay",
        version: "1.0.0",
        pull_request: 1,
      },
    ]);
    expect(team.repo.deployments()).toMatchObject([{ environment: "prod", sha: merged }]);
    expect(team.github.violations).toEqual([]);
  });

  it("keeps a refusal on GitHub, and opens nothing", async () => {
    await using team = await Team.with(["flight-delay@1.2.0"]);
    const step = await team.uses("promote", "app", { ...TO_SHADOW, model: "flight-delay@1.2.0" });
    expect(step).toMatchObject({
      exitCode: 1,
      outputs: { result: "fail", branch: "", "pull-request-number": "", "pull-request-operation": "none" },
    });
    expect(step.summary.split("\n\n")[1]).toMatch(
      /^Nothing was changed\. The refusal and its evidence are kept on `refs\/modelgate\/refusals`, in `evidence\/flight-delay\/1\.2\.0\/[^`]+`\.$/,
    );
    expect(team.repo.pulls()).toEqual([]);
    const kept = await team.repo.git("ls-tree", "-r", "--name-only", "refs/modelgate/refusals");
    expect(
      kept
        .trim()
        .split("\n")
        .every((path) => path.startsWith("evidence/flight-delay/1.2.0/")),
    ).toBe(true);
  });

  it.each<[string, TokenKind, (team: Team) => void, string]>([
    [
      "GITHUB_TOKEN may not open pull requests",
      "actions",
      (team) => void (team.repo.settings.actionsMayCreatePullRequests = false),
      "FORGE_PULL_REQUESTS_FORBIDDEN",
    ],
    ["the token is that of a fork's pull request", "fork", () => {}, "FORGE_PERMISSION_MISSING"],
    ["GitHub does not sign what the token commits", { user: "ada" }, () => {}, "FORGE_COMMIT_UNVERIFIED"],
  ])("says so when %s, and leaves no pull request", async (_, token, change, code) => {
    await using team = await Team.with(["flight-delay@1.0.0"]);
    change(team);
    const step = await team.uses("promote", token, TO_SHADOW);
    expect(titlesOf(step)).toContain(code);
    expect(step.exitCode).not.toBe(0);
    expect(team.repo.pulls()).toEqual([]);
  });

  it("does the same from a terminal, with the token of the environment", async () => {
    await using team = await Team.with(["flight-delay@1.0.0"]);
    const { stdout } = await team.modelgate(
      "promote",
      "flight-delay@1.0.0",
      "--to",
      "SHADOW",
      "--env",
      "prod",
      "--repository",
      "acme/forecasts",
      "--reason",
      HOSTILE,
    );
    const commit = await team.repo.head(BRANCH);
    expect(stdout).toContain(`Pull request 1 was created: ${team.github.url}/acme/forecasts/pull/1`);
    expect(parsePromotionBlock(team.repo.pull(1).body ?? "")).toMatchObject({
      commit,
      event: "PROMOTE_TO_SHADOW",
    });
    expect(
      await team.repo.git("log", "-1", "--format=%(trailers:key=Modelgate-Event,valueonly)", BRANCH),
    ).toBe("PROMOTE_TO_SHADOW\n");
    await team.repo.merge("ada", 1);
    team.pull();
    const recorded = await team.modelgate("record", "--repository", "acme/forecasts");
    expect(recorded.stdout).toContain("Recorded revision 1: Promote flight-delay 1.0.0 to SHADOW in prod.");
    expect(team.repo.deployments().length).toBe(1);
  });

  it("record refuses a revision that nobody reviewed", async () => {
    await using team = await Team.with(["flight-delay@1.0.0"]);
    await team.uses("promote", "app", TO_SHADOW);
    await team.repo.forcePush("ada", "main", (await team.repo.head(BRANCH))!);
    team.pull();
    const step = await team.uses("record", "actions", {});
    expect(step).toMatchObject({ exitCode: 1, outputs: { result: "fail" } });
    expect(titlesOf(step)).toEqual(["RECORD_NOT_MERGED"]);
    expect(team.repo.deployments()).toEqual([]);
  });
});
