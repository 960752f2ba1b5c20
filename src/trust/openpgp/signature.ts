import { createMessage, enums, readSignature, type SignaturePacket } from "openpgp";
import { gateError } from "../../errors.ts";
import { dearmorOpenPgp } from "./armor.ts";
import { candidatesFor, NO_CLOCK, type OpenPgpKey, requireFit, requireInUse } from "./key.ts";

export type { OpenPgpKey } from "./key.ts";

// OpenPGP.js is large and seldom needed: whoever meets an OpenPGP signature imports this file lazily.

/**
 * Proves that a detached OpenPGP signature is one of these keys over a payload, and returns the fingerprint of that
 * key's primary key. Whether the key is trusted at this position of the log is for others to say; no clock is read.
 * SIGNATURE_ARMOR_MALFORMED, SIGNATURE_MALFORMED, SIGNATURE_ALGORITHM_REFUSED, SIGNATURE_HASH_REFUSED, SIGNATURE_WRONG,
 * SIGNATURE_KEY_REVOKED, SIGNATURE_KEY_EXPIRED, SIGNATURE_KEY_UNFIT, TRUST_KEY_UNKNOWN, TRUST_KEY_MALFORMED.
 */
export async function verifyOpenPgp(
  of: { readonly payload: Uint8Array; readonly armored: Uint8Array },
  keys: readonly OpenPgpKey[],
): Promise<string> {
  const bytes = dearmorOpenPgp(of.armored);
  const packet = await readPacket(bytes);
  const candidates = await candidatesFor(packet, keys);
  const content = await literal(of.payload);
  for (const candidate of candidates) {
    await requireFit(candidate);
    if (!(await holds(packet, content, candidate.issuer.keyPacket))) continue;
    await requireInUse(candidate, packet);
    return candidate.fingerprint;
  }
  const id = packet.issuerKeyID.toHex().toUpperCase();
  throw gateError("SIGNATURE_WRONG", `The signature is not one of the OpenPGP key ${id} over these bytes.`);
}

async function readPacket(bytes: Uint8Array): Promise<SignaturePacket> {
  const signature = await readSignature({ binarySignature: bytes }).catch((cause: unknown) => {
    throw gateError("SIGNATURE_MALFORMED", "The OpenPGP signature is malformed: its packet cannot be read.", {
      cause,
    });
  });
  const packet = signature.packets[0];
  if (!packet || packet.created === null) {
    throw gateError(
      "SIGNATURE_MALFORMED",
      "The OpenPGP signature is malformed: it does not say when it was made.",
    );
  }
  requireKind(packet);
  return packet;
}

function requireKind(packet: SignaturePacket): void {
  // A text signature would fit every line ending of the same commit, and so several commit ids.
  if (packet.signatureType !== enums.signature.binary) {
    throw gateError(
      "SIGNATURE_ALGORITHM_REFUSED",
      "The OpenPGP signature is not one over a binary document.",
    );
  }
  // What ends by a clock says nothing about a log.
  if (!packet.signatureNeverExpires) {
    throw gateError("SIGNATURE_ALGORITHM_REFUSED", "The OpenPGP signature has a date at which it expires.");
  }
  const { sha256, sha384, sha512 } = enums.hash;
  if ([sha256, sha384, sha512].some((hash) => hash === packet.hashAlgorithm)) return;
  throw gateError("SIGNATURE_HASH_REFUSED", "The OpenPGP signature hashes its message by other than SHA-2.");
}

async function literal(payload: Uint8Array): Promise<object> {
  const message = await createMessage({ binary: payload });
  return message.packets[0] as object;
}

/** OpenPGP.js throws for every way in which a signature does not hold. */
async function holds(
  packet: SignaturePacket,
  content: object,
  key: Parameters<SignaturePacket["verify"]>[0],
): Promise<boolean> {
  return packet.verify(key, enums.signature.binary, content, NO_CLOCK, true).then(
    () => true,
    () => false,
  );
}
