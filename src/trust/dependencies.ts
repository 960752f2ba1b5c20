import type { Digest } from "../domain/digest.ts";
import { type Ledger, modelState } from "../domain/ledger.ts";
import { type LifecycleEvent, takesAway } from "../domain/lifecycle.ts";
import type { Manifest } from "../domain/manifest.ts";
import type { RevokedDependency } from "../domain/revoked-dependency.ts";
import { keyOf, type Revocation, type TrustRegistry } from "./registry.ts";

/** What a version was made from and who vouched for it, as its manifest says. */
export type Lineage = Pick<Manifest, "dataset_hash" | "trainer_code_hash" | "signing_key_id">;

/** Lineages of versions of one model. */
export type Lineages = ReadonlyMap<string, Lineage>;

/** What of a version's lineage the registry revokes; nothing without a registry. */
export function revokedIn(registry: TrustRegistry | null, lineage: Lineage): readonly RevokedDependency[] {
  if (!registry) return [];
  const { datasets, trainerCode } = registry.revoked;
  return [
    ...digestRevoked(datasets, lineage.dataset_hash).map(({ reason }): RevokedDependency => ({
      id: "dataset",
      reason: "TRUST_DATASET_REVOKED",
      says: `Its dataset ${short(lineage.dataset_hash)} is revoked: ${reason}`,
    })),
    ...digestRevoked(trainerCode, lineage.trainer_code_hash).map(({ reason }): RevokedDependency => ({
      id: "trainer-code",
      reason: "TRUST_TRAINER_CODE_REVOKED",
      says: `Its training code ${short(lineage.trainer_code_hash)} is revoked: ${reason}`,
    })),
    ...signerRevoked(registry, lineage.signing_key_id),
  ];
}

/** What somebody asks for, as far as it decides which versions come to serve. */
interface Asked {
  readonly event: LifecycleEvent;
  readonly model: string;
  readonly version: string;
}

/** Where production would fall back, and to which version, if a version were revoked. */
export function fallbacksOf(
  ledger: Ledger,
  { model, version }: Pick<Asked, "model" | "version">,
): readonly { readonly environment: string; readonly version: string }[] {
  const { environments } = modelState(ledger, model);
  return Object.entries(environments).flatMap(([environment, { slots, rollback_targets: targets }]) => {
    const next = targets.find((target) => target.version !== version);
    return slots.PRODUCTION?.version === version && next ? [{ environment, version: next.version }] : [];
  });
}

/** Versions whose lineage decides about a request: its own, and those that a REVOKE would bring back. */
export function versionsBehind(ledger: Ledger, asked: Asked): readonly string[] {
  if (!takesAway(asked.event)) return [asked.version];
  return asked.event === "REVOKE" ? fallbacksOf(ledger, asked).map(({ version }) => version) : [];
}

/** Why a request must not pass: what it would bring forward depends on something revoked. */
export function revokedBehind(
  registry: TrustRegistry | null,
  of: { readonly ledger: Ledger; readonly request: Asked; readonly lineages: Lineages },
): readonly RevokedDependency[] {
  const { ledger, request, lineages } = of;
  const found = (version: string): readonly RevokedDependency[] => {
    const lineage = lineages.get(version);
    return lineage ? revokedIn(registry, lineage) : [];
  };
  if (!takesAway(request.event)) return found(request.version);
  if (request.event !== "REVOKE") return [];
  return fallbacksOf(ledger, request).flatMap(({ environment, version }) =>
    found(version).map(({ says }) => ({
      id: "fallback" as const,
      reason: "TRUST_FALLBACK_REVOKED" as const,
      says: `In ${environment}, production would fall back to ${version}. ${says}`,
    })),
  );
}

function digestRevoked(revocations: readonly Revocation[], digest: Digest): readonly Revocation[] {
  return revocations.filter((one) => one.digest === digest && one.lifted === null);
}

function signerRevoked(registry: TrustRegistry, fingerprint: string | null): readonly RevokedDependency[] {
  const standing = fingerprint === null ? undefined : keyOf(registry, fingerprint)?.key.standing;
  if (standing?.state !== "revoked") return [];
  const says = `It was signed with ${fingerprint}, which is revoked: ${standing.reason}`;
  return [{ id: "signing-key", reason: "TRUST_SIGNING_KEY_REVOKED", says }];
}

function short(digest: Digest): string {
  return `${digest.slice(0, 19)}…`;
}
