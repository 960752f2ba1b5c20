import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { gateError, type GateError } from "../errors.ts";
import { decodeBase64 } from "./base64.ts";
import { readKeyParts, writeKeyBlob, type KeyAlgorithm } from "./key-types.ts";

/** A key's name as OpenSSH prints it: `SHA256:` and 43 characters of base64, the hash of its SSH blob. */
export type Fingerprint = `SHA256:${string}`;

export interface PublicKey {
  readonly fingerprint: Fingerprint;
  readonly algorithm: KeyAlgorithm;
  /** Size of the modulus, or of the curve's group. */
  readonly bits: number;
  /** The key as SSH writes it (RFC 4253 section 6.6); keys from PEM have the same blob as their OpenSSH form. */
  readonly blob: Uint8Array;
  readonly key: KeyObject;
}

export function isFingerprint(text: unknown): text is Fingerprint {
  return typeof text === "string" && /^SHA256:[A-Za-z0-9+/]{43}$/.test(text);
}

/** Longer texts are no key: RSA of 16384 bits takes about 3000 characters. */
const TEXT_LIMIT = 16 * 1024;
const OPENSSH_LINE = /^([!-~]+) +([!-~]+)(?: [^\r\n]*)?\r?\n?$/;
const PEM_BLOCK =
  /^-----BEGIN PUBLIC KEY-----\r?\n((?:[A-Za-z0-9+/=]{1,76}\r?\n)+)-----END PUBLIC KEY-----(?:\r?\n)?$/;

/**
 * A public key from one OpenSSH line (`ssh-ed25519 AAAA… comment`) or one PEM block (SubjectPublicKeyInfo).
 * TRUST_KEY_MALFORMED, TRUST_KEY_ALGORITHM_REFUSED, TRUST_KEY_WEAK, TRUST_KEY_HARDWARE_UNSUPPORTED,
 * TRUST_KEY_CERTIFICATE_UNSUPPORTED, TRUST_KEY_PRIVATE.
 */
export function parsePublicKey(text: string): PublicKey {
  if (text.length > TEXT_LIMIT) throw malformed(`it has ${text.length} characters`);
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    throw gateError("TRUST_KEY_PRIVATE", "The key is a private one.");
  }
  return text.startsWith("-----") ? parsePem(text) : parseOpenSshLine(text);
}

function parseOpenSshLine(text: string): PublicKey {
  const [, type, base64 = ""] = OPENSSH_LINE.exec(text) ?? [];
  if (type === undefined) throw malformed("it is not one line with a type and base64");
  const blob = decodeBase64(base64);
  if (!blob) throw malformed("its second word is not base64");
  const key = publicKeyFromWire(blob);
  if (blob.toString("latin1", 4, 4 + blob.readUInt32BE(0)) !== type) {
    throw malformed(`it says ${type}, but holds a key of another type`);
  }
  return key;
}

function parsePem(text: string): PublicKey {
  const lines = PEM_BLOCK.exec(text)?.[1];
  const der = lines === undefined ? undefined : decodeBase64(lines.replace(/[\r\n]/g, ""));
  if (!der) throw malformed("it is not one PEM block that begins with -----BEGIN PUBLIC KEY-----");
  const key = importKey({ key: der, format: "der", type: "spki" });
  if (!["ed25519", "ec", "rsa"].includes(key.asymmetricKeyType ?? "")) {
    throw gateError(
      "TRUST_KEY_ALGORITHM_REFUSED",
      `Keys of the type ${key.asymmetricKeyType} are not accepted.`,
    );
  }
  const parsed = publicKeyFromKeyObject(key);
  // Refuses trailing bytes, and curves that are spelt out instead of named.
  if (parsed.key.export({ format: "der", type: "spki" }).equals(der)) return parsed;
  throw malformed("bytes follow its end, or it is not spelt as keys of its kind are");
}

/** The public key of a key that node:crypto holds, or of the private key that it belongs to. TRUST_KEY_*. */
export function publicKeyFromKeyObject(key: KeyObject): PublicKey {
  const half = key.type === "private" ? createPublicKey(key) : key;
  if (half.asymmetricKeyType === "ec" && half.asymmetricKeyDetails?.namedCurve === undefined) {
    throw gateError("TRUST_KEY_ALGORITHM_REFUSED", "The curve of the key has no name.");
  }
  return publicKeyFromWire(writeKeyBlob(exportJwk(half)));
}

function exportJwk(key: KeyObject) {
  try {
    return key.export({ format: "jwk" });
  } catch (cause) {
    throw gateError("TRUST_KEY_ALGORITHM_REFUSED", `Keys of this type are not accepted.`, { cause });
  }
}

/** Importing costs more than verifying with the result; an audit meets the same few keys in every commit. */
const met = new Map<string, PublicKey>();
const MET_LIMIT = 1024;

/** A public key from its SSH blob, to the last byte. Same codes as `parsePublicKey`. */
export function publicKeyFromWire(blob: Uint8Array): PublicKey {
  const name = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength).toString("latin1");
  const known = met.get(name);
  if (known) return known;
  const { algorithm, bits, jwk } = readKeyParts(blob);
  const key = importKey({ key: jwk, format: "jwk" });
  const own = Uint8Array.from(blob);
  const parsed: PublicKey = { fingerprint: fingerprintOf(own), algorithm, bits, blob: own, key };
  if (met.size >= MET_LIMIT) met.clear();
  met.set(name, parsed);
  return parsed;
}

function importKey(source: Parameters<typeof createPublicKey>[0]): KeyObject {
  try {
    return createPublicKey(source);
  } catch (cause) {
    throw gateError(
      "TRUST_KEY_MALFORMED",
      "The public key is malformed: it is no point or number of its kind.",
      {
        cause,
      },
    );
  }
}

/** OpenSSH's fingerprint of an SSH blob. */
export function fingerprintOf(blob: Uint8Array): Fingerprint {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").slice(0, 43)}`;
}

/** `type base64`, as in a .pub file without its comment. */
export function openSshLine(key: PublicKey): string {
  const blob = Buffer.from(key.blob);
  return `${blob.toString("latin1", 4, 4 + blob.readUInt32BE(0))} ${blob.toString("base64")}`;
}

function malformed(how: string): GateError {
  return gateError("TRUST_KEY_MALFORMED", `The public key is malformed: ${how}.`);
}
