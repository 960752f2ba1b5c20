import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { gateError } from "../../errors.ts";
import { curveHash, IN_TOTO_PAYLOAD_TYPE, isSignedBy } from "../dsse.ts";
import type { OmsBundle } from "./bundle.ts";

/** A public key of P-256, P-384 or P-521 from PEM. OMS_KEY_UNSUPPORTED, also for what is no key at all. */
export function parseOmsPublicKey(pem: Uint8Array, file: string): KeyObject {
  const key = readPublicKey(pem, file);
  if (curveHash(key) !== undefined) return key;
  const kind = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? "of an unknown kind";
  throw gateError("OMS_KEY_UNSUPPORTED", `The key is ${kind}.`, { where: { file } });
}

const PEM = /-----BEGIN ([A-Z0-9 ]{1,64})-----[^-]{1,65536}-----END \1-----/g;

/** One public key and no private one, which node would take too; tools write the key in words around it. */
function readPublicKey(pem: Uint8Array, file: string): KeyObject {
  const blocks = [...Buffer.from(pem).toString("latin1").matchAll(PEM)];
  const [block] = blocks;
  if (blocks.length !== 1 || block?.[1] !== "PUBLIC KEY") {
    const found = blocks.length === 0 ? "no PEM" : blocks.map(([, label]) => label).join(", ");
    const message = `The file must hold one PUBLIC KEY; it holds ${found.slice(0, 100)}.`;
    throw gateError("OMS_KEY_UNSUPPORTED", message, { where: { file } });
  }
  try {
    return createPublicKey({ key: block[0], format: "pem" });
  } catch (cause) {
    throw gateError("OMS_KEY_UNSUPPORTED", "The public key cannot be read.", { where: { file }, cause });
  }
}

/** How a bundle names its key: lower-case hex SHA-256 of the PEM text of the public key, final newline included. */
export function keyHint(key: KeyObject): string {
  const pem = key.export({ type: "spki", format: "pem" });
  return createHash("sha256").update(pem).digest("hex");
}

/**
 * Proves that a trusted key signed a bundle. What the bundle says about its key is only compared.
 * OMS_METHOD_MISMATCH, OMS_KEY_HINT_MISMATCH, OMS_SIGNATURE_INVALID.
 */
export function verifyByKey(bundle: OmsBundle, trusted: KeyObject): void {
  const { material, file } = bundle;
  const where = { file };
  if (material.method !== "key") {
    const message = `The bundle was signed by the method ${material.method}, not by a key.`;
    throw gateError("OMS_METHOD_MISMATCH", message, { where });
  }
  const hint = keyHint(trusted);
  const named = material.pem ? hintOfPem(material.pem) : material.hint;
  if (named !== null && named !== hint) {
    const message = `The bundle names the key ${named.slice(0, 64)}; trusted is ${hint}.`;
    throw gateError("OMS_KEY_HINT_MISMATCH", message, { where });
  }
  requireSignature(bundle, trusted);
}

/** OMS_SIGNATURE_INVALID. */
export function requireSignature({ file, payload, signature }: OmsBundle, key: KeyObject): void {
  if (isSignedBy(key, { payloadType: IN_TOTO_PAYLOAD_TYPE, payload, signature })) return;
  const message = "The signature does not belong to this statement and the trusted key.";
  throw gateError("OMS_SIGNATURE_INVALID", message, { where: { file } });
}

/** Bundles before 1.1.0 carry the key itself. */
function hintOfPem(pem: Uint8Array): string {
  try {
    return keyHint(createPublicKey({ key: Buffer.from(pem), format: "pem" }));
  } catch {
    return "that cannot be read";
  }
}
