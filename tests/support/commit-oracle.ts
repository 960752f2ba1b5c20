import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { GateError } from "../../src/errors.ts";
import { parseCommitObject } from "../../src/trust/commit.ts";
import { isTrusted, judgeKey } from "../../src/trust/judge-key.ts";
import { type OpenPgpKey, verifyOpenPgp } from "../../src/trust/openpgp/signature.ts";
import type { TrustRegistry } from "../../src/trust/registry.ts";
import { dearmor, NAMESPACES, parseSshSignature, verifySshSignature } from "../../src/trust/ssh/sshsig.ts";
import { GIT_ENV, type GitRepo } from "./git-repo.ts";
import { rawCommit } from "./raw-commits.ts";
import type { SshKeyFile } from "./ssh-keys.ts";

/** Makes a commit that git signs by itself; `env`: further variables, such as a date. */
export function signedCommit(repo: GitRepo, key: SshKeyFile, env: NodeJS.ProcessEnv = {}): string {
  const settings = ["-c", "gpg.format=ssh", "-c", `user.signingKey=${key.path}`];
  execFileSync("git", [...settings, "commit", "-q", "--allow-empty", "-S", "-m", "Signed"], {
    cwd: repo.root,
    env: { ...GIT_ENV, ...env },
    stdio: "pipe",
  });
  return repo.git("rev-parse", "HEAD");
}

/** What `git log --format=%G?` says with these allowed signers; "dies" when git itself gives up. */
export function gitVerdict(
  repo: GitRepo,
  commit: string,
  allowed: string,
  env: NodeJS.ProcessEnv = {},
): string {
  const file = join(repo.root, ".git", "allowed_signers");
  writeFileSync(file, allowed);
  const settings = ["-c", `gpg.ssh.allowedSignersFile=${file}`];
  const { stdout, status } = spawnSync("git", [...settings, "log", "-1", "--format=%G?", commit], {
    cwd: repo.root,
    env: { ...GIT_ENV, ...env },
    encoding: "utf8",
  });
  return status === 0 ? stdout.trim() : "dies";
}

/** What modelgate says: "good", "unsigned", or the code of its refusal. */
export async function ownVerdict(
  repo: GitRepo,
  commit: string,
  trust: { readonly registry: TrustRegistry; readonly openPgp?: readonly OpenPgpKey[] },
): Promise<string> {
  try {
    const fingerprint = await signerOf(repo, commit, trust.openPgp ?? []);
    if (fingerprint === null) return "unsigned";
    if (trust.openPgp?.some((key) => key.fingerprint === fingerprint)) return "good";
    const judged = judgeKey(trust.registry, { fingerprint, roles: ["gate-bot"], use: "now" });
    return isTrusted(judged) ? "good" : judged.code;
  } catch (error) {
    if (error instanceof GateError) return error.code;
    throw error;
  }
}

async function signerOf(
  repo: GitRepo,
  commit: string,
  openPgp: readonly OpenPgpKey[],
): Promise<string | null> {
  const { signature, payload } = parseCommitObject(commit, rawCommit(repo, commit));
  if (!signature) return null;
  if (signature.kind === "openpgp") return verifyOpenPgp({ payload, armored: signature.armored }, openPgp);
  const parsed = parseSshSignature(dearmor(signature.armored));
  return verifySshSignature(parsed, { payload, namespace: NAMESPACES.commit }).fingerprint;
}
