import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./git-repo.ts";

/** Real keys of GnuPG in a home of their own; `using gpg = new Gpg()` ends its agent and deletes it. */
export class Gpg implements Disposable {
  readonly home: string = temporaryFolder();

  get env(): NodeJS.ProcessEnv {
    return { PATH: process.env["PATH"], HOME: this.home, GNUPGHOME: this.home, LC_ALL: "C" };
  }

  run(args: readonly string[], input: Uint8Array | string = ""): Buffer {
    const options = ["--batch", "--quiet", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", ""];
    return execFileSync("gpg", [...options, ...args], {
      env: this.env,
      input,
      stdio: ["pipe", "pipe", "pipe"],
    });
  }

  /** A key that signs; its fingerprint. `more`: expiry such as `1d`, and options of gpg before the command. */
  make(
    name: string,
    algorithm: string,
    more: { readonly expire?: string; readonly options?: readonly string[] } = {},
  ): string {
    const { expire = "never", options = [] } = more;
    this.run([
      ...options,
      "--quick-generate-key",
      `${name} <${name}@example.org>`,
      algorithm,
      "sign",
      expire,
    ]);
    return this.fingerprints(name)[0] ?? "";
  }

  /** Fingerprints of the primary key and its subkeys. */
  fingerprints(name: string): string[] {
    const listed = this.run(["--with-colons", "--list-keys", `${name}@example.org`]).toString();
    return [...listed.matchAll(/^fpr:+([0-9A-F]{40}):/gm)].map((match) => match[1] ?? "");
  }

  export(fingerprint: string): string {
    return this.run(["--armor", "--export", fingerprint]).toString();
  }

  sign(fingerprint: string, payload: Uint8Array | string, options: readonly string[] = []): Buffer {
    return this.run([...options, "--local-user", `${fingerprint}!`, "--armor", "--detach-sign"], payload);
  }

  /** Revokes a key by the certificate that gpg keeps for it, in which a colon guards against using it by accident. */
  revoke(fingerprint: string): void {
    const kept = readFileSync(join(this.home, "openpgp-revocs.d", `${fingerprint}.rev`), "utf8");
    this.run(["--import"], kept.replace(":-----BEGIN", "-----BEGIN"));
  }

  /** The status keywords of `gpg --verify`, such as GOODSIG or EXPKEYSIG. */
  verify(armored: Uint8Array | string, payload: Uint8Array | string): string[] {
    const signature = join(this.home, "signature");
    writeFileSync(signature, armored);
    const { stdout } = spawnSync("gpg", ["--batch", "--status-fd", "1", "--verify", signature, "-"], {
      env: this.env,
      input: payload,
      encoding: "utf8",
    });
    return [...stdout.matchAll(/^\[GNUPG:\] (\w+)/gm)].map((match) => match[1] ?? "");
  }

  [Symbol.dispose](): void {
    spawnSync("gpgconf", ["--kill", "all"], { env: this.env });
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** The armor in which gpg puts a signature's bytes, without its checksum. */
export function armorOpenPgp(bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN PGP SIGNATURE-----\n\n${lines.join("\n")}\n-----END PGP SIGNATURE-----\n`;
}
