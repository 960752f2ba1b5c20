import type { Digest } from "../../domain/digest.ts";
import type { PublicKey } from "../public-key.ts";
import type { Role, SignedChange } from "../roles.ts";

/** Whether a key signs. Retired: nothing new. Revoked: nothing new, and what it signed proves nothing. */
export type KeyStanding =
  | { readonly state: "active" }
  | { readonly state: "retired" | "revoked"; readonly reason: string };

/** One key. `fingerprint` is OpenSSH's, or 40 upper-case hex digits for OpenPGP. */
export interface TrustedKey {
  readonly id: string;
  readonly kind: "ssh" | "openpgp";
  readonly fingerprint: string;
  /** As it stands in the file: an OpenSSH line, PEM, or armoured OpenPGP. */
  readonly publicKey: string;
  /** Null for OpenPGP, whose packets are read only where a commit is verified. */
  readonly key: PublicKey | null;
  /** Those of the key, or all of its principal's. */
  readonly roles: readonly Role[];
  readonly standing: KeyStanding;
}

/** One person or machine, who counts once however many keys it has. */
export interface Principal {
  readonly id: string;
  /** Login on the forge. */
  readonly github: string | null;
  readonly roles: readonly Role[];
  readonly keys: readonly TrustedKey[];
}

/** Something that no promotion may depend on; `lifted` says why that no longer holds. */
export interface Revocation {
  readonly digest: Digest;
  readonly reason: string;
  readonly lifted: string | null;
}

/** `policies/trust.yaml` of one commit. In force is that of the first parent of the commit that is judged. */
export interface TrustRegistry {
  readonly version: number;
  readonly owners: readonly string[];
  readonly principals: readonly Principal[];
  readonly commits: Readonly<Record<SignedChange, readonly Role[]>>;
  readonly manifestSignature: "required" | "optional";
  readonly revoked: {
    readonly datasets: readonly Revocation[];
    readonly trainerCode: readonly Revocation[];
  };
  /** SHA-256 of the file's bytes. */
  readonly digest: Digest;
}
