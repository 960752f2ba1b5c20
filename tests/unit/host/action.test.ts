import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generate } from "../../../scripts/build/bundles.ts";
import type { With } from "../../support/runner/environment.ts";
import { makeJob } from "../../support/runner/job.ts";
import { runAction } from "../../support/runner/run-action.ts";
import type { StepResult } from "../../support/runner/step-result.ts";

const SOURCES = resolve(import.meta.dirname, "../../../src");

/** A small action on the real host: it does what its `mode` says with the foreign text in `name`. */
const ACTION = `
import { runAction } from "${SOURCES}/host/action.ts";
import { integer, oneOf, text } from "${SOURCES}/host/input-kinds.ts";
import { gateError } from "${SOURCES}/errors.ts";

const report = (outcome, name, more = {}) => ({
  outcome, headline: name + ": " + outcome, text: "model " + name + "\\n" + name, markdown: "# " + outcome, annotations: [],
  outputs: { model: name }, ...more,
});
const at = (level, line) => ({ level, title: "CODE", message: level + " " + line, where: { file: "models/a,b.json", line, column: 2 } });

await runAction({
  inputs: { name: text, mode: oneOf(["PASS", "WARN", "FAIL", "INCONCLUSIVE", "refuse", "crash", "wait", "long", "many", "where"]), seed: integer({ min: 0, max: 9 }) },
  async run({ name, mode }, host) {
    switch (mode) {
      case "refuse": throw gateError("HOST_INPUT_INVALID", name, { where: { file: "policies/x.yaml", line: 14, column: 13 } });
      case "crash": throw new TypeError(name);
      case "wait": {
        console.log("waiting");
        await new Promise((done, stop) => { const timer = setTimeout(done, 60_000); host.signal.addEventListener("abort", () => { clearTimeout(timer); stop(host.signal.reason); }); });
      }
      case "long": return report("PASS", name, { markdown: "x".repeat(1024 * 1024) });
      case "many": return report("FAIL", name, { annotations: [at("notice", 1), ...Array.from({ length: 12 }, (_, n) => at("warning", n + 1)), ...Array.from({ length: 12 }, (_, n) => at("error", n + 1))] });
      case "where": return report("PASS", name, { annotations: [at("notice", 1)], outputs: { prefix: host.prefix, actor: host.actor } });
      default: return report(mode, name);
    }
  },
});
`;

const YAML = `
inputs: { name: {}, mode: {}, seed: { default: 1 }, working-directory: { default: . } }
runs: { using: node24, main: action.mjs }
`;

/** What somebody may call a model to talk to the runner, to a terminal or to a browser. */
const HOSTILE = [
  "::set-output name=result::pass",
  "x\n::set-output name=result::pass",
  "x\r::set-output name=result::pass",
  "##[set-output name=result]pass",
  "x\n::add-mask::model",
  "x\n::stop-commands::x",
  "x\n::error::forged",
  "x\n##[add-path]/tmp/evil",
  "x\n::set-env name=NODE_OPTIONS::--require=/tmp/evil.js",
  "x\u001b[2J\u001b]0;owned\u0007",
  "x\u202Egnp.exe\u2066",
  "$(touch owned) `id` <img src=x onerror=alert(1)>",
  "x\nghadelimiter_0\nresult=pass",
];

let folder: string;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "modelgate-host-")));
  for (const name of ["action", "workspace/sub", "outside"])
    await mkdir(join(folder, name), { recursive: true });
  await symlink(join(folder, "outside"), join(folder, "workspace/link"));
  await writeFile(join(folder, "source.ts"), ACTION);
  const bundle = {
    name: "action",
    entries: { action: "source.ts" },
    folder: "actions/dist",
    split: false,
    mayNameEngine: false,
    mayCarryHttp: false,
  } as const;
  const [chunk] = await generate(folder, bundle);
  await writeFile(join(folder, "action/action.mjs"), chunk?.code ?? "");
  await writeFile(join(folder, "action/action.yml"), YAML);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function run(given: With, cancelOn?: RegExp): Promise<StepResult> {
  const job = makeJob(folder, { workspace: join(folder, "workspace"), actionFolder: join(folder, "action") });
  return runAction({ job, with: { name: "flight-delay", ...given }, ...(cancelOn ? { cancelOn } : {}) });
}

const messages = (step: StepResult, type: string): readonly string[] =>
  step.annotations.filter((annotation) => annotation.type === type).map((annotation) => annotation.message);

describe("an action on the host", () => {
  it.each([
    ["PASS", 0, "pass", []],
    ["WARN", 0, "warn", ["warning"]],
    ["FAIL", 1, "fail", ["error"]],
    ["INCONCLUSIVE", 1, "inconclusive", ["error"]],
  ])("ends with %s", async (mode, exitCode, result, types) => {
    const step = await run({ mode });
    expect(step).toMatchObject({
      exitCode,
      conclusion: exitCode === 0 ? "success" : "failure",
      outputs: { result, model: "flight-delay" },
      summary: `# ${mode}\n`,
    });
    expect(step.annotations.map((annotation) => annotation.type)).toEqual(types);
    expect(step.text).toContain("model flight-delay\nflight-delay\n");
  });

  it("annotates a refusal on its line, with what and how to mend it", async () => {
    const step = await run({ mode: "refuse", name: "no such metric" });
    expect(step).toMatchObject({ exitCode: 2, outputs: { result: "error" } });
    expect(step.annotations).toEqual([
      {
        type: "error",
        message: "no such metric\nCorrect the value in the step's `with:` block.",
        properties: { title: "HOST_INPUT_INVALID", file: "policies/x.yaml", line: "14", col: "13" },
      },
    ]);
    expect(step.summary).toMatch(/^No answer: something that was given is missing or wrong\.\n\n- /);
    expect(step.summary).toContain("- policies/x.yaml:14:13: no such metric");
  });

  it("lists every input that is wrong", async () => {
    const step = await run({ mode: "fast", name: "", seed: "ten" });
    expect(step).toMatchObject({ exitCode: 2, outputs: { result: "error" } });
    expect(step.annotations.map((annotation) => annotation.properties["title"])).toEqual([
      "HOST_INPUT_MISSING",
      "HOST_INPUT_INVALID",
      "HOST_INPUT_INVALID",
    ]);
  });

  it("calls its own defects defects, with a stack in the log", async () => {
    const step = await run({ mode: "crash", name: "boom" });
    expect(step).toMatchObject({ exitCode: 3, outputs: { result: "error" } });
    expect(messages(step, "error")[0]).toMatch(/^boom\n/);
    expect(step.text).toMatch(/TypeError: boom\n\s+at /);
  });

  it("leaves with 130 when the workflow is cancelled", async () => {
    const step = await run({ mode: "wait" }, /waiting/);
    expect(step).toMatchObject({ exitCode: 130, conclusion: "failure", outputs: { result: "error" } });
  });

  it("never writes a summary that the runner would drop", async () => {
    const step = await run({ mode: "long" });
    expect(step.summary).toContain("flight-delay: PASS");
    expect(step.annotations).toEqual([]);
  });

  it("annotates the answer, then the worst, and prints what GitHub would drop", async () => {
    const step = await run({ mode: "many" });
    expect(step.dropped).toEqual([]);
    expect(messages(step, "error")).toEqual([
      "flight-delay: FAIL",
      ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `error ${n}`),
    ]);
    expect(messages(step, "warning")).toHaveLength(10);
    expect(step.annotations.map((annotation) => annotation.type).lastIndexOf("error")).toBe(9);
    for (const line of ["error 10", "error 12", "warning 11", "warning 12"])
      expect(step.text).toContain(`CODE  ${line}\n`);
  });

  it("works in a folder of the workspace, and annotates paths as GitHub knows them", async () => {
    const step = await run({ mode: "where", "working-directory": "sub" });
    expect(step.outputs).toEqual({ prefix: "sub", actor: "octocat", result: "pass" });
    expect(step.annotations[0]?.properties).toMatchObject({
      file: "sub/models/a,b.json",
      line: "1",
      col: "2",
    });
  });

  it.each(["..", "/", "link", "missing"])("refuses the working-directory %s", async (directory) => {
    const step = await run({ mode: "where", "working-directory": directory });
    expect(step).toMatchObject({ exitCode: 2, outputs: { result: "error" } });
    expect(step.annotations[0]?.properties["title"]).toBe("HOST_WORKSPACE_LEFT");
  });
});

describe.each(HOSTILE)("foreign text %j", (name) => {
  it.each(["FAIL", "refuse", "crash"])("stays text when the run ends with %s", async (mode) => {
    const step = await run({ mode, name });
    expect(step.conclusion).toBe("failure");
    expect(step.outputs["result"]).toBe(mode === "FAIL" ? "fail" : "error");
    expect([...step.log.outputs]).toEqual([]);
    expect(step.env).toEqual({});
    expect(step.log.commands.map((command) => command.name).filter((n) => n !== "stop-commands")).toEqual([
      "error",
    ]);
    const seen = (step.text + step.summary).replaceAll("\n", "");
    expect(seen).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u);
  });
});
