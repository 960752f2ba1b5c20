import type { Role } from "../roles.ts";

interface Ended {
  readonly reason: string;
}

/** One key, as the file has it. */
export interface KeyEntry {
  readonly id: string;
  readonly kind?: "ssh" | "openpgp";
  readonly fingerprint: string;
  readonly public_key: string;
  readonly roles?: readonly Role[];
  readonly retired?: Ended;
  readonly revoked?: Ended;
}

export interface PrincipalEntry {
  readonly id: string;
  readonly github?: string;
  readonly roles: readonly Role[];
  readonly keys: readonly KeyEntry[];
}

type RevocationEntry = {
  readonly reason: string;
  readonly lifted?: Ended;
};

/** `policies/trust.yaml` as it stands, for editing; what is read for judging is a `TrustRegistry`. */
export interface TrustDocument {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly version: number; readonly owners: readonly string[] };
  readonly principals: readonly PrincipalEntry[];
  readonly revoked?: {
    readonly datasets?: readonly (RevocationEntry & { readonly digest: string })[];
    readonly trainer_code?: readonly (RevocationEntry & { readonly hash: string })[];
  };
}
