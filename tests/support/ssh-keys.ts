import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./git-repo.ts";

/** Arguments of ssh-keygen for each kind of key that is accepted. */
export const SSH_KEY_TYPES = {
  ed25519: ["-t", "ed25519"],
  "ecdsa-p256": ["-t", "ecdsa", "-b", "256"],
  "ecdsa-p384": ["-t", "ecdsa", "-b", "384"],
  "ecdsa-p521": ["-t", "ecdsa", "-b", "521"],
  rsa: ["-t", "rsa", "-b", "3072"],
} as const;

export type SshKeyType = keyof typeof SSH_KEY_TYPES;

export const SSH_ENV: NodeJS.ProcessEnv = {
  PATH: process.env["PATH"],
  HOME: "/nonexistent",
  LC_ALL: "C",
  SSH_ASKPASS_REQUIRE: "never",
};

/** A real key made by ssh-keygen. */
export interface SshKeyFile {
  /** Path of the private key; the public one is `${path}.pub`. */
  readonly path: string;
  /** The line of the .pub file. */
  readonly line: string;
  /** As `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
}

/** A temporary folder of real keys; `using keys = sshKeys()` deletes it. */
export class SshKeys implements Disposable {
  readonly folder: string = temporaryFolder();
  readonly #byType = new Map<SshKeyType, SshKeyFile>();
  #made = 0;

  /** `more`: further arguments of ssh-keygen; the passphrase is empty unless given. */
  make(name: string, type: SshKeyType = "ed25519", more: readonly string[] = ["-N", ""]): SshKeyFile {
    const path = join(this.folder, `${name}-${(this.#made += 1)}`);
    this.keygen(["-q", "-C", name, ...SSH_KEY_TYPES[type], ...more, "-f", path]);
    const fingerprint = this.keygen(["-l", "-f", `${path}.pub`]).split(" ")[1] ?? "";
    return { path, line: readFileSync(`${path}.pub`, "utf8"), fingerprint };
  }

  keygen(args: readonly string[], input: Uint8Array | string = ""): string {
    return execFileSync("ssh-keygen", args, {
      cwd: this.folder,
      env: SSH_ENV,
      input,
      encoding: "utf8",
      stdio: ["pipe", "pipe", "pipe"],
    });
  }

  /** The one key of a type that is made once in this folder. */
  of(type: SshKeyType): SshKeyFile {
    const known = this.#byType.get(type) ?? this.make(type, type);
    this.#byType.set(type, known);
    return known;
  }

  /** The armored signature that ssh-keygen makes. */
  sign(key: SshKeyFile, payload: Uint8Array | string, more: readonly string[] = ["-n", "git"]): Buffer {
    return Buffer.from(this.keygen(["-q", "-Y", "sign", ...more, "-f", key.path], payload));
  }

  /** Whether `ssh-keygen -Y verify` takes an armored signature of this key for a payload. */
  accepts(
    key: SshKeyFile,
    of: { armored: Uint8Array | string; payload: Uint8Array | string; namespace: string },
  ): boolean {
    const allowed = join(this.folder, "allowed");
    const signature = join(this.folder, "signature");
    writeFileSync(allowed, `somebody ${key.line}`);
    writeFileSync(signature, of.armored);
    const args = ["-Y", "verify", "-f", allowed, "-I", "somebody", "-n", of.namespace, "-s", signature];
    try {
      this.keygen(args, of.payload);
      return true;
    } catch {
      return false;
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
