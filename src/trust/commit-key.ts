import type { CommitObject, CommitSignature } from "./commit.ts";
import { dearmor, NAMESPACES, parseSshSignature, verifySshSignature } from "./ssh/sshsig.ts";

/** A commit that is signed, as far as its signature goes. */
export type SignedCommit = Pick<CommitObject, "payload"> & { readonly signature: CommitSignature };

/**
 * The fingerprint of the key whose SSH signature a commit carries, proven over the commit's bytes. It says nothing about
 * whether the key is trusted. SIGNATURE_*, TRUST_KEY_*.
 */
export function sshCommitKey({ signature, payload }: SignedCommit): string {
  const parsed = parseSshSignature(dearmor(signature.armored));
  const { fingerprint } = verifySshSignature(parsed, { payload, namespace: NAMESPACES.commit });
  return fingerprint;
}
