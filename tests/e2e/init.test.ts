import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GIT_ENV, type GitRepo, gitRepo } from "../support/git-repo.ts";
import { REF, ROOT } from "../support/workflows/all-workflows.ts";

const MODEL = join(ROOT, "models/flight-delay/1.0.0/model.onnx");
const INIT = ["init", "--ref", REF, "--owner", "@acme/ml"];

/** The command line as it is shipped, with the answer as JSON. */
function modelgate(repo: GitRepo, ...args: string[]) {
  const { GITHUB_TOKEN: _token, GH_TOKEN: _other, ...env } = { ...process.env, ...GIT_ENV };
  const bin = join(ROOT, "bin/modelgate.js");
  const run = spawnSync(process.execPath, [bin, "--json", ...args], {
    cwd: repo.root,
    env,
    encoding: "utf8",
  });
  return {
    exit: run.status,
    answer: run.stdout === "" ? null : (JSON.parse(run.stdout) as Record<string, unknown>),
  };
}

describe("a repository that init scaffolds", () => {
  it("passes doctor, validate and check; then doctor finds what is taken away", () => {
    using repo = gitRepo();
    const base = repo.commit({ "README.md": "A team's repository.\n" });
    const made = modelgate(repo, ...INIT, "--model", MODEL, "--as", "flight-delay@1.0.0");
    expect(made).toMatchObject({
      exit: 0,
      answer: { draft: "models/flight-delay/draft-1.0.0", leftAlone: [] },
    });
    const head = repo.commit({}, "Adopt modelgate");

    expect(modelgate(repo, "doctor")).toMatchObject({ exit: 0, answer: { result: "healthy", findings: [] } });
    expect(modelgate(repo, "validate")).toMatchObject({ exit: 0, answer: { result: "valid" } });
    const check = modelgate(repo, "check", "--base", base, "--head", head);
    expect(check).toMatchObject({ exit: 0, answer: { kind: "adoption", result: "pass" } });

    const gate = join(repo.root, ".github/workflows/model-gate.yml");
    writeFileSync(gate, readFileSync(gate, "utf8").replace("  merge_group:\n", ""));
    const found = modelgate(repo, "doctor");
    expect(found).toMatchObject({
      exit: 1,
      answer: {
        result: "findings",
        findings: [{ code: "DOCTOR_GATE_MERGE_GROUP_MISSING", where: { line: 8, pointer: "/on" } }],
      },
    });
  });

  it("is never called healthy when its settings were asked for and could not be looked at", () => {
    using repo = gitRepo();
    modelgate(repo, ...INIT);
    const asked = modelgate(repo, "doctor", "--repository", "acme/models");
    expect(asked).toMatchObject({ exit: 2, answer: { problems: [{ code: "FORGE_TOKEN_MISSING" }] } });
  });

  it("is told what is wrong by rule: the places, then once why, the remedy and an example", () => {
    using repo = gitRepo();
    modelgate(repo, ...INIT);
    rmSync(join(repo.root, ".gitattributes"));
    const bin = join(ROOT, "bin/modelgate.js");
    const { stdout } = spawnSync(process.execPath, [bin, "doctor"], {
      cwd: repo.root,
      env: { PATH: process.env["PATH"], ...GIT_ENV },
      encoding: "utf8",
    });
    expect(stdout).toBe(`.gitattributes  DOCTOR_BYTES_CONVERTED  Git may convert line endings of models/.
.gitattributes  DOCTOR_BYTES_CONVERTED  Git may convert line endings of evidence/.
.gitattributes  DOCTOR_BYTES_CONVERTED  Git may convert line endings of deployed.json.
  Git may convert line endings of files that are hashed; the same commit then has other digests on other machines.
  Switch conversion off for them in .gitattributes.
      models/**     -text
      evidence/**   -text
      deployed.json -text

3 found; 6 workflows read.
Not looked at: the repository's settings (set GITHUB_TOKEN and name it: --repository owner/name).
`);
  });

  it("with jobs of their own for measurements passes its checks too", () => {
    using repo = gitRepo();
    const base = repo.commit({ "README.md": "A team's repository.\n" });
    expect(modelgate(repo, ...INIT, "--matrix", "--merge-queue").exit).toBe(0);
    const head = repo.commit({}, "Adopt modelgate");
    expect(modelgate(repo, "doctor").exit).toBe(0);
    expect(modelgate(repo, "check", "--base", base, "--head", head).exit).toBe(0);
  });

  it("has a ledger that git archives and checks out as it is", () => {
    using repo = gitRepo();
    modelgate(repo, ...INIT);
    repo.commit({});
    const attributes = execFileSync("git", ["check-attr", "text", "deployed.json", "models/a/1.0.0/x.json"], {
      cwd: repo.root,
      env: GIT_ENV,
      encoding: "utf8",
    });
    expect(attributes).toBe("deployed.json: text: unset\nmodels/a/1.0.0/x.json: text: unset\n");
  });

  it.each([
    [["--model", MODEL], "INIT_MODEL_UNNAMED"],
    [["--model", "/nowhere.onnx", "--as", "a@1.0.0"], "FILE_MISSING"],
    [["--model", "/", "--as", "a@1.0.0"], "FILE_NOT_REGULAR"],
    [["--model", MODEL, "--as", "a"], "HOST_ARGUMENT_INVALID"],
  ])("refuses %j with %s, and writes nothing", (args, code) => {
    using repo = gitRepo();
    expect(modelgate(repo, ...INIT, ...args)).toMatchObject({ exit: 2, answer: { problems: [{ code }] } });
    expect(repo.git("status", "--porcelain")).toBe("");
  });
});
