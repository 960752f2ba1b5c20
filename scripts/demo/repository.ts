import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sayCommand } from "./say.ts";

const PROJECT = join(dirname(fileURLToPath(import.meta.url)), "../..");

export interface DemoRepository {
  readonly root: string;
  /** The private key that commits are signed with, from the root; null where there is no ssh-keygen. */
  readonly key: string | null;
  /** Runs a verb as a user would, and stops the demo when it ends otherwise than told. */
  readonly modelgate: (words: readonly string[], expected?: { exit: number }) => void;
  /** Puts a version folder into the work tree as its author would: without a manifest. */
  readonly add: (model: string, version: string) => void;
  readonly commit: (message: string) => void;
  /** What the release manager does with a proposal. */
  readonly merge: (branch: string) => void;
  readonly log: () => void;
}

/** A new Git repository in a temporary folder, with this project's policies and an empty ledger; signs if it can. */
export function demoRepository(): DemoRepository {
  const root = mkdtempSync(join(tmpdir(), "modelgate-demo-"));
  const git = (...words: string[]) =>
    execFileSync("git", words, { cwd: root, stdio: ["ignore", "pipe", "inherit"] }).toString();
  git("init", "--quiet", "--initial-branch=main");
  git("config", "user.name", "Demo Release Manager");
  git("config", "user.email", "release@example.org");
  const key = signWithThrowAwayKey(root, git);
  for (const path of ["policies", "deployed.json", ".gitattributes"])
    cpSync(join(PROJECT, path), join(root, path), { recursive: true });
  // Whom this project trusts is not whom the demo trusts.
  rmSync(join(root, "policies/trust.yaml"));
  const repository = createRepository({ root, key }, git);
  cpSync(join(PROJECT, "models/flight-delay/training"), join(root, "models/flight-delay/training"), {
    recursive: true,
  });
  repository.commit("chore: policies and an empty ledger");
  process.stdout.write(`The demo plays in ${root}\n`);
  return repository;
}

function createRepository(
  { root, key }: Pick<DemoRepository, "root" | "key">,
  git: (...words: string[]) => string,
): DemoRepository {
  return {
    root,
    key,
    modelgate: (words, expected = { exit: 0 }) => runVerb(root, words, expected.exit),
    add: (model, version) => addVersion(root, `models/${model}/${version}`),
    commit: (message) => {
      git("add", "--all");
      git("commit", "--quiet", "--message", message);
    },
    merge: (branch) => {
      sayCommand(["git", "merge", "--no-ff", branch]);
      git("merge", "--quiet", "--no-ff", "--no-edit", branch);
      process.stdout.write("\n");
    },
    log: () => {
      const words = ["log", "--topo-order", "--no-merges", "--format=%h %s", "-12"];
      sayCommand(["git", ...words]);
      process.stdout.write(`${git(...words)}\n`);
    },
  };
}

function addVersion(root: string, folder: string): void {
  mkdirSync(join(root, folder), { recursive: true });
  cpSync(join(PROJECT, folder), join(root, folder), {
    recursive: true,
    filter: (source) => !source.endsWith("manifest.json"),
  });
}

function runVerb(root: string, words: readonly string[], exit: number): void {
  sayCommand(["modelgate", ...words]);
  const run = spawnSync(process.execPath, [join(PROJECT, "bin/modelgate.js"), ...words], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, MODELGATE_ORT_DIR: join(PROJECT, "node_modules") },
  });
  if (run.status !== exit) {
    process.stdout.write(
      `The demo expected exit ${exit}, got ${run.status ?? run.signal}. The repository is in ${root}\n`,
    );
    process.exit(3);
  }
  process.stdout.write("\n");
}

/** Git signs with SSH keys by ssh-keygen; without it the commits are unsigned. */
function signWithThrowAwayKey(root: string, git: (...words: string[]) => string): string | null {
  const key = ".git/demo-key";
  const made = spawnSync("ssh-keygen", [
    "-q",
    "-t",
    "ed25519",
    "-N",
    "",
    "-C",
    "throw-away",
    "-f",
    join(root, key),
  ]);
  if (made.status !== 0) return null;
  git("config", "gpg.format", "ssh");
  git("config", "user.signingkey", join(root, key));
  git("config", "commit.gpgsign", "true");
  git("config", "gpg.ssh.allowedSignersFile", join(root, ".github/allowed_signers"));
  return key;
}
