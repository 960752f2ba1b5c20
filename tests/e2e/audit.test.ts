import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AuditReport } from "../../src/domain/audit.ts";
import { type GitRepo, GIT_ENV } from "../support/git-repo.ts";
import { SMALL_POLICIES } from "../support/small-policies.ts";
import { FIXED_KEY, SyntheticHistory } from "../support/synthetic-history.ts";
import { moveTo, unpacked } from "../support/unpacked-history.ts";

const BIN = resolve(import.meta.dirname, "../../bin/modelgate.js");
const run = promisify(execFile);

const SHADOW = { event: "PROMOTE_TO_SHADOW", model: "m", version: "1.0.0" } as const;
const PRODUCTION = { event: "PROMOTE_TO_PRODUCTION", model: "m", version: "1.0.0" } as const;
const CANARY = { event: "PROMOTE_TO_CANARY", model: "m", version: "1.0.0", phase: "5%" } as const;

interface Ended {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

let history: SyntheticHistory;
let repo: GitRepo;

beforeEach(() => {
  history = new SyntheticHistory({ versions: [{ id: "m", version: "1.0.0" }], policies: SMALL_POLICIES });
  history.promote(SHADOW);
  history.promote(CANARY);
  repo = unpacked(history);
});
afterEach(() => repo[Symbol.dispose]());

function modelgate(...args: readonly string[]): Promise<Ended> {
  return modelgateIn({}, args);
}

async function modelgateIn(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<Ended> {
  const options = { env: { ...GIT_ENV, NO_COLOR: "1", ...env }, cwd: repo.root };
  try {
    return { exit: 0, ...(await run(process.execPath, [BIN, ...args], options)) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { exit: code, stdout, stderr };
  }
}

async function report(...args: readonly string[]): Promise<AuditReport> {
  return JSON.parse((await modelgate("--json", "audit", ...args)).stdout) as AuditReport;
}

describe("modelgate audit", () => {
  it("tells everything about a good history as one JSON document", async () => {
    const { exit, stdout } = await modelgate("--json", "audit");
    expect(exit).toBe(0);
    await expect(stdout).toMatchFileSnapshot("../cases/audit/good-history.json");
  });

  it("tells people what is proven and what is not, and writes the report where they say", async () => {
    const file = join(repo.root, "out", "audit.md");
    const { exit, stdout } = await modelgateIn({ COLUMNS: "100" }, ["audit", "--report", file]);
    expect(exit).toBe(0);
    await expect(stdout).toMatchFileSnapshot("../cases/audit/good-history.txt");
    await expect(readFileSync(file, "utf8")).toMatchFileSnapshot("../cases/audit/good-history.md");
  });

  it("goes on from a checkpoint, and refuses a history that was rewritten behind it", async () => {
    const [file, key] = [join(repo.root, "checkpoint.json"), join(repo.root, "key.pem")];
    writeFileSync(key, FIXED_KEY.export({ format: "pem", type: "pkcs8" }), { mode: 0o600 });
    expect(await modelgate("audit", "--checkpoint", file, "--key", key)).toMatchObject({ exit: 0 });
    const first = readFileSync(file, "utf8");
    const unsigned = await modelgate("audit", "--checkpoint", file);
    expect([unsigned.exit, unsigned.stderr.trim()]).toEqual([
      0,
      `The checkpoint ${file} stays where it was: under a trust.yaml a policy-owner or the gate-bot signs it. Name the key with --key.`,
    ]);
    history.promote(PRODUCTION);
    moveTo(repo, history);
    expect(await report("--checkpoint", file, "--key", key)).toMatchObject({ audited: 1, count: 4 });
    expect(readFileSync(file, "utf8")).not.toBe(first);
    repo.git("update-ref", "refs/heads/main", history.objects.commits[1] ?? "");
    const { exit, stderr } = await modelgate("audit", "--checkpoint", file);
    expect([exit, stderr.split(" ")[0]]).toEqual([1, "AUDIT_HISTORY_REWRITTEN"]);
  });

  it("starts where it is told, and asks git how long a version was a shadow before that", async () => {
    const [, from = ""] = history.objects.commits;
    expect(await report("--from", from)).toMatchObject({ outcome: "PASS", audited: 2 });
  });

  it.each([
    [["--from", "main", "--checkpoint", "c.json"], 2, "HOST_ARGUMENT_INVALID"],
    [["--key", "key"], 2, "HOST_ARGUMENT_INVALID"],
    [["--from", "nowhere"], 2, "GIT_UNKNOWN_REVISION"],
  ])("refuses %j", async (args, exit, code) => {
    const ended = await modelgate("audit", ...args);
    expect([ended.exit, ended.stderr.split(" ")[0]]).toEqual([exit, code]);
  });

  it("answers first, and then refuses a stranger's key for the checkpoint", async () => {
    const [file, key] = [join(repo.root, "checkpoint.json"), join(repo.root, "key.pem")];
    const { privateKey } = generateKeyPairSync("ed25519");
    writeFileSync(key, privateKey.export({ format: "pem", type: "pkcs8" }), { mode: 0o600 });
    const { exit, stdout, stderr } = await modelgate("audit", "--checkpoint", file, "--key", key);
    expect([exit, existsSync(file), stderr.split(" ")[0]]).toEqual([1, false, "TRUST_KEY_UNKNOWN"]);
    expect(stdout).toContain("Every commit stands.");
    const json = await modelgate("--json", "audit", "--checkpoint", file, "--key", key);
    expect([json.exit, json.stderr.split(" ")[0]]).toEqual([1, "TRUST_KEY_UNKNOWN"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ outcome: "PASS", count: 3, problems: [] });
  });

  it("answers also where its report cannot be written", async () => {
    const { exit, stdout, stderr } = await modelgate(
      "--json",
      "audit",
      "--report",
      join(repo.root, ".git/HEAD/x"),
    );
    expect([exit, /^\S+ {2}(FILE_\w+) /.exec(stderr)?.[1]]).toEqual([3, "FILE_NOT_WRITTEN"]);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "PASS" });
  });

  it("leaves the checkpoint where it was when something fails", async () => {
    const file = join(repo.root, "checkpoint.json");
    history.decide(PRODUCTION);
    history.commit("unsigned\n", null);
    moveTo(repo, history);
    const { exit, stdout, stderr } = await modelgate("audit", "--checkpoint", file);
    expect([exit, existsSync(file)]).toEqual([1, false]);
    expect(stdout).toContain("AUDIT_UNSIGNED");
    expect(stderr).toContain(`No checkpoint ${file} is written: not every commit stands.`);
  });

  it("has a verdict on a branch without commits", async () => {
    repo.git("symbolic-ref", "HEAD", "refs/heads/unborn");
    const { exit, stderr } = await modelgate("audit");
    expect([exit, stderr.split(" ")[0]]).toEqual([2, "GIT_NO_COMMITS"]);
  });
});
