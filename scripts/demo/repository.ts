import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sayCommand } from "./say.ts";

const PROJECT = join(dirname(fileURLToPath(import.meta.url)), "../..");

export interface DemoRepository {
  readonly root: string;
  /** Private keys, from the root: who asks signs commits with theirs. Null where there is no ssh-keygen. */
  readonly keys: { readonly asking: string; readonly approving: string } | null;
  /** Runs a verb as a user would, and stops the demo when it ends otherwise than told. */
  readonly modelgate: (words: readonly string[], expected?: { exit: number }) => void;
  /** Puts a version folder into the work tree as its author would: without a manifest. */
  readonly add: (model: string, version: string) => void;
  readonly commit: (message: string) => void;
  /** What the release manager does with a proposal. */
  readonly merge: (branch: string) => void;
}

/** A new Git repository in a temporary folder, with this project's policies and an empty ledger; signs if it can. */
export function demoRepository(): DemoRepository {
  const root = mkdtempSync(join(tmpdir(), "modelgate-demo-"));
  const git = (...words: string[]) =>
    execFileSync("git", words, { cwd: root, stdio: ["ignore", "pipe", "inherit"] }).toString();
  git("init", "--quiet", "--initial-branch=main");
  git("config", "user.name", "Ada");
  git("config", "user.email", "ada@example.org");
  const keys = throwAwayKeys(root, git);
  for (const path of ["policies", "deployed.json", ".gitattributes"])
    cpSync(join(PROJECT, path), join(root, path), { recursive: true });
  // Whom this project trusts is not whom the demo trusts.
  rmSync(join(root, "policies/trust.yaml"));
  if (keys !== null) askForApprovals(join(root, "policies/gates/production.yaml"));
  const repository = createRepository({ root, keys }, git);
  cpSync(join(PROJECT, "models/flight-delay/training"), join(root, "models/flight-delay/training"), {
    recursive: true,
  });
  repository.commit("chore: policies and an empty ledger");
  process.stdout.write(`The demo plays in ${root}\n`);
  return repository;
}

function createRepository(
  { root, keys }: Pick<DemoRepository, "root" | "keys">,
  git: (...words: string[]) => string,
): DemoRepository {
  return {
    root,
    keys,
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

/** The line about people that the policy has as a comment. */
function askForApprovals(policy: string): void {
  const text = readFileSync(policy, "utf8");
  const asking = text.replace("# requires:", "requires:").replace("#   approvals:", "  approvals:");
  if (!/^requires:\n(#.*\n)*  approvals:/m.test(asking)) throw new Error(`${policy} has no such comment.`);
  writeFileSync(policy, asking);
}

/** Git signs with SSH keys by ssh-keygen; without it nothing is signed. */
function throwAwayKeys(root: string, git: (...words: string[]) => string): DemoRepository["keys"] {
  const keys = { asking: ".git/ada-key", approving: ".git/bob-key" };
  const made = Object.values(keys).map((key) =>
    spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "throw-away", "-f", join(root, key)]),
  );
  if (made.some(({ status }) => status !== 0)) return null;
  git("config", "gpg.format", "ssh");
  git("config", "user.signingkey", join(root, keys.asking));
  git("config", "commit.gpgsign", "true");
  git("config", "gpg.ssh.allowedSignersFile", join(root, ".github/allowed_signers"));
  return keys;
}
