import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { openGit } from "../../src/adapters/git/open.ts";
import { GENESIS } from "../../src/ledger/ledger-text.ts";
import { verifyTransition } from "../../src/ledger/verify.ts";
import { START } from "../support/decisions.ts";
import { GIT_ENV, gitRepo, type GitRepo, temporaryFolder } from "../support/git-repo.ts";
import { ENVIRONMENTS } from "../support/transitions.ts";

const CHILD = join(process.cwd(), "tests/support/propose-child.ts");
const BRANCH = "promote/prod/m";
const folders: string[] = [];
const open: GitRepo[] = [];
/** The children load the same sources again and again: what Node made of them is kept for the whole file. */
const COMPILED = temporaryFolder();
afterAll(() => rmSync(COMPILED, { recursive: true, force: true }));
afterEach(() => {
  open.splice(0).forEach((each) => each[Symbol.dispose]());
  folders.splice(0).forEach((each) => rmSync(each, { recursive: true, force: true }));
});

function repository(): GitRepo {
  const repo = gitRepo();
  open.push(repo);
  repo.commit(START);
  return repo;
}

/** A `git` that runs the real one between two pieces of shell. */
function wrappedGit(before: string, after: string): NodeJS.ProcessEnv {
  const bin = temporaryFolder();
  folders.push(bin);
  const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
  writeFileSync(
    join(bin, "git"),
    `#!/bin/sh\nHERE=${bin}\n${before}\n${real} "$@"\nEXIT=$?\n${after}\nexit $EXIT\n`,
  );
  chmodSync(join(bin, "git"), 0o755);
  return { ...GIT_ENV, PATH: `${bin}${delimiter}${GIT_ENV["PATH"]}` };
}

interface Ended {
  readonly said: string;
  readonly signal: string | null;
}

/** Runs the proposing child in a process group of its own; `onReady` may kill it. */
function propose(
  repo: GitRepo,
  of: { env?: NodeJS.ProcessEnv; version?: string; onReady?: (child: ChildProcess) => void } = {},
): Promise<Ended> {
  const { env = GIT_ENV, version = "1.0.0", onReady } = of;
  const child = spawn(process.execPath, [CHILD, version], {
    cwd: repo.root,
    // What is killed cannot tidy up: its temporary index stays where the test deletes it.
    env: { ...env, TMPDIR: join(repo.root, ".git"), NODE_COMPILE_CACHE: COMPILED },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (bytes: Buffer) => (said += bytes.toString()));
  child.stdout.on("data", (bytes: Buffer) => {
    said += bytes.toString();
    if (bytes.toString().startsWith("ready")) onReady?.(child);
  });
  return new Promise((resolve) =>
    child.on("close", (_exit, signal) => resolve({ said: said.replace("ready\n", ""), signal })),
  );
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, signal);
  } catch {
    // It ended by itself in the meantime.
  }
}

/** Whether the branch is before or after; anything in between, and any damage, fails the test. */
async function stateOf(repo: GitRepo): Promise<"before" | "after"> {
  expect(repo.git("fsck", "--strict", "--no-dangling", "--no-progress")).toBe("");
  expect(repo.git("status", "--porcelain")).toBe("");
  const git = await openGit(repo.root, GIT_ENV);
  const tip = await git.resolve(BRANCH);
  if (tip === undefined) return "before";
  const [base, head] = [await git.show("main", "deployed.json"), await git.show(tip, "deployed.json")];
  const verified = verifyTransition(base!, head!, ENVIRONMENTS);
  expect(verified.base).toEqual(GENESIS);
  expect((await git.changed("main", tip)).length).toBe(3);
  return "after";
}

/** The next run must work. A lock that a killed git left is named by the refusal, and only that stands in the way. */
async function recover(repo: GitRepo): Promise<void> {
  let { said } = await propose(repo);
  if (said.startsWith("GIT_LOCKED")) {
    const lock = /'([^']+\.lock)'/.exec(said)?.[1];
    rmSync(lock!);
    ({ said } = await propose(repo));
  }
  expect(said).toMatch(/^(created|found) [0-9a-f]{40}\n$/);
  expect(await stateOf(repo)).toBe("after");
}

describe("a proposal that is killed", () => {
  test.each([
    ["for-each-ref", "before"],
    ["config", "before"],
    ["hash-object", "before"],
    ["read-tree", "before"],
    ["update-index", "before"],
    ["write-tree", "before"],
    ["commit-tree", "before"],
    ["update-ref", "after"],
  ])("right after git %s: the repository is %s it, and the next run completes it", async (verb, state) => {
    const repo = repository();
    const ended = await propose(repo, { env: wrappedGit("", `[ "$1" = ${verb} ] && kill -9 $PPID`) });
    expect(ended).toEqual({ said: "", signal: "SIGKILL" });
    expect(await stateOf(repo)).toBe(state);
    await recover(repo);
  });

  test.each(["SIGKILL", "SIGINT"] as const)("with its whole group by %s at any moment", async (signal) => {
    const repo = repository();
    for (let round = 0; round < 8; round += 1) {
      const delay = round * 14;
      await propose(repo, { onReady: (child) => setTimeout(() => killGroup(child, signal), delay) });
      const state = await stateOf(repo);
      expect(["before", "after"]).toContain(state);
      if (state === "after") repo.git("branch", "-D", BRANCH);
      for (const lock of locks(repo)) rmSync(lock);
    }
    await recover(repo);
  });
});

test("many processes promote different versions at once: one wins, the others say so, and nothing is lost", async () => {
  const repo = repository();
  const rivals = 4;
  // Every rival waits right before it moves the branch, until all have come that far.
  const wait = `if [ "$1" = update-ref ]; then echo x >> "$HERE/here"; while [ "$(wc -l < "$HERE/here")" -lt ${rivals} ]; do sleep 0.02; done; fi`;
  const env = wrappedGit(wait, "");
  const ended = await Promise.all(
    Array.from({ length: rivals }, (_, n) => propose(repo, { env, version: `1.${n}.0` })),
  );
  const won = ended.filter(({ said }) => said.startsWith("created "));
  expect(won).toHaveLength(1);
  expect(ended.filter(({ said }) => said.startsWith("GIT_RACE_LOST "))).toHaveLength(rivals - 1);
  expect(repo.git("rev-parse", BRANCH)).toBe(won[0]?.said.split(" ")[1]?.trim());
  expect(await stateOf(repo)).toBe("after");
});

test("asking again and again leaves nothing behind", async () => {
  const repo = repository();
  await propose(repo);
  const before = readdirSync(join(repo.root, ".git"));
  for (let round = 0; round < 3; round += 1) expect((await propose(repo)).said).toMatch(/^found /);
  expect(readdirSync(join(repo.root, ".git"))).toEqual(before);
  expect(before.filter((name) => name.startsWith("modelgate-index"))).toEqual([]);
  expect(locks(repo)).toEqual([]);
});

function locks(repo: GitRepo): string[] {
  const refs = join(repo.root, ".git/refs");
  const found = existsSync(refs) ? readdirSync(refs, { recursive: true, encoding: "utf8" }) : [];
  return found.filter((path) => path.endsWith(".lock")).map((path) => join(refs, path));
}
