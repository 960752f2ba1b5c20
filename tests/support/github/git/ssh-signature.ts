import { createHash, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from "node:crypto";

const MAGIC = Buffer.from("SSHSIG");
const NAMESPACE = "git";
const HASH = "sha512";
const BEGIN = "-----BEGIN SSH SIGNATURE-----";
const END = "-----END SSH SIGNATURE-----";
/** DER prefix of an Ed25519 SubjectPublicKeyInfo (RFC 8410). */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/** A throw-away Ed25519 key that signs commits as OpenSSH does (PROTOCOL.sshsig, namespace "git"). */
export interface Signer {
  /** `ssh-ed25519 AAAA…`, as a line of an allowed-signers file has it. */
  readonly publicKey: string;
  sign(payload: Uint8Array): string;
}

export function createSigner(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const wire = publicKeyWire(publicKey);
  return {
    publicKey: `ssh-ed25519 ${wire.toString("base64")}`,
    sign(payload) {
      const signature = sign(null, signedData(payload), privateKey);
      return armor(signatureBlob(wire, signature));
    },
  };
}

/** The public key (`ssh-ed25519 AAAA…`) that made a signature over the payload; undefined when it does not verify. */
export function verifiedKey(armored: string, payload: Uint8Array): string | undefined {
  const parts = readBlob(armored);
  if (parts === undefined || parts.key.length !== 51) return undefined;
  const key = createPublicKey({
    key: Buffer.concat([SPKI_PREFIX, parts.key.subarray(19)]),
    format: "der",
    type: "spki",
  });
  const sound = verify(null, signedData(payload), key, parts.signature);
  return sound ? `ssh-ed25519 ${parts.key.toString("base64")}` : undefined;
}

function publicKeyWire(key: KeyObject): Buffer {
  const raw = key.export({ type: "spki", format: "der" }).subarray(SPKI_PREFIX.length);
  return Buffer.concat([field("ssh-ed25519"), field(raw)]);
}

function signedData(payload: Uint8Array): Buffer {
  const digest = createHash(HASH).update(payload).digest();
  return Buffer.concat([MAGIC, field(NAMESPACE), field(""), field(HASH), field(digest)]);
}

function signatureBlob(key: Buffer, signature: Buffer): Buffer {
  const version = Buffer.from([0, 0, 0, 1]);
  const wrapped = Buffer.concat([field("ssh-ed25519"), field(signature)]);
  const fields = [field(key), field(NAMESPACE), field(""), field(HASH), field(wrapped)];
  return Buffer.concat([MAGIC, version, ...fields]);
}

function readBlob(armored: string): { key: Buffer; signature: Buffer } | undefined {
  const text = armored.trim();
  if (!text.startsWith(BEGIN) || !text.endsWith(END)) return undefined;
  const blob = Buffer.from(text.slice(BEGIN.length, -END.length).replaceAll(/\s/g, ""), "base64");
  const fields = readFields(blob.subarray(MAGIC.length + 4));
  const [key, namespace, , hash, wrapped] = fields;
  if (key === undefined || wrapped === undefined) return undefined;
  if (namespace?.toString() !== NAMESPACE || hash?.toString() !== HASH) return undefined;
  const signature = readFields(wrapped)[1];
  return signature === undefined ? undefined : { key, signature };
}

function readFields(bytes: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const end = at + 4 + bytes.readUInt32BE(at);
    fields.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function armor(blob: Buffer): string {
  const lines = blob.toString("base64").match(/.{1,70}/g) ?? [];
  return [BEGIN, ...lines, END].join("\n");
}
