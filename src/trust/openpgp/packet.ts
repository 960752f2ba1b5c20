import { gateError, type GateError } from "../../errors.ts";
import { type Packet, packetsOf } from "./fingerprint.ts";

const SIGNATURE_PACKET = 2;
/** Length and type of the subpacket that names the issuer by its key id. */
const ISSUER = { length: 9, type: 16 } as const;
/** Bytes before the hashed subpackets: version, type, two algorithms, and their length. */
const FIXED = 6;

/**
 * Proves that these bytes are one signature packet of version 4 as gpg and GitHub spell it, to the last byte. Outside of what is signed there is nothing but, perhaps, the issuer's key id: anything else there, or
 * another spelling of a length or a number, would be another commit id under the same signature. SIGNATURE_MALFORMED.
 */
export function requireCanonicalSignature(bytes: Buffer): void {
  const [packet, ...more] = packetsOf(bytes, malformed);
  if (packet?.tag !== SIGNATURE_PACKET || more.length > 0) throw malformed("it is not one signature");
  const { body } = packet;
  if (body[0] !== 4) throw malformed(`it is of version ${body[0]}, not 4`);
  requireShortestHeader(packet);
  const unhashed = area(body, FIXED);
  requireIssuerAlone(body.subarray(unhashed.start, unhashed.end));
  // Two bytes of the hash, by which readers find a wrong signature fast; OpenPGP.js compares them.
  requireNumbers(body, unhashed.end + 2);
}

/** Old and new headers are both in use; each has several ways to say the same length, of which one is the shortest. */
function requireShortestHeader({ body, bytes }: Packet): void {
  const isNew = ((bytes[0] ?? 0) & 0x40) !== 0;
  const limits = isNew ? NEW_LENGTHS : OLD_LENGTHS;
  const size = limits.find(([, most]) => body.length <= most)?.[0] ?? 5;
  if (bytes.length - body.length === 1 + size) return;
  throw malformed("the length of its packet is not spelt in the shortest way");
}

/** Bytes of a length, and the most that they can say. */
const NEW_LENGTHS = [
  [1, 191],
  [2, 8383],
  [5, 0xffff_ffff],
] as const;
const OLD_LENGTHS = [
  [1, 0xff],
  [2, 0xffff],
  [4, 0xffff_ffff],
] as const;

/** The unhashed subpackets: they follow the hashed ones, each with a length of two bytes before it. */
function area(body: Buffer, hashedStart: number): { start: number; end: number } {
  const hashedEnd = hashedStart + sizeAt(body, hashedStart - 2);
  const start = hashedEnd + 2;
  const end = start + sizeAt(body, hashedEnd);
  if (end + 2 > body.length) throw malformed("it ends within its subpackets");
  return { start, end };
}

function sizeAt(body: Buffer, at: number): number {
  if (at + 2 > body.length) throw malformed("it ends within its subpackets");
  return body.readUInt16BE(at);
}

function requireIssuerAlone(unhashed: Buffer): void {
  if (unhashed.length === 0) return;
  const [length, type] = unhashed;
  if (unhashed.length === 1 + ISSUER.length && length === ISSUER.length && type === ISSUER.type) return;
  throw malformed("it has more than the issuer's key id outside of what is signed");
}

/** Ed25519 (27) and Ed448 (28) of RFC 9580 are bytes of a fixed length; all other algorithms have numbers. */
function requireNumbers(body: Buffer, start: number): void {
  const plain = { 27: 64, 28: 114 }[body[2] ?? 0];
  if (plain !== undefined) {
    if (body.length - start !== plain) throw malformed("its value is of another length");
    return;
  }
  for (let at = start; at < body.length;) {
    const bits = sizeAt(body, at);
    const end = at + 2 + Math.ceil(bits / 8);
    if (end > body.length) throw malformed("it ends within a number");
    if (!isPlainNumber(body, at)) throw malformed("a number in it is not spelt in the shortest way");
    at = end;
  }
}

/** Numbers say how many bits they have from the first that is set; GitHub, for RSA, says how many bits its bytes have. */
function isPlainNumber(body: Buffer, at: number): boolean {
  const bits = body.readUInt16BE(at);
  if (RSA.has(body[2] ?? 0) && bits > 0 && bits % 8 === 0) return true;
  return 32 - Math.clz32(body[at + 2] ?? 0) === ((bits + 7) & 7) + 1;
}

const RSA: ReadonlySet<number> = new Set([1, 3]);

function malformed(how: string): GateError {
  return gateError("SIGNATURE_MALFORMED", `The OpenPGP signature is malformed: ${how}.`);
}
