import { type Lineage, revokedIn } from "./dependencies.ts";
import type { TrustRegistry } from "./registry.ts";

/** Two registries, one after the other; null where there was none. */
export interface TrustStep {
  readonly before: TrustRegistry | null;
  readonly after: TrustRegistry;
}

/** What of a lineage is revoked now and was not before, one sentence each. */
export function newlyRevoked({ before, after }: TrustStep, lineage: Lineage): readonly string[] {
  const known = new Set(revokedIn(before, lineage).map(({ id }) => id));
  return revokedIn(after, lineage)
    .filter(({ id }) => !known.has(id))
    .map(({ says }) => says);
}

/** Whether anything at all is newly revoked. */
export function revokesMore({ before, after }: TrustStep): boolean {
  const known = new Set(before ? revocationsIn(before) : []);
  return revocationsIn(after).some((name) => !known.has(name));
}

function revocationsIn({ principals, revoked }: TrustRegistry): readonly string[] {
  const keys = principals.flatMap(({ keys }) => keys).filter(({ standing }) => standing.state === "revoked");
  const digests = [...revoked.datasets, ...revoked.trainerCode].filter(({ lifted }) => lifted === null);
  return [...keys.map(({ fingerprint }) => fingerprint), ...digests.map(({ digest }) => digest)];
}
