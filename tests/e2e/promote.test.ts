import type { Ledger } from "../../src/domain/ledger.ts";
import { madeBy } from "../support/ledgers.ts";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { forecasts, type Forecasts, ORT_DIR, titlesOf } from "../support/forecasts.ts";
import type { With } from "../support/runner/environment.ts";

const TO_SHADOW: With = {
  model: "flight-delay@1.0.0",
  event: "PROMOTE_TO_SHADOW",
  environment: "prod",
  reason: "first model",
  "ort-dir": ORT_DIR,
};
const BRANCH = "promote/prod/flight-delay";

function ledgerAt(team: Forecasts, revision: string): Ledger {
  return JSON.parse(team.repo.git("show", `${revision}:deployed.json`)) as Ledger;
}

describe("the promote action", () => {
  it("proposes one commit with the ledger and the evidence, and the text of the pull request", async () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    const head = team.repo.git("rev-parse", "HEAD");
    const step = await team.uses("promote", TO_SHADOW);
    const commit = team.repo.git("rev-parse", BRANCH);
    expect(step).toMatchObject({
      exitCode: 0,
      outputs: {
        result: "pass",
        branch: BRANCH,
        commit,
        "pull-request-operation": "created",
        "pull-request-title": "Promote flight-delay 1.0.0 to SHADOW in prod",
      },
    });
    expect(team.repo.git("rev-parse", `${BRANCH}^`, "HEAD").split("\n")).toEqual([head, head]);
    const changed = team.repo.git("diff", "--name-only", "HEAD", BRANCH).split("\n");
    expect(changed[0]).toBe("deployed.json");
    expect(changed.slice(1).every((path) => path.startsWith("evidence/flight-delay/1.0.0/"))).toBe(true);
    expect(madeBy(ledgerAt(team, BRANCH))).toMatchObject({
      event: "PROMOTE_TO_SHADOW",
      reason: "first model",
      requested_by: "octocat",
      evidence_digest: step.outputs["evidence-digest"],
    });
    const body = readFileSync(step.outputs["pull-request-body-path"]!, "utf8");
    expect(body).toMatch(/^Promote flight-delay 1\.0\.0 to SHADOW in prod: PASS\./);
    expect(team.repo.git("status", "--porcelain")).toBe("");
  });

  it("gives one proposal for the same request twice", async () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    const first = await team.uses("promote", TO_SHADOW);
    const second = await team.uses("promote", TO_SHADOW);
    expect(second.outputs).toMatchObject({
      result: "pass",
      commit: first.outputs["commit"],
      "pull-request-operation": "none",
    });
  });

  it("proposes nothing when asked for a dry run", async () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    const step = await team.uses("promote", { ...TO_SHADOW, "dry-run": true });
    expect(step).toMatchObject({ exitCode: 0, outputs: { result: "pass" } });
    expect(team.repo.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
  });

  it("keeps a refusal, and proposes nothing", async () => {
    using team = forecasts(["flight-delay@1.2.0"]);
    const step = await team.uses("promote", { ...TO_SHADOW, model: "flight-delay@1.2.0" });
    expect(step).toMatchObject({
      exitCode: 1,
      outputs: { result: "fail", branch: "", commit: "", "pull-request-operation": "none" },
    });
    const refs = team.repo.git("for-each-ref", "--format=%(refname)").split("\n");
    expect(refs).toEqual(["refs/heads/main", "refs/modelgate/refusals"]);
  });

  it("turns one revision after the other, each proposal on the last merge", async () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    const ask = async (given: With): Promise<void> => {
      const step = await team.uses("promote", { ...TO_SHADOW, ...given });
      expect([step.outputs["pull-request-operation"], titlesOf(step)]).toEqual(["created", []]);
      team.repo.git("merge", "-q", "--no-ff", "--no-edit", BRANCH);
    };
    await ask({});
    await ask({ event: "DISABLE", model: "flight-delay@1.0.0", reason: "incident 12" });
    await ask({ event: "ENABLE", model: "flight-delay@1.0.0", reason: "incident 12 is over" });
    expect(ledgerAt(team, "HEAD").models["flight-delay"]).toMatchObject({
      revision: 3,
      transition: { event: "ENABLE" },
    });
  });

  it.each([
    [{ event: "REGISTER" }, "HOST_INPUT_INVALID"],
    [{ reason: " " }, "HOST_INPUT_MISSING"],
    [{ "dry-run": "maybe" }, "HOST_INPUT_INVALID"],
    [{ model: "Flight Delay" }, "HOST_INPUT_INVALID"],
  ])("refuses %j", async (given, code) => {
    using team = forecasts([]);
    const step = await team.uses("promote", { ...TO_SHADOW, ...given });
    expect(step).toMatchObject({ exitCode: 2, outputs: { result: "error" } });
    expect(titlesOf(step)).toEqual([code]);
  });

  it("changes nothing when the workflow is cancelled", async () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    const before = team.repo.git("for-each-ref");
    const step = await team.uses("promote", TO_SHADOW, { cancelOn: /^parity: /, env: { RUNNER_DEBUG: "1" } });
    expect(step).toMatchObject({ exitCode: 130, outputs: { result: "error" } });
    expect(team.repo.git("for-each-ref")).toBe(before);
  });
});
