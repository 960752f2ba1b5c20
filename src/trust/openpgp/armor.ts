import { gateError, type GateError } from "../../errors.ts";
import { decodeBase64 } from "../base64.ts";
import { requireCanonicalSignature } from "./packet.ts";

/** One line feed more than gpg writes is what GitHub's own signatures have in their commits. */
const ARMOR =
  /^-----BEGIN PGP SIGNATURE-----\n\n((?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/=]{1,64}\n)(?:=([A-Za-z0-9+/]{4})\n)?-----END PGP SIGNATURE-----\n\n?$/;
const TEXT_LIMIT = 16 * 1024;

/**
 * The one signature packet inside the armor of a detached OpenPGP signature, as gpg and GitHub write it: no armor
 * headers, lines of 64 characters, a checksum that is right when it is there, nothing before and after.
 * SIGNATURE_ARMOR_MALFORMED, SIGNATURE_MALFORMED.
 */
export function dearmorOpenPgp(armored: Uint8Array): Buffer {
  if (armored.length > TEXT_LIMIT) throw malformedArmor(`it has ${armored.length} bytes`);
  const text = Buffer.from(armored.buffer, armored.byteOffset, armored.byteLength).toString("latin1");
  const [, lines, checksum] = ARMOR.exec(text) ?? [];
  if (lines === undefined) throw malformedArmor("it is not spelt as gpg and GitHub spell it");
  const bytes = decodeBase64(lines.replaceAll("\n", ""));
  if (!bytes) throw malformedArmor("what it holds is not base64");
  if (checksum !== undefined && checksum !== crc24(bytes)) throw malformedArmor("its checksum is wrong");
  requireCanonicalSignature(bytes);
  return bytes;
}

/** The checksum of RFC 4880 section 6.1, as armor spells it. */
function crc24(bytes: Uint8Array): string {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ ((crc & 0x800000) === 0 ? 0 : 0x1864cfb);
  }
  const out = Buffer.alloc(3);
  out.writeUIntBE(crc & 0xffffff, 0, 3);
  return out.toString("base64");
}

function malformedArmor(how: string): GateError {
  return gateError("SIGNATURE_ARMOR_MALFORMED", `The armor of the OpenPGP signature is malformed: ${how}.`);
}
