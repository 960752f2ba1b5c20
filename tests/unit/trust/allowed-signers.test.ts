import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatAllowedSigners } from "../../../src/trust/allowed-signers.ts";
import { SIGNERS_FILE } from "../../../src/domain/policy-files.ts";
import { GIT_ENV, type GitRepo, gitRepo } from "../../support/git-repo.ts";
import { SSH_KEY_TYPES, type SshKeyFile, SshKeys, type SshKeyType } from "../../support/ssh-keys.ts";
import { type KeyEntry, testKey, trustOf } from "../../support/trust.ts";

const keys = new SshKeys();
const made = Object.fromEntries(
  Object.keys(SSH_KEY_TYPES).map((type) => [type, keys.make(type, type as SshKeyType)]),
) as Record<SshKeyType, SshKeyFile>;
const stranger = keys.make("stranger");
const revoked = keys.make("revoked");
const retired = keys.make("retired");

const entry = (id: string, key: SshKeyFile, more: Partial<KeyEntry> = {}): KeyEntry => ({
  id,
  key: { fingerprint: key.fingerprint, line: key.line.trim().split(" ").slice(0, 2).join(" ") },
  ...more,
});
const registry = trustOf({
  principals: [
    {
      id: "ada",
      roles: ["release-manager"],
      keys: [
        ...Object.entries(made).map(([type, key]) => entry(type, key)),
        entry("retired", retired, { retired: "rotated" }),
        entry("revoked", revoked, { revoked: "stolen" }),
      ],
    },
  ],
});

describe("the list of allowed signers", () => {
  let repo: GitRepo;
  beforeAll(() => {
    repo = gitRepo();
    repo.write(SIGNERS_FILE, formatAllowedSigners(registry));
    repo.git("config", "gpg.format", "ssh");
    repo.git("config", "gpg.ssh.allowedSignersFile", SIGNERS_FILE);
  });
  afterAll(() => {
    repo[Symbol.dispose]();
    keys[Symbol.dispose]();
  });

  /** What git itself says of a commit that a key signed, at some date. */
  const verified = (key: SshKeyFile, date = "2026-11-21T12:00:00Z"): boolean => {
    const env = { ...GIT_ENV, GIT_COMMITTER_DATE: date, GIT_AUTHOR_DATE: date };
    const git = (...args: string[]) =>
      execFileSync("git", args, { cwd: repo.root, env, stdio: ["ignore", "pipe", "pipe"] });
    git("-c", `user.signingKey=${key.path}`, "commit", "-q", "--allow-empty", "-S", "-m", "signed");
    try {
      git("verify-commit", "HEAD");
      return true;
    } catch {
      return false;
    }
  };

  it.each(Object.keys(made) as SshKeyType[])("lets git accept what we accept: %s", (type) => {
    expect(verified(made[type])).toBe(true);
  });

  it("keeps the commits of a retired key, and says nothing about when", () => {
    expect(verified(retired)).toBe(true);
    expect(verified(made.ed25519, "1970-01-02T00:00:00Z")).toBe(true);
  });

  it("lets git accept neither a revoked key nor a stranger's", () => {
    expect([verified(revoked), verified(stranger)]).toEqual([false, false]);
  });

  it("is for commits alone", () => {
    const lines = formatAllowedSigners(registry)
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    expect(lines.length).toBe(6);
    expect(lines.every((line) => /^ada namespaces="git" (?:ssh|ecdsa)-\S+ \S+ \S+$/.test(line))).toBe(true);
  });

  it("writes keys from PEM as OpenSSH writes them", () => {
    const key = testKey();
    const pem = key.public.key.export({ format: "pem", type: "spki" }).toString();
    const line = `|\n${pem.trimEnd().replaceAll(/^/gm, "          ")}`;
    const one = trustOf({
      principals: [{ id: "bob", roles: ["gate-bot"], keys: [{ id: "pem", key: { ...key, line } }] }],
    });
    expect(formatAllowedSigners(one)).toContain(`\nbob namespaces="git" ${key.line} pem\n`);
  });
});
