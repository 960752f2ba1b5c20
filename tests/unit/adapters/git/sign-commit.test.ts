import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { openGit } from "../../../../src/adapters/git/open.ts";
import { openSigner } from "../../../../src/adapters/signing/open-signer.ts";
import { REFUSALS_REF } from "../../../../src/domain/records-ref.ts";
import { gateError } from "../../../../src/errors.ts";
import { parseCommitObject } from "../../../../src/trust/commit.ts";
import { openSshLine } from "../../../../src/trust/public-key.ts";
import {
  armor,
  dearmor,
  NAMESPACES,
  parseSshSignature,
  verifySshSignature,
} from "../../../../src/trust/ssh/sshsig.ts";
import { GIT_ENV, gitRepo, type GitRepo, temporaryFolder } from "../../../support/git-repo.ts";

const open: GitRepo[] = [];
afterEach(() => open.splice(0).forEach((repo) => repo[Symbol.dispose]()));

/** A repository, and a key in a PEM file, which ssh-keygen could not sign with. */
async function scene(format = "sha1") {
  const repo = gitRepo();
  open.push(repo);
  if (format !== "sha1") {
    repo.git("init", "-q", "-b", "main", `--object-format=${format}`, join(repo.root, "other"));
    repo.git("-C", "other", "commit", "-q", "--allow-empty", "-m", "start");
  }
  const root = format === "sha1" ? repo.root : join(repo.root, "other");
  if (format === "sha1") repo.commit({ a: "1" });
  const { privateKey } = generateKeyPairSync("ed25519");
  const file = join(temporaryFolder(), "key.pem");
  writeFileSync(file, privateKey.export({ format: "pem", type: "pkcs8" }), { mode: 0o600 });
  const signer = await openSigner(file, GIT_ENV);
  const sign = async (payload: Uint8Array): Promise<string> =>
    armor(await signer.sign(payload, NAMESPACES.commit));
  return { repo, root, signer, git: await openGit(root, GIT_ENV, sign) };
}

const RECORD = {
  ref: REFUSALS_REF,
  files: new Map([["evidence/x", Buffer.from("x")]]),
  message: "Refuse\n",
} as const;

describe("a commit signed with a key that somebody names", () => {
  test.each(["sha1", "sha256"])("is good, for git and for us, in a repository of %s", async (format) => {
    const { repo, root, signer, git } = await scene(format);
    const made = await git.append({ ...RECORD, after: null });
    expect(made.signed).toBe(true);
    const raw = await git.object(made.commit);
    const commit = parseCommitObject(made.commit, raw?.bytes ?? new Uint8Array());
    const signature = parseSshSignature(dearmor(commit.signature?.armored ?? new Uint8Array()));
    const key = verifySshSignature(signature, { payload: commit.payload, namespace: "git" });
    expect(key.fingerprint).toBe(signer.key.fingerprint);
    const allowed = join(root, "allowed");
    writeFileSync(allowed, `ada namespaces="git" ${openSshLine(signer.key)}\n`);
    const verify = ["-c", `gpg.ssh.allowedSignersFile=${allowed}`, "verify-commit", made.commit];
    expect(() => repo.git("-C", root, ...verify)).not.toThrow();
  });

  test("is the same commit otherwise, and git's own set-up has no say", async () => {
    const { repo, git } = await scene();
    repo.git("config", "commit.gpgsign", "true");
    repo.git("config", "user.signingkey", "/nowhere");
    const { commit: head } = await git.head();
    const change = new Map([["b", Buffer.from("2")]]);
    const at = new Date("2026-11-20T10:00:00Z");
    const proposed = { branch: "promote/prod/m", parent: head, expected: null, change, message: "m\n", at };
    const { commit, signed } = await git.commit(proposed);
    expect(signed).toBe(true);
    expect(repo.git("log", "-1", "--format=%P %ct %s", commit)).toBe(`${head} 1795168800 m`);
    expect(repo.git("show", `${commit}:b`)).toBe("2");
  });

  test("does not appear at all when its key fails", async () => {
    const { root } = await scene();
    const git = await openGit(root, GIT_ENV, async () => {
      throw gateError("SIGNING_FAILED", "The agent is gone.");
    });
    await expect(git.append({ ...RECORD, after: null })).rejects.toMatchObject({ code: "SIGNING_FAILED" });
    expect(await git.resolve(REFUSALS_REF)).toBeUndefined();
  });
});
