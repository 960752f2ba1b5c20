import type { SignedCommit } from "../../trust/commit-key.ts";
import type { OpenPgpKey } from "../../trust/openpgp/signature.ts";
import type { TrustRegistry } from "../../trust/registry.ts";

/** The fingerprint of the registry's key whose OpenPGP signature a commit carries. OpenPGP.js is loaded only here. SIGNATURE_*, TRUST_KEY_*. */
export async function openPgpCommitKey(
  { signature, payload }: SignedCommit,
  trust: TrustRegistry,
): Promise<string> {
  const { verifyOpenPgp } = await import("../../trust/openpgp/signature.ts");
  return verifyOpenPgp({ payload, armored: signature.armored }, openPgpKeys(trust));
}

function openPgpKeys({ principals }: TrustRegistry): OpenPgpKey[] {
  const keys = principals.flatMap(({ keys: held }) => held).filter(({ kind }) => kind === "openpgp");
  return keys.map(({ fingerprint, publicKey }) => ({ fingerprint, armored: publicKey }));
}
