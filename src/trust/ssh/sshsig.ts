import { hash, verify } from "node:crypto";
import { gateError, type GateError } from "../../errors.ts";
import { CURVES } from "../key-types.ts";
import { publicKeyFromWire, type PublicKey } from "../public-key.ts";
import { WireReader, wireString, type WireSubject } from "./wire.ts";

export { armor, dearmor } from "./armor.ts";

/** What a signature is for: it is part of what is signed. Git's own is `git`. */
export const NAMESPACES = {
  commit: "git",
  manifest: "manifest@modelgate",
  approval: "approval@modelgate",
  checkpoint: "checkpoint@modelgate",
} as const;

export type MessageHash = "sha256" | "sha512";

/** A signature of OpenSSH's PROTOCOL.sshsig, version 1, in parts. Well formed; not yet verified. */
export interface SshSignature {
  readonly key: PublicKey;
  readonly namespace: string;
  readonly hash: MessageHash;
  /** Name of the signature algorithm, which belongs to the key. */
  readonly algorithm: string;
  /** For RSA as long as the modulus, for Ed25519 64 bytes, for ECDSA two mpints. */
  readonly signature: Uint8Array;
}

const MAGIC = "SSHSIG";
const SUBJECT: WireSubject = { what: "The SSH signature", code: "SIGNATURE_MALFORMED" };

/**
 * Reads an SSHSIG blob to its last byte. SIGNATURE_MALFORMED, SIGNATURE_VERSION_UNSUPPORTED, SIGNATURE_HASH_REFUSED,
 * SIGNATURE_ALGORITHM_REFUSED, and the codes of `publicKeyFromWire`.
 */
export function parseSshSignature(blob: Uint8Array): SshSignature {
  const reader = new WireReader(blob, SUBJECT);
  if (reader.take(MAGIC.length).toString("latin1") !== MAGIC)
    throw reader.malformed("it does not begin with SSHSIG");
  const version = reader.uint32();
  if (version !== 1) {
    throw gateError("SIGNATURE_VERSION_UNSUPPORTED", `The signature is of SSHSIG version ${version}, not 1.`);
  }
  const keyBlob = reader.string();
  const namespace = reader.name();
  if (namespace === "") throw reader.malformed("its namespace is empty");
  if (reader.string().length > 0) throw reader.malformed("its reserved part is not empty");
  const hash = messageHash(reader.name());
  const inner = reader.string();
  reader.end();
  const key = publicKeyFromWire(keyBlob);
  return { key, namespace, hash, ...readInner(inner, key) };
}

function messageHash(name: string): MessageHash {
  if (name === "sha256" || name === "sha512") return name;
  throw gateError("SIGNATURE_HASH_REFUSED", `The signature hashes its message with ${JSON.stringify(name)}.`);
}

function readInner(inner: Uint8Array, key: PublicKey): Pick<SshSignature, "algorithm" | "signature"> {
  const reader = new WireReader(inner, SUBJECT);
  const algorithm = reader.name();
  const signature = reader.string();
  reader.end();
  if (!(algorithm in algorithmsOf(key))) {
    throw gateError(
      "SIGNATURE_ALGORITHM_REFUSED",
      `The signature's algorithm is ${JSON.stringify(algorithm)}, its key is ${key.algorithm}.`,
    );
  }
  return { algorithm, signature };
}

/** The signature algorithms that a key may use, with the hash of each; null where the algorithm has its own. */
function algorithmsOf(key: PublicKey): Readonly<Record<string, string | null>> {
  switch (key.algorithm) {
    case "ed25519":
      return ED25519;
    case "rsa":
      return RSA;
    case "ecdsa-p256":
      return P256;
    case "ecdsa-p384":
      return P384;
    case "ecdsa-p521":
      return P521;
  }
}

const table = (entries: Record<string, string | null>): Readonly<Record<string, string | null>> =>
  Object.assign(Object.create(null) as Record<string, string | null>, entries);
const ED25519 = table({ "ssh-ed25519": null });
const RSA = table({ "rsa-sha2-256": "sha256", "rsa-sha2-512": "sha512" });
const P256 = table({ "ecdsa-sha2-nistp256": "sha256" });
const P384 = table({ "ecdsa-sha2-nistp384": "sha384" });
const P521 = table({ "ecdsa-sha2-nistp521": "sha512" });

/** What a signature is compared with. */
export interface SignedPayload {
  readonly payload: Uint8Array;
  readonly namespace: string;
}

/**
 * Proves that the signature is one of its own key over this payload for this purpose, and returns that key. It says
 * nothing about whether the key is trusted. SIGNATURE_NAMESPACE_WRONG, SIGNATURE_MALFORMED, SIGNATURE_WRONG.
 */
export function verifySshSignature(signature: SshSignature, of: SignedPayload): PublicKey {
  const { digest, data, key, bytes } = questionOf(signature, of);
  return proven(signature, verify(digest, data, key, bytes));
}

function questionOf(signature: SshSignature, of: SignedPayload) {
  const { key, namespace, hash, algorithm } = signature;
  if (namespace !== of.namespace) {
    throw gateError(
      "SIGNATURE_NAMESPACE_WRONG",
      `The signature is for ${JSON.stringify(namespace)}, not for ${JSON.stringify(of.namespace)}.`,
    );
  }
  const digest = algorithmsOf(key)[algorithm];
  if (digest === undefined) throw wrong(signature);
  return {
    digest,
    data: signedData({ payload: of.payload, namespace, hash }),
    bytes: nodeSignature(signature),
    // Options cost as much as half a verification; keys that need none are handed over as they are.
    key: key.algorithm.startsWith("ecdsa") ? ({ key: key.key, dsaEncoding: "ieee-p1363" } as const) : key.key,
  };
}

function proven(signature: SshSignature, good: boolean): PublicKey {
  if (good) return signature.key;
  throw wrong(signature);
}

function wrong({ key }: SshSignature): GateError {
  return gateError("SIGNATURE_WRONG", `The signature is not one of ${key.fingerprint} over these bytes.`);
}

/** The signature as node:crypto takes it; for ECDSA r and s, each padded to the size of the curve. */
function nodeSignature({ key, signature }: SshSignature): Uint8Array {
  const curve = CURVES.find(({ algorithm }) => algorithm === key.algorithm);
  if (curve) return ecdsaPair(signature, curve.bytes);
  const size = key.algorithm === "rsa" ? Math.ceil(key.bits / 8) : 64;
  if (signature.length !== size) throw wrongSize(signature.length, size);
  return signature;
}

function ecdsaPair(signature: Uint8Array, size: number): Buffer {
  const reader = new WireReader(signature, SUBJECT);
  const pair = Buffer.alloc(2 * size);
  for (const end of [size, 2 * size]) {
    const number = reader.mpint();
    if (number.length > size) throw wrongSize(number.length, size);
    number.copy(pair, end - number.length);
  }
  reader.end();
  return pair;
}

function wrongSize(is: number, should: number): GateError {
  return gateError(
    "SIGNATURE_MALFORMED",
    `The SSH signature is malformed: its value has ${is} bytes, the key's have ${should}.`,
  );
}

/** The bytes that an SSH key signs for a payload. The namespace is not empty. */
export function signedData(of: {
  readonly payload: Uint8Array;
  readonly namespace: string;
  readonly hash: MessageHash;
}): Buffer {
  if (of.namespace === "") throw new TypeError("A namespace is never empty.");
  return Buffer.concat([
    Buffer.from(MAGIC),
    wireString(of.namespace),
    wireString(""),
    wireString(of.hash),
    wireString(hash(of.hash, of.payload, "buffer")),
  ]);
}

/** The SSHSIG blob of a signature; `signature` as in `SshSignature`. */
export function encodeSshSignature(
  of: Omit<SshSignature, "key"> & { readonly key: Pick<PublicKey, "blob"> },
): Buffer {
  return Buffer.concat([
    Buffer.from(MAGIC),
    Buffer.of(0, 0, 0, 1),
    wireString(of.key.blob),
    wireString(of.namespace),
    wireString(""),
    wireString(of.hash),
    wireString(Buffer.concat([wireString(of.algorithm), wireString(of.signature)])),
  ]);
}
