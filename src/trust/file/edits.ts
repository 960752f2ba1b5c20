import type { Digest } from "../../domain/digest.ts";
import { gateError } from "../../errors.ts";
import type { Role } from "../roles.ts";
import type { KeyEntry, PrincipalEntry, TrustDocument } from "./trust-document.ts";

/** An edit of trust.yaml: a function of the file, so that it can be applied anew when the file changed meanwhile. */
export interface TrustEdit {
  readonly apply: (document: TrustDocument) => TrustDocument;
  /** The document has it already: the very same entry, with the same words. */
  readonly isIn: (document: TrustDocument) => boolean;
}

/** `addKey` as an edit. */
export function addition(of: Addition): TrustEdit {
  return {
    apply: (document) => addKey(document, of),
    isIn: ({ principals }) => {
      const principal = principals.find(({ id }) => id === of.principal);
      const key = principal && activeKey(principal, of);
      return (
        key !== undefined &&
        sameRoles(of.roles.length > 0 ? (key.roles ?? principal?.roles) : key.roles, of.roles) &&
        (of.github === null || of.github === principal?.github)
      );
    },
  };
}

/** `rotateKey` as an edit. */
export function rotation(of: Rotation): TrustEdit {
  return {
    apply: (document) => rotateKey(document, of),
    isIn: ({ principals }) => {
      const isOld = ({ id, fingerprint }: KeyEntry) => id === of.old || fingerprint === of.old;
      const principal = principals.find(({ keys }) => keys.some(isOld));
      const key = principal && activeKey(principal, of);
      return key !== undefined && sameRoles(key.roles, principal?.keys.find(isOld)?.roles ?? []);
    },
  };
}

/** `endKey` as an edit. */
export function ending(of: Ending): TrustEdit {
  return {
    apply: (document) => endKey(document, of),
    isIn: ({ principals }) =>
      principals.some(({ keys }) =>
        keys.some((key) => [key.id, key.fingerprint].includes(of.key) && key[of.as]?.reason === of.reason),
      ),
  };
}

/** `revokeDigest` as an edit. */
export function revocation(of: RevokedDigest): TrustEdit {
  return {
    apply: (document) => revokeDigest(document, of),
    isIn: (document) => {
      const known = revokedEntry(document, of);
      return known !== undefined && known["lifted"] === undefined && known["reason"] === of.reason;
    },
  };
}

function activeKey(
  { keys }: PrincipalEntry,
  of: { readonly id: string | null; readonly key: NewKey },
): KeyEntry | undefined {
  return keys.find(
    ({ id, fingerprint, public_key, retired, revoked }) =>
      fingerprint === of.key.fingerprint &&
      public_key === of.key.public_key &&
      (of.id === null || of.id === id) &&
      !retired &&
      !revoked,
  );
}

function sameRoles(one: readonly Role[] | undefined, other: readonly Role[]): boolean {
  return (one ?? []).toSorted().join(" ") === other.toSorted().join(" ");
}

/** A public key to be added. */
export type NewKey = Pick<KeyEntry, "kind" | "fingerprint" | "public_key">;

/** Whom to trust with a new key. */
export interface Addition {
  readonly principal: string;
  /** Null: the principal's id and the next free number. */
  readonly id: string | null;
  readonly key: NewKey;
  /** For a new principal its roles; for an old one, fewer than it has. */
  readonly roles: readonly Role[];
  readonly github: string | null;
}

/** A new key beside an old one, which is named by id or fingerprint. */
export interface Rotation {
  readonly old: string;
  /** Null: the principal's id and the next free number. */
  readonly id: string | null;
  readonly key: NewKey;
}

/** The end of a key, which is named by id or fingerprint. */
export interface Ending {
  readonly key: string;
  readonly as: "retired" | "revoked";
  readonly reason: string;
}

/** A dataset or training code that is no longer trusted. */
export interface RevokedDigest {
  readonly what: "datasets" | "trainer_code";
  readonly digest: Digest;
  readonly reason: string;
}

/** Adds a key, and its principal when that is new. TRUST_ROLES_NEEDED. */
export function addKey(document: TrustDocument, addition: Addition): TrustDocument {
  const known = document.principals.find(({ id }) => id === addition.principal);
  const { owners } = document.metadata;
  const owned = {
    ...document,
    metadata: { ...document.metadata, owners: owners.length > 0 ? owners : [addition.principal] },
  };
  const id = addition.id ?? freeId(document, addition.principal);
  const entry = entryOf(id, addition.key);
  if (known) {
    const added = { ...entry, ...(addition.roles.length > 0 ? { roles: addition.roles } : {}) };
    return withKeys(owned, known.id, (keys) => [...keys, added]);
  }
  if (addition.roles.length === 0)
    throw gateError("TRUST_ROLES_NEEDED", `${addition.principal} is new, and no role is given.`);
  const principal: PrincipalEntry = {
    id: addition.principal,
    ...(addition.github === null ? {} : { github: addition.github }),
    roles: addition.roles,
    keys: [entry],
  };
  return { ...owned, principals: [...owned.principals, principal] };
}

/** Adds a key beside an old one, with the same roles; both sign until the old one is retired. TRUST_ENTRY_*. */
export function rotateKey(document: TrustDocument, of: Rotation): TrustDocument {
  const { principal, key } = held(document, of.old);
  refuseEnded(key, ["retired", "revoked"]);
  const roles = key.roles ? { roles: key.roles } : {};
  const next = { ...entryOf(of.id ?? freeId(document, principal), of.key), ...roles };
  return withKeys(document, principal, (keys) => [...keys, next]);
}

/** Ends a key; a retired one may still be revoked. TRUST_ENTRY_*. */
export function endKey(document: TrustDocument, of: Ending): TrustDocument {
  const { principal, key } = held(document, of.key);
  refuseEnded(key, of.as === "revoked" ? ["revoked"] : ["retired", "revoked"]);
  const { retired: _retired, ...rest } = key;
  const ended: KeyEntry = { ...rest, [of.as]: { reason: of.reason } };
  return withKeys(document, principal, (keys) => keys.map((one) => (one.id === key.id ? ended : one)));
}

/** Revokes a dataset or training code; one that was lifted is revoked again. TRUST_ENTRY_ENDED. */
export function revokeDigest(document: TrustDocument, of: RevokedDigest): TrustDocument {
  const { what, digest, reason } = of;
  const known = revokedEntry(document, of);
  if (known && known["lifted"] === undefined)
    throw gateError("TRUST_ENTRY_ENDED", `${digest} is revoked already: ${String(known["reason"])}`);
  const entries: readonly unknown[] = document.revoked?.[what] ?? [];
  const entry = { [NAME_OF[what]]: digest, reason };
  const next = known ? entries.map((one) => (one === known ? entry : one)) : [...entries, entry];
  return { ...document, revoked: { ...document.revoked, [what]: next } };
}

const NAME_OF = { datasets: "digest", trainer_code: "hash" } as const;

function revokedEntry(
  { revoked }: TrustDocument,
  { what, digest }: RevokedDigest,
): Readonly<Record<string, unknown>> | undefined {
  const entries = (revoked?.[what] ?? []) as readonly Readonly<Record<string, unknown>>[];
  return entries.find((one) => one[NAME_OF[what]] === digest);
}

/** A key of a document by id or fingerprint, and whose it is. TRUST_ENTRY_UNKNOWN. */
export function held(
  document: TrustDocument,
  name: string,
): { readonly principal: string; readonly key: KeyEntry } {
  for (const principal of document.principals) {
    const key = principal.keys.find(({ id, fingerprint }) => id === name || fingerprint === name);
    if (key) return { principal: principal.id, key };
  }
  throw gateError("TRUST_ENTRY_UNKNOWN", `There is no key ${JSON.stringify(name.slice(0, 80))}.`);
}

function refuseEnded(key: KeyEntry, states: readonly ("retired" | "revoked")[]): void {
  const state = states.find((one) => key[one] !== undefined);
  if (state === undefined) return;
  throw gateError("TRUST_ENTRY_ENDED", `${key.id} is ${state} already: ${key[state]?.reason ?? ""}`);
}

function entryOf(id: string, key: NewKey): KeyEntry {
  const { kind, fingerprint, public_key } = key;
  return { id, ...(kind === "openpgp" ? { kind } : {}), fingerprint, public_key };
}

function freeId({ principals }: TrustDocument, principal: string): string {
  const taken = new Set(principals.flatMap(({ keys }) => keys.map(({ id }) => id)));
  for (let number = 1; ; number += 1)
    if (!taken.has(`${principal}-${number}`)) return `${principal}-${number}`;
}

function withKeys(
  document: TrustDocument,
  principal: string,
  change: (keys: readonly KeyEntry[]) => readonly KeyEntry[],
): TrustDocument {
  const principals = document.principals.map((one) =>
    one.id === principal ? { ...one, keys: change(one.keys) } : one,
  );
  return { ...document, principals };
}
