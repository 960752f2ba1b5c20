import type { CommitObject, CommitSignature } from "./commit.ts";
import type { OpenPgpKey } from "./openpgp/signature.ts";
import type { TrustRegistry } from "./registry.ts";
import { dearmor, NAMESPACES, parseSshSignature, verifySshSignatureAside } from "./ssh/sshsig.ts";

/** A commit that is signed, as far as its signature goes. */
type Signed = Pick<CommitObject, "payload"> & { readonly signature: CommitSignature };

/**
 * The fingerprint of the key whose SSH signature a commit carries, proven over the commit's bytes and on another thread. It
 * says nothing about whether the key is trusted. SIGNATURE_*, TRUST_KEY_*.
 */
export async function sshCommitKey({ signature, payload }: Signed): Promise<string> {
  const parsed = parseSshSignature(dearmor(signature.armored));
  const { fingerprint } = await verifySshSignatureAside(parsed, { payload, namespace: NAMESPACES.commit });
  return fingerprint;
}

/** The fingerprint of the registry's key whose OpenPGP signature a commit carries. OpenPGP.js is loaded only here. SIGNATURE_*, TRUST_KEY_*. */
export async function openPgpCommitKey(
  { signature, payload }: Signed,
  trust: TrustRegistry,
): Promise<string> {
  const { verifyOpenPgp } = await import("./openpgp/signature.ts");
  return verifyOpenPgp({ payload, armored: signature.armored }, openPgpKeys(trust));
}

function openPgpKeys({ principals }: TrustRegistry): OpenPgpKey[] {
  const keys = principals.flatMap(({ keys: held }) => held).filter(({ kind }) => kind === "openpgp");
  return keys.map(({ fingerprint, publicKey }) => ({ fingerprint, armored: publicKey }));
}
