import { type Manifest, manifestHash } from "../../domain/manifest.ts";
import { triedOr } from "../../errors.ts";
import type { Signer } from "../../ports/signing.ts";
import { manifestPayload, signerOf } from "../../trust/manifest-signature.ts";
import { NAMESPACES } from "../../trust/ssh/sshsig.ts";

/**
 * A manifest signed by a key, which it names. A good signature of that key stays: some kinds of key sign differently each
 * time. SIGNING_*.
 */
export async function signManifest(manifest: Manifest, signer: Signer): Promise<Manifest> {
  const fingerprint = signer.key.fingerprint;
  if (manifest.signing_key_id === fingerprint && isSigned(manifest)) return manifest;
  const named = { ...manifest, signing_key_id: fingerprint };
  const draft = { ...named, manifest_hash: manifestHash(named) };
  const blob = await signer.sign(manifestPayload(draft), NAMESPACES.manifest);
  return { ...draft, signature: Buffer.from(blob).toString("base64") };
}

function isSigned(manifest: Manifest): boolean {
  const { signature, signing_key_id: named } = manifest;
  if (signature === null) return false;
  return triedOr(false, () => signerOf(manifest, signature).fingerprint === named);
}
