import { createPrivateKey, type KeyObject } from "node:crypto";
import { open } from "node:fs/promises";
import { gateError } from "../../errors.ts";
import { decodeBase64 } from "../../trust/base64.ts";
import { parsePublicKey, publicKeyFromWire, type PublicKey } from "../../trust/public-key.ts";
import { WireReader } from "../../trust/ssh/wire.ts";

/** What a file given as a signing key holds. `locked`: a passphrase is needed; the public half is not always readable. */
export type KeyFile =
  | { readonly kind: "pem"; readonly secret: KeyObject }
  | { readonly kind: "openssh"; readonly key: PublicKey; readonly locked: boolean }
  | { readonly kind: "public"; readonly key: PublicKey }
  | { readonly kind: "locked" };

const SIZE_LIMIT = 64 * 1024;
const OPENSSH =
  /^-----BEGIN OPENSSH PRIVATE KEY-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END OPENSSH PRIVATE KEY-----\s*$/;
const PEM = /^-----BEGIN (?:EC |RSA )?PRIVATE KEY-----\r?\n/;
const PEM_LOCKED = /^-----BEGIN ENCRYPTED PRIVATE KEY-----\r?\n|^Proc-Type: 4,ENCRYPTED/m;

/** Undefined when there is no such file. SIGNING_KEY_UNREADABLE, TRUST_KEY_*. */
export async function readKeyFile(path: string): Promise<KeyFile | undefined> {
  const text = await readText(path);
  if (text === undefined) return undefined;
  const openSsh = OPENSSH.exec(text)?.[1];
  if (openSsh !== undefined) return readOpenSsh(path, openSsh.replace(/[\r\n]/g, ""));
  if (PEM_LOCKED.test(text)) return { kind: "locked" };
  if (PEM.test(text)) return { kind: "pem", secret: importPem(path, text) };
  return { kind: "public", key: parsePublicKey(text) };
}

async function readText(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path, "r");
    // Devices and pipes say nothing of their size.
    const buffer = Buffer.alloc(SIZE_LIMIT + 1);
    let length = 0;
    for (let count = -1; count !== 0 && length < buffer.length; length += count)
      count = (await file.read(buffer, length)).bytesRead;
    if (length > SIZE_LIMIT) throw new RangeError(`it has more than ${SIZE_LIMIT} bytes`);
    return buffer.toString("latin1", 0, length);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unreadable(path, (cause as Error).message, cause);
  }
}

/** The public half and the cipher stand in the clear (OpenSSH's PROTOCOL.key). */
function readOpenSsh(path: string, base64: string): KeyFile {
  const bytes = decodeBase64(base64);
  if (!bytes) throw unreadable(path, "it is not base64");
  const reader = new WireReader(bytes, { what: `The private key ${path}`, code: "TRUST_KEY_MALFORMED" });
  if (reader.take(15).toString("latin1") !== "openssh-key-v1\0")
    throw unreadable(path, "it is no OpenSSH key");
  const cipher = reader.name();
  reader.string();
  reader.string();
  if (reader.uint32() !== 1) throw unreadable(path, "it holds more than one key");
  return { kind: "openssh", key: publicKeyFromWire(reader.string()), locked: cipher !== "none" };
}

function importPem(path: string, text: string): KeyObject {
  try {
    return createPrivateKey({ key: text, format: "pem" });
  } catch (cause) {
    throw unreadable(path, (cause as Error).message, cause);
  }
}

function unreadable(path: string, how: string, cause?: unknown) {
  return gateError("SIGNING_KEY_UNREADABLE", `The signing key ${path} cannot be read: ${how}.`, { cause });
}
