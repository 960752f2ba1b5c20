import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { With } from "../../../support/runner/environment.ts";
import { makeJob } from "../../../support/runner/job.ts";
import { runAction } from "../../../support/runner/run-action.ts";
import type { StepResult } from "../../../support/runner/step-result.ts";

const ACTION = `
inputs:
  model-id: { required: true }
  two words: { default: 2 }
  flag: { default: false }
  token: { default: "\${{ github.token }}" }
outputs: { result: {} }
runs: { using: node24, main: main.mjs }
`;

let folder: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "modelgate-runner-")));
  await mkdir(join(folder, "action"));
  await mkdir(join(folder, "workspace"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(
  code: string,
  given: With = {},
  more: { yaml?: string; cancelOn?: RegExp } = {},
): Promise<StepResult> {
  const actionFolder = join(folder, "action");
  await writeFile(join(actionFolder, "action.yml"), more.yaml ?? ACTION);
  await writeFile(
    join(actionFolder, "main.mjs"),
    `import { appendFileSync as add } from "node:fs";\nconst env = process.env;\n${code}`,
  );
  const job = makeJob(folder, { workspace: join(folder, "workspace"), actionFolder });
  return runAction({ job, with: given, ...(more.cancelOn ? { cancelOn: more.cancelOn } : {}) });
}

describe("the mini-runner", () => {
  it("passes inputs as the runner does: upper case, spaces to underscores, hyphens kept, defaults as text", async () => {
    const inputs =
      'JSON.stringify(Object.fromEntries(Object.entries(env).filter(([k]) => k.startsWith("INPUT_"))))';
    const step = await run(`add(env.GITHUB_OUTPUT, "inputs=" + ${inputs} + "\\n");`, {
      "model-id": "a",
      extra: true,
    });
    expect(JSON.parse(step.outputs["inputs"]!)).toEqual({
      "INPUT_MODEL-ID": "a",
      INPUT_TWO_WORDS: "2",
      INPUT_FLAG: "false",
      INPUT_TOKEN: "ghs_0123456789abcdefghijklmnopqrstuvwxyz",
      INPUT_EXTRA: "true",
    });
    expect(step.annotations.map((a) => a.message)).toEqual([
      "Unexpected input(s) 'extra', valid inputs are ['model-id', 'two words', 'flag', 'token']",
    ]);
  });

  it("does not enforce `required: true`, as the runner does not", async () => {
    expect((await run("")).conclusion).toBe("success");
  });

  it("starts Node 24 in the workspace, without the environment of this process", async () => {
    process.env["MODELGATE_LEAK"] = "leak";
    const step = await run("console.log(process.versions.node, process.cwd(), env.MODELGATE_LEAK);");
    delete process.env["MODELGATE_LEAK"];
    expect(step.text).toMatch(/^24\.\S+ .*\/workspace undefined$/);
  });

  it("masks the job's token", async () => {
    expect((await run("console.log(env.INPUT_TOKEN); console.error(env.INPUT_TOKEN);")).text).toBe(
      "***\n***",
    );
  });

  it("reads outputs, state, environment and summary from the files", async () => {
    const code = `
      add(env.GITHUB_OUTPUT, "result<<X\\npass\\nX\\n");
      add(env.GITHUB_STATE, "pid=1\\n");
      add(env.GITHUB_ENV, "MODE=fast\\n");
      add(env.GITHUB_STEP_SUMMARY, "# Gate\\n");`;
    expect(await run(code)).toMatchObject({
      outputs: { result: "pass" },
      state: { pid: "1" },
      env: { MODE: "fast" },
      summary: "# Gate\n",
      conclusion: "success",
    });
  });

  it("drops a summary over 1 MiB with an error, and the step stays green", async () => {
    const step = await run('add(env.GITHUB_STEP_SUMMARY, "x".repeat(1024 * 1024 + 1));');
    expect(step).toMatchObject({ summary: "", conclusion: "success" });
    expect(step.annotations[0]?.message).toContain("GITHUB_STEP_SUMMARY upload aborted");
  });

  it("keeps a summary of exactly 1 MiB", async () => {
    expect((await run('add(env.GITHUB_STEP_SUMMARY, "x".repeat(1024 * 1024));')).summary).toHaveLength(
      1024 * 1024,
    );
  });

  it.each([
    ["a broken output file", 'add(env.GITHUB_OUTPUT, "nonsense\\n");'],
    ["outputs over 1 MB", 'add(env.GITHUB_OUTPUT, "a=" + "x".repeat(1024 * 1024 + 1) + "\\n");'],
    ["an exit code", "process.exitCode = 3;"],
    ["a crash", 'throw new Error("boom");'],
    ["a signal", 'process.kill(process.pid, "SIGKILL");'],
    ["a disabled command on stderr", 'console.error("::set-env name=A::b");'],
  ])("fails the step on %s", async (_what, code) => {
    expect(await run(code)).toMatchObject({ conclusion: "failure", outputs: {} });
  });

  it("reads commands after a lone carriage return", async () => {
    expect((await run('console.log("50%\\r::set-output name=result::pass");')).outputs).toEqual({
      result: "pass",
    });
  });

  it("cancels with SIGINT", async () => {
    const code =
      'process.on("SIGINT", () => process.exit(130)); console.log("ready"); setInterval(() => {}, 1000);';
    expect((await run(code, {}, { cancelOn: /ready/ })).exitCode).toBe(130);
  });

  it("starts nothing but node24", async () => {
    await expect(run("", {}, { yaml: ACTION.replace("node24", "node20") })).rejects.toThrow("node20");
  });
});
