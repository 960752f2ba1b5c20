import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { forecasts, type Forecasts, ORT_DIR, titlesOf, type UsesOptions } from "../support/forecasts.ts";
import type { With } from "../support/runner/environment.ts";
import { makeJob } from "../support/runner/job.ts";
import { runAction } from "../support/runner/run-action.ts";
import type { StepResult } from "../support/runner/step-result.ts";

const WITH_ENGINE = { "ort-dir": ORT_DIR };
const BRANCH = "promote/prod/flight-delay";

interface TestEvent {
  readonly name: string;
  readonly payload: unknown;
  readonly sha?: string;
}

/** The job's side of an event. */
function writeEvent(team: Forecasts, { name, payload, sha }: TestEvent): UsesOptions {
  const path = join(team.folder, "event.json");
  writeFileSync(path, JSON.stringify(payload));
  return { env: { GITHUB_EVENT_PATH: path }, eventName: name, ...(sha ? { sha } : {}) };
}

/** Runs the check as the step of a job that an event started. */
function checked(team: Forecasts, event: TestEvent, given: With = WITH_ENGINE): Promise<StepResult> {
  return team.uses("check", given, writeEvent(team, event));
}

function pullRequest(team: Forecasts, head: string, base = "main"): TestEvent {
  const at = (revision: string): { sha: string } => ({ sha: team.repo.git("rev-parse", revision) });
  return { name: "pull_request", payload: { pull_request: { number: 7, base: at(base), head: at(head) } } };
}

async function promoted(team: Forecasts, given: With = {}): Promise<void> {
  const asked = {
    model: "flight-delay@1.0.0",
    event: "PROMOTE_TO_SHADOW",
    environment: "prod",
    reason: "first",
  };
  const step = await team.uses("promote", { ...asked, ...WITH_ENGINE, ...given });
  expect(step.outputs["result"]).toBe("pass");
}

function branch(team: Forecasts, name: string, change: () => void): void {
  team.repo.git("checkout", "-q", "-b", name);
  change();
  team.repo.commit({}, name);
  team.repo.git("checkout", "-q", "main");
}

describe("the check action, from registration to production's first step", () => {
  it("registers, promotes and merges, each proven by the built bundles", async () => {
    using team = forecasts([]);
    branch(team, "register", () => team.add("flight-delay", "1.0.0"));
    const registration = await checked(team, pullRequest(team, "register"));
    expect(registration).toMatchObject({
      exitCode: 0,
      annotations: [],
      outputs: { result: "pass", kind: "registration", versions: "flight-delay@1.0.0", problems: "0" },
    });
    expect(registration.summary).toMatch(/^Register flight-delay 1\.0\.0: PASS\./);
    team.repo.git("merge", "-q", "--no-ff", "-m", "Merge register", "register");

    await promoted(team);
    const base = team.repo.git("rev-parse", "main");
    team.repo.git("checkout", "-q", "-b", "queue");
    team.repo.git("merge", "-q", "--no-ff", "-m", "Merge", BRANCH);
    const head = team.repo.git("rev-parse", "HEAD");
    team.repo.git("checkout", "-q", "main");
    const group = { merge_group: { base_sha: base, head_sha: head, head_ref: "refs/heads/x" } };
    const promotion = await checked(team, { name: "merge_group", payload: group });
    expect(promotion).toMatchObject({
      exitCode: 0,
      outputs: { result: "pass", kind: "promotion", versions: "flight-delay@1.0.0", base, head },
    });
    expect(promotion.summary).toMatch(/^Promote flight-delay 1\.0\.0 to SHADOW in prod: PASS\./);
    expect(promotion.summary).toContain("Measured again: integrity, parity.");
  });

  it("judges GitHub's merge of a pull request, when it is what was checked out", async () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    await promoted(team);
    const payload = pullRequest(team, BRANCH);
    const later = team.repo.commit({ "docs/notes.md": "the base moved\n" });
    team.repo.git("checkout", "-q", "--detach", "main");
    team.repo.git("merge", "-q", "--no-ff", "-m", "Merge", BRANCH);
    const sha = team.repo.git("rev-parse", "HEAD");
    const step = await checked(team, { ...payload, sha });
    expect(step.outputs).toMatchObject({ result: "pass", kind: "promotion", base: later, head: sha });
  });

  it("could not tell without ONNX Runtime, and blocks", async () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    await promoted(team);
    const step = await checked(team, pullRequest(team, BRANCH), {});
    expect(step).toMatchObject({ exitCode: 1, outputs: { result: "inconclusive", kind: "promotion" } });
  });

  it("passes an unrelated change explicitly, without an engine", async () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    branch(team, "docs", () => team.repo.write("README.md", "hello\n"));
    const step = await checked(team, pullRequest(team, "docs"), {});
    expect(step).toMatchObject({ exitCode: 0, annotations: [], outputs: { result: "pass", kind: "other" } });
    expect(step.summary.trim()).toBe("Nothing governed changed.");
  });

  it("refuses an edit by hand, with the command that does it properly, on the file", async () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    await promoted(team);
    team.repo.git("merge", "-q", "--no-ff", "-m", "Merge", BRANCH);
    branch(team, "hand", () => {
      const path = join(team.repo.root, "deployed.json");
      writeFileSync(path, readFileSync(path, "utf8").replace('"serving": true', '"serving": false'));
    });
    const step = await checked(team, pullRequest(team, "hand"), {});
    expect(step).toMatchObject({ exitCode: 1, conclusion: "failure", outputs: { result: "fail" } });
    expect(titlesOf(step)).toContain("CHECK_LEDGER_HAND_EDITED");
    const found = step.annotations.find(
      ({ properties }) => properties["title"] === "CHECK_LEDGER_HAND_EDITED",
    );
    expect(found?.properties["file"]).toBe("deployed.json");
    expect(found?.message).toContain('modelgate disable flight-delay@1.0.0 --env prod --reason "…"');
  });

  it("says what to fetch in a clone without the base, and what event it needs", async () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    const [unknown, head] = ["f".repeat(40), team.repo.git("rev-parse", "main")];
    const missing = await checked(team, { name: "push", payload: { before: unknown, after: head } });
    expect(missing).toMatchObject({ exitCode: 2, outputs: { result: "error" } });
    expect(titlesOf(missing)).toEqual(["GIT_UNKNOWN_REVISION"]);
    const other = await checked(team, { name: "schedule", payload: {} });
    expect(titlesOf(other)).toEqual(["CHECK_EVENT_UNUSABLE"]);
    for (const given of [{ base: "main" }, { head: "main" }] as const) {
      const half = await checked(team, pullRequest(team, "main"), given);
      expect([half.exitCode, half.outputs["result"], titlesOf(half)]).toEqual([
        2,
        "error",
        ["HOST_INPUT_MISSING"],
      ]);
    }
  });

  it("is not led astray by names in a change", async () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    branch(team, "names", () => {
      team.repo.write("models/$(touch owned)/1.0.0/manifest.json", "{}\n");
      team.repo.write("models/::error::x/1.0.0/manifest.json", "{}\n");
      team.repo.write("policies/gates/a%0A::set-output name=result::pass.yaml", "a: 1\n");
    });
    const step = await checked(team, pullRequest(team, "names"));
    expect(step).toMatchObject({ exitCode: 1, outputs: { result: "fail" } });
    expect(titlesOf(step).every((title) => /^(?:[A-Z_]+$|Registration: FAIL)/.test(title))).toBe(true);
  });
});

describe("legs and the fan-in", () => {
  it("judges what another job measured, and nothing that is missing or failed", async () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    await promoted(team);
    const event = writeEvent(team, pullRequest(team, BRANCH));
    const plan = await team.uses("plan", {}, event);
    expect(plan).toMatchObject({
      exitCode: 0,
      outputs: { result: "pass", kind: "promotion", measurements: "1" },
    });
    const { include } = JSON.parse(plan.outputs["matrix"]!) as { include: Record<string, string>[] };
    expect(include).toEqual([
      {
        model: "flight-delay",
        version: "1.0.0",
        kind: "parity",
        live: "",
        event: "PROMOTE_TO_SHADOW",
        environment: "prod",
        evidence: "flight-delay_1.0.0_parity",
      },
    ]);
    const leg = `legs/${include[0]?.["evidence"]}`;
    const measured = await team.uses("parity", { model: "flight-delay@1.0.0", out: leg, ...WITH_ENGINE });
    expect(measured.exitCode).toBe(0);
    const fanIn = (result: string): Promise<StepResult> =>
      checked(team, pullRequest(team, BRANCH), {
        evidence: "legs",
        needs: JSON.stringify({ plan: { result: "success" }, measure: { result } }),
      });
    expect((await fanIn("success")).outputs).toMatchObject({ result: "pass", kind: "promotion" });
    for (const result of ["cancelled", "skipped"]) {
      const step = await fanIn(result);
      expect(step).toMatchObject({ exitCode: 1, outputs: { result: "fail" } });
      expect(titlesOf(step)).toContain("CHECK_NEED_FAILED");
    }
    rmSync(join(team.repo.root, leg), { recursive: true });
    expect(titlesOf(await fanIn("success"))).toContain("CHECK_LEG_MISSING");
  });
});

describe("the root action", () => {
  it("runs from the root of a release", async () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    await checked(team, pullRequest(team, "main"), {});
    const [root, event] = [join(team.folder, "release"), join(team.folder, "event.json")];
    mkdirSync(root);
    cpSync("action.yml", join(root, "action.yml"));
    cpSync("actions/dist", join(root, "actions/dist"), { recursive: true });
    const job = makeJob(team.folder, {
      workspace: team.repo.root,
      actionFolder: root,
      sha: team.repo.git("rev-parse", "HEAD"),
      eventName: "pull_request",
    });
    const step = await runAction({ job, with: {}, env: { GITHUB_EVENT_PATH: event } });
    expect(step).toMatchObject({ exitCode: 0, outputs: { result: "pass", kind: "other" } });
  });
});

describe("modelgate check and plan", () => {
  const cli = (
    team: Forecasts,
    ...args: string[]
  ): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [resolve("bin/modelgate.js"), "-C", team.repo.root, ...args], {
      encoding: "utf8",
      env: { PATH: process.env["PATH"], COLUMNS: process.env["COLUMNS"] },
    });

  it("say the same from a terminal, as text and as one JSON document", async () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    await promoted(team);
    const range = ["--base", "main", "--head", BRANCH];
    const text = cli(team, "--ort-dir", ORT_DIR, "check", ...range);
    expect([text.status, text.stdout]).toEqual([
      0,
      expect.stringMatching(/^Promote flight-delay 1\.0\.0 to SHADOW in prod: PASS\./),
    ]);
    const json = cli(team, "--ort-dir", ORT_DIR, "--json", "check", ...range);
    expect(JSON.parse(json.stdout)).toMatchObject({
      result: "pass",
      kind: "promotion",
      base: team.repo.git("rev-parse", "main"),
      head: team.repo.git("rev-parse", BRANCH),
      problems: [],
      verdicts: [{ event: "PROMOTE_TO_SHADOW", outcome: "PASS" }],
    });
    expect(JSON.parse(cli(team, "--json", "plan", ...range).stdout)).toMatchObject({
      kind: "promotion",
      measurements: 1,
      matrix: { include: [{ model: "flight-delay", version: "1.0.0", kind: "parity" }] },
    });
    expect(cli(team, "plan", ...range).stdout).toBe("measure parity flight-delay@1.0.0\n");
    const failed = cli(team, "check", ...range, "--needs", '{"measure":{"result":"cancelled"}}');
    expect([failed.status, failed.stdout]).toEqual([1, expect.stringContaining("CHECK_NEED_FAILED")]);
  });

  it("leave with 0, 1 and 2", () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    branch(team, "docs", () => team.repo.write("README.md", "hello\n"));
    branch(team, "hand", () => team.repo.write("deployed.json", "{}\n"));
    const check = (head: string): [number | null, string] => {
      const { status, stdout, stderr } = cli(team, "check", "--base", "main", "--head", head);
      return [status, stdout || stderr];
    };
    expect(check("docs")).toEqual([0, "Nothing governed changed.\n"]);
    expect(check("hand")).toEqual([
      1,
      expect.stringMatching(
        /^Promotion: FAIL\. Must not merge: deployed\.json was edited by hand.* \(CHECK_LEDGER_HAND_EDITED\)/,
      ),
    ]);
    expect(check("nowhere")).toEqual([2, expect.stringContaining("GIT_UNKNOWN_REVISION")]);
    expect(cli(team, "plan", "--base", "main", "--head", "docs").stdout).toBe(
      "Nothing to measure beside the check itself (other).\n",
    );
  });
});
