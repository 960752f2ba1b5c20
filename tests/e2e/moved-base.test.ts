import { describe, expect, it } from "vitest";
import { ORT_DIR, titlesOf } from "../support/forecasts.ts";
import type { With } from "../support/runner/environment.ts";
import { Team } from "../support/team.ts";

const TO_SHADOW: With = {
  model: "flight-delay@1.0.0",
  event: "PROMOTE_TO_SHADOW",
  environment: "prod",
  reason: "first model",
  "ort-dir": ORT_DIR,
};
const GATE = "policies/gates/shadow.yaml";
const BRANCH = "promote/prod/flight-delay";

/** Branches of the forge, the mess that a half-made promotion would leave among them. */
const branchesOf = async (team: Team): Promise<readonly string[]> =>
  (await team.repo.git("for-each-ref", "--format=%(refname:short)", "refs/heads")).trim().split("\n");

describe("promote on a checkout that main has left behind", () => {
  it("by an unrelated commit: judges there, keeps what was measured, and opens one pull request", async () => {
    await using team = await Team.with(["flight-delay@1.0.0"]);
    const before = await team.repo.head("main");
    const base = await team.repo.push("ada", "main", { "docs/notes.md": "meanwhile\n" });
    const step = await team.uses("promote", "app", TO_SHADOW);
    expect(step).toMatchObject({
      exitCode: 0,
      outputs: { result: "pass", "pull-request-number": "1", "pull-request-operation": "created" },
    });
    expect(step.annotations).toMatchObject([
      {
        type: "notice",
        properties: { title: "Judged again" },
        message: `The base moved from ${before?.slice(0, 12)} to ${base.slice(0, 12)} in the meantime, so it was judged again there (kept: parity; measured again: integrity).`,
      },
    ]);
    expect((await team.repo.git("rev-parse", `${BRANCH}^`)).trim()).toBe(base);
    expect(team.repo.pull(1).body).toContain(`"base_commit": "${base}"`);
    expect(await branchesOf(team)).toEqual(["main", BRANCH]);
    expect(team.github.requests.filter(({ operation }) => !operation.startsWith("git ")).length).toBe(15);
    expect(team.github.violations).toEqual([]);
  });

  it("by a policy that the version does not meet: keeps the refusal there, and opens nothing", async () => {
    await using team = await Team.with(["flight-delay@1.0.0"]);
    const strict = ((await team.repo.file("main", GATE)) ?? "").replace('hard: ">= 1"', 'hard: ">= 1000"');
    const base = await team.repo.push("ada", "main", { [GATE]: strict });
    const step = await team.uses("promote", "app", TO_SHADOW);
    expect(step).toMatchObject({ exitCode: 1, outputs: { result: "fail", "pull-request-number": "" } });
    expect(titlesOf(step)).toContain("Judged again");
    expect(team.repo.pulls()).toEqual([]);
    const kept = await team.repo.git("log", "-1", "--format=%B", "refs/modelgate/refusals");
    expect(kept).toContain("Modelgate-Refused: PROMOTE_TO_SHADOW");
    const packs = await team.repo.git(
      "grep",
      "-h",
      "base_commit",
      "refs/modelgate/refusals",
      "--",
      "*/pack.json",
    );
    expect(packs).toContain(base);
  });

  it("by another model's transition: its own chain is as it was", async () => {
    await using team = await Team.with(["flight-delay@1.0.0", "silero-vad@6.0.0"]);
    const retire = { model: "silero-vad@6.0.0", event: "RETIRE", reason: "too slow" };
    await team.uses("promote", "app", retire);
    await team.repo.merge("ada", 1);
    const step = await team.uses("promote", "app", TO_SHADOW);
    expect(step).toMatchObject({ exitCode: 0, outputs: { result: "pass", "pull-request-number": "2" } });
    expect(JSON.parse((await team.repo.file(BRANCH, "deployed.json")) ?? "")).toMatchObject({
      models: {
        "flight-delay": { revision: 1, transition: { model: "flight-delay", version: "1.0.0" } },
        "silero-vad": { revision: 1, transition: { event: "RETIRE" } },
      },
    });
  });

  it("by another promotion of the same model: loses the race, by name, and writes nothing", async () => {
    await using team = await Team.with(["flight-delay@1.0.0", "flight-delay@1.1.0"]);
    await team.uses("promote", "app", { ...TO_SHADOW, model: "flight-delay@1.1.0" });
    await team.repo.merge("ada", 1);
    const merged = await branchesOf(team);
    const step = await team.uses("promote", "app", TO_SHADOW);
    expect(step).toMatchObject({ exitCode: 1, outputs: { result: "fail" } });
    expect(step.annotations).toMatchObject([
      {
        type: "error",
        properties: { title: "LEDGER_RACE_LOST", file: "deployed.json" },
        message: expect.stringMatching(
          /“Promote flight-delay 1\.1\.0 to SHADOW in prod” is revision 1 now\.\nPull the base and look at what came first/,
        ),
      },
    ]);
    expect(team.repo.pulls()).toHaveLength(1);
    expect(await branchesOf(team)).toEqual(merged);
  });

  it("from a terminal: says so, and does the same", async () => {
    await using team = await Team.with(["flight-delay@1.0.0"]);
    const base = await team.repo.push("ada", "main", { "docs/notes.md": "meanwhile\n" });
    const where = ["--env", "prod", "--repository", "acme/forecasts", "--reason", "first model"];
    const { stdout } = await team.modelgate("promote", "flight-delay@1.0.0", "--to", "SHADOW", ...where);
    expect(stdout).toContain(`to ${base.slice(0, 12)} in the meantime, so it was judged again there`);
    expect(stdout).toContain("Pull request 1 was created");
    expect(team.checkout.repo.git("rev-parse", "main")).not.toBe(base);
    expect(team.checkout.repo.git("status", "--porcelain")).toBe("");
  });
});
