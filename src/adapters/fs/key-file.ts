import { createPrivateKey, type KeyObject } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { gateError } from "../../errors.ts";
import { fileError } from "./file-error.ts";

/** Larger than any key, certificate or bundle of keys that somebody names. */
const LIMIT = 1024 * 1024;

/**
 * A small file that the user named, wherever it lies; links are followed, because secrets are mounted as links, and pipes
 * are read. Never more than the limit is, whatever the file says of its size. FILE_*.
 */
export function readNamedFile(path: string, limit: number = LIMIT): Uint8Array {
  try {
    const bytes = readAtMost(path, limit + 1);
    if (bytes.length <= limit) return bytes;
  } catch (error) {
    throw fileError(error, path, "read");
  }
  throw gateError("FILE_TOO_LARGE", `At most ${limit} bytes are read.`, { where: { file: path } });
}

function readAtMost(path: string, most: number): Buffer {
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(Math.min(most, 64 * 1024));
    const parts: Buffer[] = [];
    for (let left = most; left > 0;) {
      const count = readSync(file, buffer, 0, Math.min(left, buffer.length), null);
      if (count === 0) break;
      parts.push(Buffer.from(buffer.subarray(0, count)));
      left -= count;
    }
    return Buffer.concat(parts);
  } finally {
    closeSync(file);
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
