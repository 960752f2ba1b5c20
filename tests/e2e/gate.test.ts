import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { digestOf } from "../../src/domain/digest.ts";
import { forecasts, type Forecasts, ORT_DIR, titlesOf } from "../support/forecasts.ts";

const WITH_ENGINE = { "ort-dir": ORT_DIR };
const TO_SHADOW = { event: "PROMOTE_TO_SHADOW", environment: "prod" };
const FIRST = { model: "flight-delay@1.0.0", ...TO_SHADOW };

function edit(team: Forecasts, path: string, change: (text: string) => string): void {
  const file = join(team.repo.root, path);
  writeFileSync(file, change(readFileSync(file, "utf8")));
}

describe("the gate action", () => {
  it("passes a model that gives the trained model's answers, and writes the evidence pack", async () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    const step = await team.uses("gate", { ...FIRST, out: "out", ...WITH_ENGINE });
    expect(step).toMatchObject({
      exitCode: 0,
      annotations: [],
      outputs: { result: "pass", "evidence-path": "out" },
    });
    const pack = readFileSync(join(team.repo.root, "out/pack.json"));
    expect(digestOf(pack)).toBe(step.outputs["evidence-digest"]);
    expect(JSON.parse(pack.toString())).toMatchObject({
      base_commit: team.repo.git("rev-parse", "HEAD"),
      policy_digest: step.outputs["policy-digest"],
    });
    expect(step.summary).toMatch(/^Promote flight-delay 1\.0\.0 to SHADOW in prod: PASS\./);
    expect(team.repo.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
  });

  it("refuses the careless export, on the lines of the policy that it misses", async () => {
    using team = forecasts(["flight-delay@1.2.0"]);
    const step = await team.uses("gate", { model: "flight-delay@1.2.0", ...TO_SHADOW, ...WITH_ENGINE });
    expect(step).toMatchObject({ exitCode: 1, conclusion: "failure", outputs: { result: "fail" } });
    expect(titlesOf(step)[0]).toMatch(/^Promote flight-delay 1\.2\.0 to SHADOW in prod: FAIL\./);
    const parity = step.annotations.find(({ properties }) => properties["title"]?.includes("onnx-parity"));
    const policy = readFileSync(join(team.repo.root, "policies/gates/shadow.yaml"), "utf8").split("\n");
    expect(parity?.properties["file"]).toBe("policies/gates/shadow.yaml");
    expect(policy[Number(parity?.properties["line"]) - 1]).toContain("onnx-parity");
  });

  it("could not tell without ONNX Runtime, and blocks", async () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    const step = await team.uses("gate", FIRST);
    expect(step).toMatchObject({ exitCode: 1, outputs: { result: "inconclusive" } });
    expect(step.text).toContain("ENGINE_NOT_FETCHED");
  });

  it("judges stored evidence without an engine, and refuses it on another base", async () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    const measured = await team.uses("gate", { ...FIRST, out: "out", ...WITH_ENGINE });
    const stored = await team.uses("gate", { ...FIRST, evidence: "out" });
    expect(stored).toMatchObject({ exitCode: 0, outputs: { result: "pass" } });
    expect(stored.outputs["policy-digest"]).toBe(measured.outputs["policy-digest"]);
    team.repo.git("commit", "-q", "--allow-empty", "-m", "another base");
    const moved = await team.uses("gate", { ...FIRST, evidence: "out" });
    expect(moved).toMatchObject({ exitCode: expect.any(Number), conclusion: "failure" });
    expect(titlesOf(moved)).toEqual(["EVIDENCE_BASE_MISMATCH"]);
  });

  it("takes policies from the commit, not from the work tree", async () => {
    using team = forecasts(["flight-delay@1.2.0"]);
    edit(team, "policies/gates/shadow.yaml", (text) => text.replaceAll(/hard: .*/g, 'hard: "<= 1000000"'));
    const step = await team.uses("gate", { model: "flight-delay@1.2.0", ...TO_SHADOW, ...WITH_ENGINE });
    expect(step.outputs["result"]).toBe("fail");
  });

  it("annotates a mistake in a policy on its line, with the nearest name", async () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    edit(team, "policies/gates/shadow.yaml", (text) =>
      text.replace("parity.scaled_diff", "parity.scaled_dif"),
    );
    team.repo.commit({}, "a misspelt metric");
    const step = await team.uses("gate", { ...FIRST, ...WITH_ENGINE });
    expect(step).toMatchObject({ exitCode: 2, outputs: { result: "error" } });
    const [first] = step.annotations;
    expect(first?.properties).toMatchObject({
      title: "POLICY_METRIC_UNKNOWN",
      file: "policies/gates/shadow.yaml",
    });
    expect(first?.message).toContain("parity.scaled_diff");
    expect(Number(first?.properties["line"])).toBeGreaterThan(1);
  });

  it("reads the environment of the job, not of the repository: a hostile checkout runs nothing", async () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    team.repo.git("config", "core.fsmonitor", `touch ${join(team.folder, "owned")}; false`);
    team.repo.git("config", "core.hooksPath", join(team.folder, "hooks"));
    const step = await team.uses("gate", { ...FIRST, ...WITH_ENGINE });
    expect(step.outputs["result"]).toBe("pass");
    expect(() => readFileSync(join(team.folder, "owned"))).toThrow("ENOENT");
  });

  it.each([
    [{ event: "PROMOTE_TO_CANARY", environment: "prod", phase: "5%" }, /^LEDGER_/],
    [{ event: "PROMOTE_TO_SHADOW", environment: "moon" }, /^LEDGER_|^POLICY_|^GATE_/],
  ])("refuses %j before anything is measured", async (given, code) => {
    using team = forecasts(["flight-delay@1.0.0"]);
    const step = await team.uses("gate", { model: "flight-delay@1.0.0", ...given });
    expect(step.conclusion).toBe("failure");
    expect(titlesOf(step)[0]).toMatch(code);
  });
});
