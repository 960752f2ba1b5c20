import { createPrivateKey, type KeyObject } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { gateError } from "../../errors.ts";
import { fileError } from "./file-error.ts";

/** Larger than any key, certificate or bundle of keys that somebody names. */
const LIMIT = 1024 * 1024;

/** A small file that the user named, wherever it lies; links are followed, because secrets are mounted as links. FILE_*. */
export function readNamedFile(path: string, limit: number = LIMIT): Uint8Array {
  try {
    const { size } = statSync(path);
    if (size > limit) {
      const message = `${size} bytes; at most ${limit} are read.`;
      throw gateError("FILE_TOO_LARGE", message, { where: { file: path } });
    }
    return readFileSync(path);
  } catch (error) {
    throw fileError(error, path, "read");
  }
}

/** A private key from PEM; `passphrase` opens an encrypted one. OMS_KEY_UNSUPPORTED, FILE_*. Never says what is in the file. */
export function readPrivateKey(path: string, passphrase: string | undefined): KeyObject {
  const pem = Buffer.from(readNamedFile(path));
  try {
    return createPrivateKey(passphrase === undefined ? pem : { key: pem, passphrase });
  } catch {
    const encrypted = pem.includes("ENCRYPTED");
    const message = encrypted
      ? "The key is encrypted, and no passphrase fits."
      : "The file holds no PEM of a private key.";
    const fix = encrypted ? { fix: "Put the passphrase into MODELGATE_KEY_PASSPHRASE." } : {};
    throw gateError("OMS_KEY_UNSUPPORTED", message, { where: { file: path }, ...fix });
  }
}
