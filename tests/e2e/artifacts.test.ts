import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openArtifacts } from "../../src/adapters/artifact/artifacts.ts";
import type { ArtifactFiles, Artifacts, StoredArtifact } from "../../src/ports/artifacts.ts";
import { digestOf, isDigest } from "../../src/domain/digest.ts";
import type { RawSamples } from "../../src/measure/latency/raw-samples.ts";
import { RETENTION_FILE } from "../../src/domain/policy-files.ts";
import { forecasts, type Forecasts, ORT_DIR, titlesOf, type UsesOptions } from "../support/forecasts.ts";
import { type LoopbackGithub, startGithub } from "../support/github/index.ts";
import type { With } from "../support/runner/environment.ts";
import type { StepResult } from "../support/runner/step-result.ts";

const ENGINE = { "ort-dir": ORT_DIR };
const MODEL = "flight-delay@1.0.0";
const BRANCH = "promote/prod/flight-delay";
const DAY_MS = 86_400_000;

let github: LoopbackGithub;
let team: Forecasts;
let run = "";
let runs = 0;

beforeAll(async () => {
  github = await startGithub();
  team = forecasts([MODEL]);
});
afterAll(async () => {
  team[Symbol.dispose]();
  await github[Symbol.asyncDispose]();
});
afterEach(() => void (run = ""));

/** What the runner tells an action about the service; each test is a workflow run of its own. */
function service(): Readonly<Record<string, string>> {
  if (run === "") run = `run-${(runs += 1)}`;
  return {
    ACTIONS_RUNTIME_TOKEN: github.runtimeToken(run),
    ACTIONS_RESULTS_URL: github.resultsUrl,
    GITHUB_SERVER_URL: "http://github.localhost",
    GITHUB_RUN_ID: "4711",
  };
}

function uses(action: string, given: With, about: UsesOptions = {}): Promise<StepResult> {
  return team.uses(
    action,
    { ...ENGINE, ...given },
    { eventName: "workflow_dispatch", ...about, server: service() },
  );
}

function artifacts(): Artifacts {
  return openArtifacts({ env: { ...process.env, ...service() }, signal: new AbortController().signal });
}

/** What the service holds of this run, without asking through the client. */
function storedNow(): readonly StoredArtifact[] {
  const ours = github.artifacts.filter((one) => one.run === run);
  return ours.map(({ id, name, content, digest }) => ({
    id,
    name,
    size: content?.length ?? 0,
    digest: isDigest(digest) ? digest : null,
  }));
}

async function theOne(): Promise<ArtifactFiles> {
  const [one, ...more] = storedNow();
  expect(more).toEqual([]);
  return artifacts().download(one!, { bytes: 2 ** 24, files: 100 });
}

const json = (files: ArtifactFiles, path: string): unknown =>
  JSON.parse(Buffer.from(files.get(path)!).toString());

function retention(critical: number, daily: number): string {
  const classes = `classes:\n  critical: { days: ${critical} }\n  daily: { days: ${daily} }\n`;
  return `apiVersion: modelgate/v1\nkind: RetentionPolicy\n${classes}`;
}

/** The job's side of a pull request. */
function pullRequest(head: string): UsesOptions {
  const path = join(team.folder, "event.json");
  const at = (revision: string): { sha: string } => ({ sha: team.repo.git("rev-parse", revision) });
  writeFileSync(path, JSON.stringify({ pull_request: { number: 7, base: at("main"), head: at(head) } }));
  return { env: { GITHUB_EVENT_PATH: path }, eventName: "pull_request" };
}

describe("an action that measures", () => {
  it("stores its report, its evidence and every timed call, and says where and for how long", async () => {
    const step = await uses("benchmark", { model: MODEL, seed: 7 });
    expect(titlesOf(step).filter((title) => title.startsWith("ARTIFACT"))).toEqual([]);
    const [stored] = github.artifacts.filter((one) => one.run === run);
    const { name, digest, expiresAt, createdAt } = stored!;
    expect(name).toMatch(/^modelgate-benchmark-flight-delay_1\.0\.0_none_\d{8}T\d{6}Z_[0-9a-f]{8}$/);
    expect(step.outputs).toMatchObject({
      "artifact-name": name,
      "artifact-digest": digest,
      "artifact-url": `http://github.localhost/acme/forecasts/actions/runs/4711/artifacts/${stored!.id}`,
    });
    expect(step.summary).toContain(`artifact ${name}, ${digest}, kept for 30 days.`);
    expect(Math.round((Date.parse(expiresAt!) - Date.now()) / DAY_MS)).toBe(30);
    expect(createdAt).toBeDefined();

    const files = await theOne();
    expect([...files.keys()].sort()).toEqual(["benchmark.json", "report.md", "run.json", "samples.json"]);
    expect(digestOf(files.get("benchmark.json")!)).toBe(step.outputs["evidence-digest"]);
    expect(json(files, "run.json")).toMatchObject({
      kind: "benchmark",
      subject: MODEL,
      commit: team.repo.git("rev-parse", "HEAD"),
      repository: "acme/forecasts",
      workflow_run: "4711",
      attempt: 1,
    });
    const samples = json(files, "samples.json") as RawSamples;
    expect(samples).toMatchObject({ unit: "ms", model_id: "flight-delay", version: "1.0.0" });
    const [one, thirtyTwo] = samples.processes[0]!.batches;
    expect([one?.rows, thirtyTwo?.rows]).toEqual([1, 32]);
    expect(one).toMatchObject({ live: null });
    expect(one?.candidate).toHaveLength(200);
    expect(one?.candidate?.every((ms) => ms > 0)).toBe(true);

    const secret = service()["ACTIONS_RUNTIME_TOKEN"]!;
    expect(JSON.stringify([step, [...files.values()].map(String)])).not.toContain(secret);
  });

  it("keeps its answer when the service refuses, and warns with a code", async () => {
    github.faults.refuse({
      on: "artifact CreateArtifact",
      status: 403,
      message: "Artifact storage quota has been hit.",
    });
    const step = await uses("parity", { model: MODEL });
    expect(step).toMatchObject({ exitCode: 0, outputs: { result: "pass", "artifact-name": "" } });
    expect(step.annotations.map(({ type, properties }) => [type, properties["title"]])).toEqual([
      ["warning", "ARTIFACT_UPLOAD_FAILED"],
    ]);
    expect(storedNow()).toEqual([]);
  });

  it("takes the time from the base of a pull request, never from its head", async () => {
    team.repo.git("checkout", "-q", "-b", "impatient");
    team.repo.commit({ [RETENTION_FILE]: retention(1, 1) }, "forget at once");
    const step = await uses("parity", { model: MODEL }, pullRequest("impatient"));
    expect(step.summary).toContain("kept for 30 days.");
    const alone = await uses("parity", { model: MODEL });
    expect(alone.summary).toContain("kept for 1 day.");
    team.repo.git("checkout", "-q", "main");
  });

  it("tells a retention policy that cannot be read, and keeps what was measured all the same", async () => {
    team.repo.git("checkout", "-q", "-b", "broken");
    team.repo.commit({ [RETENTION_FILE]: retention(0, 30) }, "no days");
    const step = await uses("parity", { model: MODEL });
    team.repo.git("checkout", "-q", "main");
    expect(step).toMatchObject({ exitCode: 0, outputs: { result: "pass" } });
    expect(step.annotations).toMatchObject([
      {
        type: "warning",
        properties: { title: "DOCUMENT_VALUE_INVALID", file: RETENTION_FILE, line: "4", col: "21" },
      },
    ]);
    expect(step.summary).toContain("kept for 30 days.");
  });

  it("stores nothing when nobody wants it", async () => {
    const step = await uses("parity", { model: MODEL, upload: false });
    expect(step).toMatchObject({ exitCode: 0, annotations: [], outputs: { "artifact-name": "" } });
    expect(storedNow()).toEqual([]);
  });
});

describe("an action that judges", () => {
  const asked = { model: MODEL, event: "PROMOTE_TO_SHADOW", environment: "prod" };

  it("keeps the whole pack, as long as the base's policy says", async () => {
    team.repo.git("checkout", "-q", "-b", "short");
    team.repo.commit({ [RETENTION_FILE]: retention(14, 3) }, "short retention");
    const step = await uses("gate", asked);
    team.repo.git("checkout", "-q", "main");
    expect(step.summary).toContain("kept for 14 days.");
    const files = await theOne();
    expect([...files.keys()]).toEqual(expect.arrayContaining(["pack.json", "parity.json", "verdict.json"]));
    expect(digestOf(files.get("pack.json")!)).toBe(step.outputs["evidence-digest"]);
  });

  it("fans in what other jobs of the run stored for this very commit, and nothing that is missing", async () => {
    const promoted = await uses("promote", { ...asked, reason: "first", upload: false });
    expect(promoted.outputs).toMatchObject({ result: "pass" });
    const event = pullRequest(BRANCH);
    const needs = JSON.stringify({ plan: { result: "success" }, measure: { result: "success" } });
    const fanIn = (): Promise<StepResult> => uses("check", { "fan-in": true, needs }, event);
    expect(titlesOf(await fanIn())).toContain("CHECK_LEG_MISSING");

    expect((await uses("parity", { model: MODEL }, event)).outputs["result"]).toBe("pass");
    const step = await fanIn();
    expect(step).toMatchObject({ exitCode: 0, outputs: { result: "pass", kind: "promotion" } });
    expect(step.outputs["artifact-name"]).toMatch(/^modelgate-check-[0-9a-f]{12}_/);

    // The same run measures again, for the commit that was the head before.
    expect((await uses("parity", { model: MODEL }, pullRequest("main"))).outputs["result"]).toBe("pass");
    pullRequest(BRANCH);
    const mixed = await fanIn();
    expect(mixed).toMatchObject({ exitCode: 2, outputs: { result: "error" } });
    expect(titlesOf(mixed)).toEqual(["ARTIFACT_RUN_MISMATCH"]);
  });

  it("cannot fan in where there are no artifacts", async () => {
    const step = await team.uses("check", { "fan-in": true }, pullRequest("main"));
    expect(step).toMatchObject({ exitCode: 2, outputs: { result: "error" } });
    expect(titlesOf(step)).toEqual(["ARTIFACT_SERVICE_MISSING"]);
    const both = await uses("check", { "fan-in": true, evidence: "legs" }, pullRequest("main"));
    expect(titlesOf(both)).toEqual(["ARTIFACT_FAN_IN_TWICE"]);
  });
});
