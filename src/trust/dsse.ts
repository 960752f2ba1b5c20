import type { KeyObject } from "node:crypto";
import { sign, verify } from "node:crypto";

/** What in-toto statements travel as in a DSSE envelope. */
export const IN_TOTO_PAYLOAD_TYPE = "application/vnd.in-toto+json";

/** Curves that DSSE envelopes are signed with here, and the hash that goes with each (Sigstore's algorithm registry). */
const HASH_OF_CURVE: Readonly<Record<string, "sha256" | "sha384" | "sha512">> = {
  prime256v1: "sha256",
  secp384r1: "sha384",
  secp521r1: "sha512",
};

/**
 * The bytes that a DSSE signature is over: `"DSSEv1" SP len(type) SP type SP len(payload) SP payload`, lengths in bytes.
 * Format: DSSE protocol v1.0, "Pre-Authentication Encoding".
 */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.from(payloadType);
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `),
    type,
    Buffer.from(` ${payload.length} `),
    payload,
  ]);
}

/** The hash that a key signs with; undefined for keys that are no P-256, P-384 or P-521. */
export function curveHash(key: KeyObject): "sha256" | "sha384" | "sha512" | undefined {
  const curve = key.asymmetricKeyType === "ec" ? key.asymmetricKeyDetails?.namedCurve : undefined;
  return curve !== undefined && Object.hasOwn(HASH_OF_CURVE, curve) ? HASH_OF_CURVE[curve] : undefined;
}

/** Whether a DER signature over a payload holds. False for keys of other kinds. */
export function isSignedBy(
  key: KeyObject,
  of: { readonly payloadType: string; readonly payload: Uint8Array; readonly signature: Uint8Array },
): boolean {
  const hash = curveHash(key);
  if (hash === undefined) return false;
  const data = preAuthenticationEncoding(of.payloadType, of.payload);
  return verify(hash, data, { key, dsaEncoding: "der" }, of.signature);
}

/** The DER signature of a payload by a P-256, P-384 or P-521 private key. */
export function signPayload(key: KeyObject, of: { payloadType: string; payload: Uint8Array }): Buffer {
  const hash = curveHash(key);
  if (hash === undefined) throw new TypeError("DSSE envelopes are signed by P-256, P-384 or P-521 keys.");
  return sign(hash, preAuthenticationEncoding(of.payloadType, of.payload), { key, dsaEncoding: "der" });
}
