import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { forecasts, type Forecasts, titlesOf } from "../support/forecasts.ts";

const VERSIONS = ["flight-delay@1.0.0", "flight-delay@1.1.0"];
const FOLDER = "models/flight-delay/1.1.0";

function at(team: Forecasts, path: string): string {
  return join(team.repo.root, path);
}

describe("the validate action", () => {
  it("passes a registry that is what its manifests say", async () => {
    using team = forecasts(VERSIONS);
    const step = await team.uses("validate", { all: true });
    expect(step).toMatchObject({
      exitCode: 0,
      outputs: { result: "pass", checked: "2", problems: "0" },
      annotations: [],
      summary: "Checked 2 versions: no problem.\n\n",
    });
  });

  it("looks only at what changed", async () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    team.add("flight-delay", "1.1.0");
    const step = await team.uses("validate", {});
    expect(step.outputs).toEqual({ result: "pass", checked: "1", problems: "0" });
    expect(step.text).toContain("Checked 1 version: no problem.");
  });

  it("annotates every problem of a tampered version, the file first", async () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    team.add("flight-delay", "1.1.0");
    appendFileSync(at(team, `${FOLDER}/model.onnx`), "\0");
    writeFileSync(at(team, `${FOLDER}/notes.pkl`), "x");
    symlinkSync("/etc/passwd", at(team, `${FOLDER}/passwd`));
    const step = await team.uses("validate", {});
    expect(step).toMatchObject({ exitCode: 1, outputs: { result: "fail", checked: "1" } });
    expect(titlesOf(step)[0]).toMatch(/^Checked 1 version: \d+ problems\.$/);
    expect(titlesOf(step)).toEqual(
      expect.arrayContaining([
        "MANIFEST_FILE_UNLISTED",
        "MANIFEST_FILE_HASH_MISMATCH",
        "MANIFEST_FILE_SIZE_MISMATCH",
        "FILE_SYMLINK",
      ]),
    );
    expect(Number(step.outputs["problems"])).toBe(step.annotations.length + step.dropped.length - 1);
    expect(step.summary).toMatch(
      /^- \S+\/manifest\.json:\d+:\d+: model\.onnx has the digest .* \(MANIFEST_FILE_HASH_MISMATCH\) {2}\n {2}Restore the file/m,
    );
  });

  it("puts a mistake in a manifest on its line and column", async () => {
    using team = forecasts(["flight-delay@1.0.0"]);
    team.add("flight-delay", "1.1.0");
    const path = at(team, `${FOLDER}/manifest.json`);
    const text = readFileSync(path, "utf8");
    const line = text.split("\n").findIndex((one) => one.includes('"model_id"')) + 1;
    writeFileSync(path, text.replace('"model_id"', '"model_idd"'));
    const step = await team.uses("validate", {});
    const unknown = step.annotations.find(({ message }) => message.includes("model_idd"));
    expect(unknown?.properties).toMatchObject({
      file: `${FOLDER}/manifest.json`,
      line: String(line),
      col: "3",
    });
  });

  it("refuses a version that was merged and edited", async () => {
    using team = forecasts(VERSIONS);
    appendFileSync(at(team, `${FOLDER}/CHANGES.md`), "one more word\n");
    const step = await team.uses("validate", {});
    expect(step.exitCode).toBe(1);
    expect(titlesOf(step)).toContain("MANIFEST_VERSION_IMMUTABLE");
  });

  it("does not take a path that names nothing for a pass", async () => {
    using team = forecasts(VERSIONS);
    const step = await team.uses("validate", { paths: `${FOLDER}\nmodels/flight-delay/9.9.9` });
    expect(step.exitCode).toBe(1);
    expect(step.annotations.at(-1)?.properties).toMatchObject({
      title: "FILE_MISSING",
      file: "models/flight-delay/9.9.9",
    });
  });

  it("works on a repository below the workspace", async () => {
    using team = forecasts(VERSIONS);
    const step = await team.uses("validate", { "working-directory": "models/flight-delay", all: "true" });
    expect(step.outputs["checked"]).toBe("2");
  });

  it.each([
    [{ base: "no-such-branch" }, "GIT_UNKNOWN_REVISION"],
    [{ base: "--upload-pack=touch owned" }, "GIT_BAD_NAME"],
    [{ all: "yes" }, "HOST_INPUT_INVALID"],
  ])("refuses %j", async (given, code) => {
    using team = forecasts([]);
    const step = await team.uses("validate", given);
    expect(step).toMatchObject({ exitCode: 2, outputs: { result: "error" } });
    expect(titlesOf(step)).toEqual([code]);
  });

  it("says that a folder is no Git repository", async () => {
    using team = forecasts([]);
    team.repo.git("status");
    const step = await team.uses("validate", {}, { env: { GIT_DIR: "/nonexistent" } });
    expect(step.outputs["result"]).toBe("pass");
    mkdirSync(join(team.folder, "elsewhere"));
    const outside = await team.uses("validate", {}, { workspace: join(team.folder, "elsewhere") });
    expect(outside).toMatchObject({ exitCode: 2, outputs: { result: "error" } });
    expect(titlesOf(outside)).toEqual(["GIT_NOT_A_REPOSITORY"]);
  });
});
