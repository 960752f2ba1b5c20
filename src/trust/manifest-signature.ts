import { canonicalJson } from "../domain/digest.ts";
import type { Document } from "../domain/document/document.ts";
import type { Manifest } from "../domain/manifest.ts";
import { GateError, gateError, type Place, type Problem, problem, tried } from "../errors.ts";
import { decodeBase64 } from "./base64.ts";
import { isTrusted, judgeKey, type KeyUse } from "./judge-key.ts";
import type { PublicKey } from "./public-key.ts";
import type { TrustRegistry } from "./registry.ts";
import { NAMESPACES, parseSshSignature, verifySshSignature } from "./ssh/sshsig.ts";

/** The bytes that the signature of a manifest is over: RFC 8785 JSON of the manifest without `signature`. */
export function manifestPayload(manifest: Omit<Manifest, "signature">): Uint8Array {
  const { signature: _signature, ...rest } = manifest as Manifest;
  return Buffer.from(canonicalJson(rest));
}

/** Who is trusted, and whether the version is new or was registered before. */
export interface SignatureGround {
  /** Null: there is no trust.yaml, so that a signature is verified, and nobody is asked whose it is. */
  readonly trust: TrustRegistry | null;
  readonly use: KeyUse["use"];
}

/**
 * What is wrong with the signature of a manifest: MANIFEST_UNSIGNED (a new one, where signatures are required),
 * SIGNATURE_* (not one over these bytes), MANIFEST_SIGNING_KEY_MISMATCH, TRUST_KEY_* and TRUST_ROLE_MISSING. A signature
 * without its key's name, or the other way round, is for `manifestProblems` to tell.
 */
export function manifestSignatureProblems(
  manifest: Manifest,
  document: Document,
  ground: SignatureGround,
): readonly Problem[] {
  const { signature, signing_key_id: named } = manifest;
  if (signature === null || named === null) return unsignedProblems(manifest, document, ground);
  const signed = tried(() => signerOf(manifest, signature));
  if (signed instanceof GateError)
    return signed.problems.map((one) => ({ ...one, where: document.place("/signature") }));
  const place = (): Place => document.place("/signing_key_id");
  if (signed.fingerprint !== named) {
    const message = `signing_key_id is ${named}, but ${signed.fingerprint} signed.`;
    const where = place();
    return [problem("MANIFEST_SIGNING_KEY_MISMATCH", message, { where })];
  }
  if (!ground.trust) return [];
  const judged = judgeKey(ground.trust, {
    fingerprint: signed.fingerprint,
    roles: ["model-signer"],
    use: ground.use,
  });
  return isTrusted(judged) ? [] : [{ ...judged, where: place() }];
}

/** The key that signed a manifest, whoever holds it. SIGNATURE_*, TRUST_KEY_*. */
export function signerOf(manifest: Manifest, signature: string): PublicKey {
  const blob = decodeBase64(signature);
  if (!blob) throw gateError("SIGNATURE_MALFORMED", "The signature is not one line of base64.");
  return verifySshSignature(parseSshSignature(blob), {
    payload: manifestPayload(manifest),
    namespace: NAMESPACES.manifest,
  });
}

/** What was registered before signatures were required stays as it is: its files may not change any more. */
function unsignedProblems(
  { signature, signing_key_id: named }: Manifest,
  document: Document,
  { trust, use }: SignatureGround,
): readonly Problem[] {
  if (signature !== null || named !== null) return [];
  if (trust?.manifestSignature !== "required" || use === "earlier") return [];
  const where = document.place("/signature");
  return [problem("MANIFEST_UNSIGNED", "The manifest is not signed.", { where })];
}
