import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatJson } from "../../src/domain/document/format.ts";
import { apply } from "../../src/ledger/apply.ts";
import { formatLedger, GENESIS } from "../../src/ledger/ledger-text.ts";
import { GIT_ENV, type GitRepo, gitRepo } from "../support/git-repo.ts";
import { MANIFEST } from "../support/sample-manifest.ts";
import { ENVIRONMENTS, toShadow } from "../support/transitions.ts";
import { testKey } from "../support/trust.ts";

const BIN = resolve(import.meta.dirname, "../../bin/modelgate.js");
const DATA = `sha256:${"1".repeat(64)}`;

let repo: GitRepo;

/** A version that is live, and a trust.yaml whose change on a branch revokes its data. */
beforeAll(() => {
  repo = gitRepo();
  writeFileSync(join(repo.root, "ada.pub"), `${testKey().line}\n`);
  repo.commit({
    "deployed.json": formatLedger(apply(GENESIS, toShadow("1.0.0"), ENVIRONMENTS)),
    "models/m/1.0.0/manifest.json": formatJson({
      ...MANIFEST,
      model_id: "m",
      version: "1.0.0",
      dataset_hash: DATA,
    }),
  });
  run(["trust", "add", "ada", "--key", "ada.pub", "--roles", "policy-owner"]);
  commitTrust();
});
afterAll(() => repo[Symbol.dispose]());

function run(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const options = { cwd: repo.root, env: { ...GIT_ENV, COLUMNS: "", ...env }, encoding: "utf8" } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...words], options);
  return { status, stdout, stderr };
}

function commitTrust(): void {
  const files = ["policies/trust.yaml", ".github/allowed_signers"];
  repo.commit(Object.fromEntries(files.map((path) => [path, readFileSync(join(repo.root, path), "utf8")])));
}

/** Lines that are too wide, but for those that somebody copies: one command, one path. */
function tooWide(text: string, columns: number): readonly string[] {
  return text
    .split("\n")
    .filter((line) => line.length > columns && !/^ *(?:(?:modelgate|git) .*|\S+)$/.test(line));
}

test("what people read fits into the terminal, and what they copy is whole", () => {
  repo.git("checkout", "-q", "-b", "revoke");
  const reason = "it holds records of people who have asked for them to be deleted, as the desk says";
  const revoked = run(["trust", "revoke", "--dataset", DATA, "--reason", reason]);
  expect(revoked).toMatchObject({ status: 0, stderr: "" });
  commitTrust();
  const checked = run(["check", "--base", "main", "--head", "revoke"]);
  for (const { stdout } of [revoked, checked]) {
    expect(stdout.split("\n").filter((line) => line.includes("modelgate disable"))).toEqual([
      '    modelgate disable m@1.0.0 --env prod --reason "…"',
    ]);
    expect(tooWide(stdout, 80)).toEqual([]);
  }
  const refused = run(["check", "--base", "main", "--head", "no-such-branch"]);
  expect(refused.stderr).toContain("\n      git fetch origin\n");
});

test("COLUMNS is obeyed where there is no terminal", () => {
  const widest = (columns: string): number => {
    const { stderr } = run(["check", "--base", "main", "--head", "nowhere"], { COLUMNS: columns });
    return Math.max(...stderr.split("\n").map((line) => line.length));
  };
  expect(widest("60")).toBeLessThanOrEqual(60);
  expect(widest("1000")).toBeGreaterThan(100);
});

test("JSON is not laid out", () => {
  const { stdout } = run(["--json", "check", "--base", "main", "--head", "no-such-branch"]);
  expect(stdout.split("\n").some((line) => line.length > 100)).toBe(true);
  expect(JSON.parse(stdout)).toMatchObject({ exit: 2 });
});
