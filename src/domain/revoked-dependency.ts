const REVOCATIONS = [
  "TRUST_DATASET_REVOKED",
  "TRUST_TRAINER_CODE_REVOKED",
  "TRUST_SIGNING_KEY_REVOKED",
  "TRUST_FALLBACK_REVOKED",
] as const;
type RevocationCode = (typeof REVOCATIONS)[number];

/** A revoked thing that something depends on. */
export interface RevokedDependency {
  readonly id: "dataset" | "trainer-code" | "signing-key" | "fallback";
  readonly reason: RevocationCode;
  /** One sentence, with the reason of the revocation. */
  readonly says: string;
}

/** Whether a verdict's reason is that something was revoked. */
export function isRevocation(reason: string | null): reason is RevocationCode {
  return REVOCATIONS.some((code) => code === reason);
}
