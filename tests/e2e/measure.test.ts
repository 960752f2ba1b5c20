import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digestOf } from "../../src/domain/digest.ts";
import type { Evidence } from "../../src/domain/evidence.ts";
import { forecasts, type Forecasts, ORT_DIR, titlesOf } from "../support/forecasts.ts";
import type { StepResult } from "../support/runner/step-result.ts";

const WITH_ENGINE = { "ort-dir": ORT_DIR };

let team: Forecasts;

beforeAll(() => {
  team = forecasts(["flight-delay@1.0.0", "flight-delay@1.1.0", "flight-delay@1.2.0", "silero-vad@6.0.0"]);
});

afterAll(() => team[Symbol.dispose]());

function evidenceOf(step: StepResult): Evidence {
  const bytes = readFileSync(join(team.repo.root, step.outputs["evidence-path"]!));
  expect(digestOf(bytes)).toBe(step.outputs["evidence-digest"]);
  return JSON.parse(bytes.toString()) as Evidence;
}

describe("the parity action", () => {
  it.each(["flight-delay@1.1.0", "silero-vad@6.0.0"])("measures %s and writes evidence", async (model) => {
    const step = await team.uses("parity", { model, out: "out/parity/", ...WITH_ENGINE });
    expect(step).toMatchObject({ exitCode: 0, annotations: [], outputs: { result: "pass" } });
    expect(step.outputs["evidence-path"]).toBe("out/parity/parity.json");
    const evidence = evidenceOf(step);
    const diff = evidence.measurements.find(({ metric }) => metric === "parity.max_abs_diff");
    expect(diff).toMatchObject({ state: "measured", value: Number(step.outputs["max-abs-diff"]) });
    expect(diff?.value).toBeLessThan(1e-5);
    expect(`${evidence.subject.model_id}@${evidence.subject.version}`).toBe(model);
    expect(step.summary).toContain("| parity, max abs diff");
  });

  it("finds that 1.2.0 was exported carelessly, whatever its author claims", async () => {
    const step = await team.uses("parity", { model: "flight-delay@1.2.0", ...WITH_ENGINE });
    expect(step).toMatchObject({ exitCode: 1, outputs: { result: "fail", "evidence-path": "" } });
    expect(Number(step.outputs["max-abs-diff"])).toBeGreaterThan(1e-3);
    expect(titlesOf(step)).toContain("PARITY_CLAIM_BROKEN");
    expect(step.annotations.at(-1)?.properties["file"]).toBe("models/flight-delay/1.2.0/parity.json");
  });

  it("has no number without ONNX Runtime, and says how to get it", async () => {
    const step = await team.uses("parity", { model: "flight-delay@1.0.0" });
    expect(step).toMatchObject({ exitCode: 3, outputs: { result: "error" } });
    expect(titlesOf(step)).toEqual(["ENGINE_NOT_FETCHED"]);
    expect(step.annotations[0]?.message).toContain("MODELGATE_ORT_DIR");
  });

  it("refuses a version that is not there, and writing outside of the repository", async () => {
    const missing = await team.uses("parity", { model: "flight-delay@9.9.9", ...WITH_ENGINE });
    expect(missing).toMatchObject({ exitCode: 2, outputs: { result: "error" } });
    expect(titlesOf(missing)).toEqual(["MANIFEST_MISSING"]);
    const outside = await team.uses("parity", { model: "flight-delay@1.0.0", out: "../out", ...WITH_ENGINE });
    expect(outside).toMatchObject({ exitCode: 2, outputs: { result: "error" } });
    expect(titlesOf(outside)).toEqual(["FILE_OUTSIDE"]);
  });
});

describe("the benchmark action", () => {
  const ask = {
    model: "flight-delay@1.1.0",
    live: "flight-delay@1.0.0",
    seed: 7,
    out: "out",
    ...WITH_ENGINE,
  };

  it("times the candidate beside the live version, and never calls a noisy runner a pass", async () => {
    const step = await team.uses("benchmark", ask);
    const evidence = evidenceOf(step);
    expect(evidence).toMatchObject({ kind: "benchmark", seed: 7, baseline: { version: "1.0.0" } });
    const states = new Set(evidence.measurements.map(({ state }) => state));
    const noisy = states.has("pessimistic") ? "warn" : "pass";
    const result = states.has("inconclusive") ? "inconclusive" : noisy;
    expect(step.outputs["result"]).toBe(result);
    expect(step.exitCode).toBe(result === "inconclusive" ? 1 : 0);
    expect(Number(step.outputs["latency-ratio"])).toBeGreaterThan(0);
  });

  it("stops when the workflow is cancelled, and leaves no model running and no evidence", async () => {
    rmSync(join(team.repo.root, "out"), { recursive: true, force: true });
    const step = await team.uses("benchmark", ask, { cancelOn: /^benchmark: /, env: { RUNNER_DEBUG: "1" } });
    expect(step).toMatchObject({ exitCode: 130, outputs: { result: "error" } });
    expect(titlesOf(step)).toEqual(["HOST_INTERRUPTED"]);
    expect(team.repo.git("status", "--porcelain", "out")).toBe("");
    expect(runningChildren(join(team.folder, "actions/dist/onnx-child.js"))).toEqual([]);
  });
});

/** Command lines of processes on this machine that run a script. */
function runningChildren(script: string): readonly string[] {
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return processes.map(commandLine).filter((line) => line.includes(script));
}

function commandLine(process: string): string {
  try {
    return readFileSync(`/proc/${process}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
