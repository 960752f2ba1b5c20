import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { forecasts, type Forecasts, ORT_DIR } from "../support/forecasts.ts";

const BIN = resolve(import.meta.dirname, "../../bin/modelgate.js");

let team: Forecasts;

beforeAll(() => {
  team = forecasts(["flight-delay@1.0.0", "flight-delay@1.2.0"]);
});

afterAll(() => team[Symbol.dispose]());

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, MODELGATE_ORT_DIR: ORT_DIR, NO_COLOR: "1" };
}

/** Runs the built command line, as a user does. */
function modelgate(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...words], {
    cwd: team.repo.root,
    env: environment(),
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

function json(...words: string[]) {
  const { status, stdout } = modelgate("--json", ...words);
  return { status, data: JSON.parse(stdout) as Record<string, unknown> };
}

const SHADOW = ["--to", "SHADOW", "--env", "prod"];

describe("the way of a version, from a terminal", () => {
  test("promote proposes one commit, and the same request again finds it", () => {
    const first = json("promote", "flight-delay@1.0.0", ...SHADOW, "--reason", "first");
    expect(first).toMatchObject({
      status: 0,
      data: { result: "proposed", created: true, branch: "promote/prod/flight-delay", revision: 1 },
    });
    const again = json("promote", "flight-delay@1.0.0", ...SHADOW, "--reason", "first");
    expect(again).toMatchObject({ status: 0, data: { created: false, commit: first.data["commit"] } });
    expect(readFileSync(String(first.data["textPath"]), "utf8")).toMatch(
      /^Promote flight\\?-delay 1\.0\.0 to SHADOW in prod: PASS\./,
    );
    expect(team.repo.git("diff", "--name-only", "main", "promote/prod/flight-delay").split("\n")).toEqual([
      "deployed.json",
      ...["integrity", "pack", "parity", "verdict"].map((name) =>
        expect.stringMatching(new RegExp(`^evidence/flight-delay/1\\.0\\.0/[^/]+/${name}\\.json$`)),
      ),
    ]);
  });

  test("status shows what waits, and after the merge what is where", () => {
    expect(modelgate("status").stdout).toContain(
      "promote/prod/flight-delay: Promote flight-delay 1.0.0 to SHADOW in prod",
    );
    team.repo.git("merge", "--quiet", "--no-ff", "--no-edit", "promote/prod/flight-delay");
    expect(json("status").data).toMatchObject({ transitions: 1, proposals: [] });
  });

  test("a broken version is refused with exit 1, the refusal is kept and shown next time", () => {
    const before = team.repo.git("rev-parse", "main");
    const refused = modelgate("promote", "flight-delay@1.2.0", "--to", "SHADOW", "--env", "staging");
    expect(refused.status).toBe(1);
    expect(refused.stdout).toMatch(
      /^Promote flight-delay 1\.2\.0 to SHADOW in staging: FAIL\. Must not merge/,
    );
    expect(team.repo.git("rev-parse", "main")).toBe(before);
    expect(team.repo.git("ls-tree", "-r", "--name-only", "refs/modelgate/refusals", "evidence")).toContain(
      "verdict.json",
    );
    const again = modelgate("gate", "flight-delay@1.2.0", "--event", "PROMOTE_TO_SHADOW", "--env", "staging");
    expect(again.stdout.replaceAll(/\s+/g, " ")).toContain(
      "Refused before: 1 (1.2.0, honest-claims, onnx-parity, parity-scale)",
    );
  });

  test("live answers with proof, and exit 1 when nothing is", () => {
    expect(modelgate("live", "flight-delay", "--env", "prod")).toMatchObject({
      status: 1,
      stdout:
        "No version of flight-delay was in production in prod.\nProved: 1 revision of flight-delay, each the one before plus its transition.\n",
    });
  });

  test("a dry run writes nothing", () => {
    const refs = team.repo.git("for-each-ref");
    expect(
      modelgate(
        "promote",
        "flight-delay@1.0.0",
        "--to",
        "CANARY",
        "--phase",
        "5%",
        "--env",
        "prod",
        "--dry-run",
      ).status,
    ).toBeLessThan(2);
    expect(team.repo.git("for-each-ref")).toBe(refs);
  });
});

describe("what goes wrong", () => {
  test.each([
    ["a verb that is not there", ["promot"], 2, "unknown command 'promot'"],
    ["its help", ["promot", "--help"], 2, "unknown command 'promot'\n(Did you mean promote?)"],
    ["its help, and options before it", ["-C", ".", "promot", "-h"], 2, "unknown command 'promot'"],
    ["help on it", ["help", "promot"], 2, "(Did you mean promote?)"],
    ["the help of a verb of trust that is not there", ["trust", "ad", "--help"], 2, "(Did you mean add?)"],
    [
      "a missing option",
      ["promote", "flight-delay@1.0.0", "--to", "SHADOW"],
      2,
      "required option '--env <name>'",
    ],
    ["a version without a number", ["promote", "flight-delay", ...SHADOW], 2, "HOST_ARGUMENT_INVALID"],
    [
      "a time that is none",
      ["live", "flight-delay", "--env", "prod", "--at", "yesterday"],
      2,
      "HOST_ARGUMENT_INVALID",
    ],
    ["a folder that is no repository", ["-C", "/", "status"], 2, "GIT_NOT_A_REPOSITORY"],
    ["a topic that is none", ["explain", "parity.max_abs_dif"], 2, "Did you mean parity.max_abs_diff?"],
    [
      "a version that is not registered",
      ["promote", "flight-delay@7.0.0", "--to", "SHADOW", "--env", "staging"],
      1,
      "GATE_VERSION_NOT_ON_BASE",
    ],
  ])("%s", (_, words, status, text) => {
    const run = modelgate(...words);
    expect(run.stderr).toContain(text);
    expect(run).toMatchObject({ status, stdout: "" });
  });

  test("errors as JSON name code, place and fix", () => {
    writeFileSync(join(team.repo.root, "models/flight-delay/1.0.0/CHANGES.md"), "edited\n");
    const { status, data } = json("validate", "models/flight-delay/1.0.0");
    expect(json("validate", "models\\flight-delay\\1.0.0")).toEqual({ status, data });
    team.repo.git("checkout", "--", "models");
    expect(status).toBe(1);
    expect(data["problems"]).toContainEqual(
      expect.objectContaining({
        code: "MANIFEST_VERSION_IMMUTABLE",
        where: { file: "models/flight-delay/1.0.0/CHANGES.md" },
      }),
    );
  });

  test("Ctrl-C in the middle of a measurement ends with 130 and leaves everything as it was", async () => {
    const refs = team.repo.git("for-each-ref");
    const child = spawn(
      process.execPath,
      [BIN, "measure", "benchmark", "flight-delay@1.0.0", "--out", "stopped"],
      {
        cwd: team.repo.root,
        env: environment(),
      },
    );
    // Far into the measurement, whose five processes calibrate for longer than that.
    setTimeout(() => child.kill("SIGINT"), 800);
    const status = await new Promise((done) => child.once("close", (code) => done(code)));
    expect(status).toBe(130);
    expect(team.repo.git("for-each-ref")).toBe(refs);
    expect(team.repo.git("status", "--porcelain")).toBe("");
  });
});
