import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { openGit } from "../../src/adapters/git/open.ts";
import type { AuditReport, CommitVerdict } from "../../src/domain/audit.ts";
import type { AuditQuestion } from "../../src/usecases/audit/ground.ts";
import { type CheckScene, checkScene } from "./check-scene.ts";
import type { AskedTransition } from "../../src/usecases/request.ts";
import { GIT_ENV } from "./git-repo.ts";
import { gist } from "./memory-audit.ts";
import { auditBothWays } from "./side-judges.ts";

/** A real SSH key, made by ssh-keygen. */
export interface SshKey {
  /** Path of the private key. */
  readonly path: string;
  /** The line of the .pub file. */
  readonly line: string;
  readonly fingerprint: string;
}

/** One principal of trust.yaml in a test. */
export interface TestPrincipal {
  readonly id: string;
  /** Login on GitHub. */
  readonly github?: string;
  readonly roles: readonly string[];
  readonly keys: readonly { readonly key: SshKey; readonly standing?: string }[];
}

/** A team's repository whose commits are signed by real keys. */
export interface AuditScene extends Disposable {
  readonly check: CheckScene;
  readonly root: string;
  /** Holds every role. */
  readonly ada: SshKey;
  newKey(name: string, type?: readonly string[]): SshKey;
  /** Signs what is committed from now on; null: not at all. */
  signWith(key: SshKey | null): void;
  commit(files: Readonly<Record<string, string>>, message?: string): string;
  git(...args: string[]): string;
  /** Runs git with more variables, and bytes on its standard input. */
  plumb(args: readonly string[], more?: { env?: NodeJS.ProcessEnv; input?: string | Uint8Array }): string;
  /** On a new branch from main, does something and returns to main; the branch's head. */
  aside(change: () => void): string;
  /** A real proposal of the gate, merged into main with a signed merge commit. */
  promote(ask: Partial<AskedTransition>): Promise<string>;
  audit(question?: AuditQuestion): Promise<AuditReport>;
  /** `FAIL CODE CODE` of the last commit of a line. */
  lastOf(head: string): Promise<string>;
  verdictOn(report: AuditReport, revision: string): CommitVerdict;
}

export const ALL_ROLES = ["model-signer", "evidence-signer", "release-manager", "policy-owner", "gate-bot"];

/** Who signed the sample versions, as this project's own trust.yaml names them. */
const SAMPLES = readFileSync(join(import.meta.dirname, "../../policies/trust.yaml"), "utf8")
  .split("\nprincipals:\n")[1]
  ?.trimEnd();

/** trust.yaml of the given principals, and of who signed the sample versions. */
export function trustYaml(principals: readonly TestPrincipal[], version = 1): string {
  const lines = principals.flatMap(({ id, github, roles, keys }) => [
    `  - id: ${id}`,
    ...(github === undefined ? [] : [`    github: ${github}`]),
    `    roles: [${roles.join(", ")}]`,
    `    keys:`,
    ...keys.flatMap(({ key, standing }, at) => [
      `      - id: ${id}-${at}`,
      `        fingerprint: ${key.fingerprint}`,
      `        public_key: ${key.line}`,
      ...(standing === undefined ? [] : [`        ${standing}`]),
    ]),
  ]);
  const head = [
    "apiVersion: modelgate/v1",
    "kind: TrustPolicy",
    `metadata: { version: ${version}, owners: [ml-platform] }`,
  ];
  return `${[...head, "principals:", ...lines, SAMPLES].join("\n")}\n`;
}

/** The scene after its first two commits: everything adopted at once, then trust.yaml, signed. */
export async function auditScene(versions?: readonly string[]): Promise<AuditScene> {
  const check = await checkScene(versions);
  const { repo } = check;
  const keys = mkdtempSync(join(tmpdir(), "modelgate-test-keys-"));
  const newKey = (name: string, type: readonly string[] = ["-t", "ed25519"]): SshKey =>
    makeKey(keys, name, type);
  const ada = newKey("ada");
  const git = await openGit(repo.root, GIT_ENV);
  let branches = 0;
  const scene: AuditScene = {
    check,
    root: repo.root,
    ada,
    newKey,
    signWith(key) {
      repo.git("config", "gpg.format", "ssh");
      repo.git("config", "commit.gpgsign", key === null ? "false" : "true");
      if (key) repo.git("config", "user.signingkey", key.path);
    },
    commit: (files, message) => repo.commit(files, message),
    git: (...args) => repo.git(...args),
    plumb: (args, { env = {}, input } = {}) =>
      execFileSync("git", args, {
        cwd: repo.root,
        env: { ...GIT_ENV, ...env },
        encoding: "utf8",
        stdio: ["pipe", "pipe", "pipe"],
        ...(input === undefined ? {} : { input }),
      }).trim(),
    aside(change) {
      branches += 1;
      repo.git("checkout", "-q", "-b", `aside-${branches}`, "main");
      change();
      const head = repo.git("rev-parse", "HEAD");
      repo.git("checkout", "-q", "-f", "main");
      return head;
    },
    async promote(ask) {
      check.merge(await check.propose(ask));
      return repo.git("rev-parse", "HEAD");
    },
    lastOf: async (head) => gist(lastVerdict((await scene.audit({ head })).commits)),
    audit: async (question = {}) => (await auditBothWays(git, question)).report,
    verdictOn: (report, revision) => verdictOn(report, repo.git("rev-parse", revision)),
    [Symbol.dispose]() {
      rmSync(keys, { recursive: true, force: true });
      check[Symbol.dispose]();
    },
  };
  scene.signWith(ada);
  scene.commit(
    { "policies/trust.yaml": trustYaml([{ id: "ada", roles: ALL_ROLES, keys: [{ key: ada }] }]) },
    "trust",
  );
  return scene;
}

function makeKey(folder: string, name: string, type: readonly string[]): SshKey {
  const path = join(folder, name);
  execFileSync("ssh-keygen", ["-q", ...type, "-N", "", "-C", name, "-f", path]);
  const line = readFileSync(`${path}.pub`, "utf8").trim();
  const shown = execFileSync("ssh-keygen", ["-lf", `${path}.pub`], { encoding: "utf8" });
  return { path, line, fingerprint: shown.split(" ")[1] ?? "" };
}

function lastVerdict(commits: readonly CommitVerdict[]): CommitVerdict {
  const last = commits.at(-1);
  if (!last) throw new Error("Nothing was audited.");
  return last;
}

function verdictOn(report: AuditReport, commit: string): CommitVerdict {
  const found = report.commits.find((one) => one.commit === commit);
  if (!found) throw new Error(`The audit has no verdict on ${commit}.`);
  return found;
}
