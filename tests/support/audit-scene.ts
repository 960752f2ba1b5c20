import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { openGit } from "../../src/adapters/git/open.ts";
import type { AuditReport, CommitVerdict } from "../../src/domain/audit.ts";
import { audit, type AuditQuestion } from "../../src/usecases/audit/audit.ts";
import { type CheckScene, checkScene } from "./check-scene.ts";
import { GIT_ENV } from "./git-repo.ts";
import { recordedProgress } from "./parity-run.ts";

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
  audit(question?: AuditQuestion): Promise<AuditReport>;
  verdictOn(report: AuditReport, revision: string): CommitVerdict;
}

export const ALL_ROLES = ["model-signer", "evidence-signer", "release-manager", "policy-owner", "gate-bot"];

/** trust.yaml of the given principals. */
export function trustYaml(principals: readonly TestPrincipal[], version = 1): string {
  const lines = principals.flatMap(({ id, roles, keys }) => [
    `  - id: ${id}`,
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
  return `${[...head, "principals:", ...lines].join("\n")}\n`;
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
    audit: async (question = {}) => (await audit({ git, progress: recordedProgress() }, question)).report,
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

function verdictOn(report: AuditReport, commit: string): CommitVerdict {
  const found = report.commits.find((one) => one.commit === commit);
  if (!found) throw new Error(`The audit has no verdict on ${commit}.`);
  return found;
}
