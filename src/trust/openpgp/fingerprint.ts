import { createHash } from "node:crypto";
import { gateError, type GateError } from "../../errors.ts";
import { decodeBase64 } from "../base64.ts";

const ARMOR =
  /^-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:[A-Za-z]+: [^\r\n]*\r?\n)*\r?\n((?:[A-Za-z0-9+/=]{1,76}\r?\n)+)-----END PGP PUBLIC KEY BLOCK-----\s*$/;
const PUBLIC_KEY_PACKET = 6;

/** One packet of RFC 9580 section 4.2: its tag and body. */
export interface Packet {
  readonly tag: number;
  readonly body: Buffer;
  /** Header and body, as they stood. */
  readonly bytes: Buffer;
}

/**
 * The full fingerprint (RFC 4880 section 12.2: SHA-1, 40 upper-case hex digits) of one armoured OpenPGP public key of
 * version 4. It only names the key: what is in it is verified by whoever uses it. TRUST_KEY_MALFORMED,
 * TRUST_KEY_PRIVATE.
 */
export function openPgpFingerprint(text: string): string {
  if (text.includes("PRIVATE KEY BLOCK")) throw gateError("TRUST_KEY_PRIVATE", "The key is a private one.");
  const packets = [...packetsOf(openPgpBytes(text))];
  const [first, ...rest] = packets;
  if (first?.tag !== PUBLIC_KEY_PACKET) throw malformed("it does not begin with a public key");
  if (rest.some(({ tag }) => tag === PUBLIC_KEY_PACKET)) throw malformed("it holds more than one key");
  return fingerprintOfPacket(first);
}

/** The fingerprint of a public-key packet of version 4. */
export function fingerprintOfPacket({ body }: Packet): string {
  if (body[0] !== 4) throw malformed(`it is of version ${body[0]}, in place of 4`);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(body.length);
  return createHash("sha1")
    .update(Buffer.concat([Buffer.of(0x99), length, body]))
    .digest("hex")
    .toUpperCase();
}

/** What stands in the armour of one public key block; its checksum, if any, adds nothing and is left out. */
export function openPgpBytes(text: string): Buffer {
  const lines = ARMOR.exec(text)?.[1]
    ?.split(/\r?\n/)
    .filter((line) => line !== "" && !line.startsWith("="));
  const bytes = lines && decodeBase64(lines.join(""));
  if (!bytes || bytes.length === 0) throw malformed("it is not one armoured public key block");
  return bytes;
}

type Malformed = (how: string) => GateError;

/**
 * The packets one after another, to the last byte. Partial lengths are for data, never for keys and signatures.
 * `refusal` makes the error for bytes that are no packets.
 */
export function* packetsOf(bytes: Buffer, refusal: Malformed = malformed): Generator<Packet> {
  for (let at = 0; at < bytes.length;) {
    const { tag, start, length } = readHeader(bytes, at, refusal);
    if (start + length > bytes.length) throw refusal("it ends within a packet");
    yield { tag, body: bytes.subarray(start, start + length), bytes: bytes.subarray(at, start + length) };
    at = start + length;
  }
}

function readHeader(
  bytes: Buffer,
  at: number,
  malformed: Malformed,
): { tag: number; start: number; length: number } {
  const first = bytes[at] ?? 0;
  if (first < 0x80) throw malformed("a packet has no header");
  if ((first & 0x40) !== 0) return { tag: first & 0x3f, ...newLength(bytes, at + 1, malformed) };
  const size = [1, 2, 4][first & 3];
  if (size === undefined || at + 1 + size > bytes.length) throw malformed("a packet has no length");
  return { tag: (first >> 2) & 0xf, start: at + 1 + size, length: bytes.readUIntBE(at + 1, size) };
}

function newLength(bytes: Buffer, at: number, malformed: Malformed): { start: number; length: number } {
  const first = bytes[at] ?? 0;
  if (first < 192) return { start: at + 1, length: first };
  if (first < 224 && at + 1 < bytes.length)
    return { start: at + 2, length: ((first - 192) << 8) + (bytes[at + 1] ?? 0) + 192 };
  if (first === 255 && at + 5 <= bytes.length) return { start: at + 5, length: bytes.readUInt32BE(at + 1) };
  throw malformed("a packet has no plain length");
}

function malformed(how: string): GateError {
  return gateError("TRUST_KEY_MALFORMED", `The OpenPGP key is malformed: ${how}.`);
}
