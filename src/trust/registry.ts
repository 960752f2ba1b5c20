import { TRUST_FILE } from "../domain/policy-files.ts";
import { digestOf } from "../domain/digest.ts";
import { schemaProblems } from "../domain/document/check-schema.ts";
import { parseYaml } from "../domain/document/yaml.ts";
import { type Problem, refuse } from "../errors.ts";
import { at, numberOr, readerOf, textOr, texts } from "../domain/document/reader.ts";
import { TRUST_V1 } from "../generated/trust-v1.js";
import { byPlace, distinct } from "./registry/complaints.ts";
import type { Principal, TrustedKey, TrustRegistry } from "./registry/entries.ts";
import { readCommitSigners, readPrincipals } from "./registry/principals.ts";
import { readRevocations } from "./registry/revocations.ts";

/** 1 MiB: more than 10,000 lines. */
export const TRUST_SIZE_LIMIT = 1024 * 1024;

/**
 * Parses trust.yaml, all of it: every key, every fingerprint. Throws one GateError with every problem (at most 100), by
 * line: DOCUMENT_*, TRUST_NAME_DUPLICATE, TRUST_KEY_DUPLICATE, TRUST_LOGIN_DUPLICATE, TRUST_FINGERPRINT_WRONG,
 * TRUST_ROLE_NOT_HELD, TRUST_KEY_ENDED_TWICE, TRUST_REVOCATION_DUPLICATE, TRUST_KEY_* of the keys themselves.
 */
export function parseTrust(bytes: Uint8Array, file: string = TRUST_FILE): TrustRegistry {
  const document = parseYaml(bytes, file, TRUST_SIZE_LIMIT);
  const problems: Problem[] = [];
  const root = readerOf(document, problems);
  const registry: TrustRegistry = {
    version: numberOr(at(at(root, "metadata"), "version"), 0),
    owners: texts(at(at(root, "metadata"), "owners")),
    principals: readPrincipals(at(root, "principals")),
    commits: readCommitSigners(at(root, "commits")),
    manifestSignature: textOr(at(root, "manifest_signature"), "") === "required" ? "required" : "optional",
    revoked: readRevocations(at(root, "revoked")),
    digest: digestOf(bytes),
  };
  refuse(byPlace(distinct([...schemaProblems(document, TRUST_V1), ...problems])));
  return registry;
}

/**
 * Whether some active key may sign some kind of commit. A trust.yaml without one is no root of trust yet: it may vouch for
 * manifests, but of commits it could only say that nobody was allowed to make them.
 */
export function letsSomebodySign({ principals, commits }: TrustRegistry): boolean {
  const signers = new Set(Object.values(commits).flat());
  const keys = principals.flatMap(({ keys: held }) => held);
  return keys.some(
    ({ standing, roles }) => standing.state === "active" && roles.some((role) => signers.has(role)),
  );
}

/** A key and whose it is; undefined when the registry has never heard of it. */
export function keyOf(
  registry: TrustRegistry,
  fingerprint: string,
): { readonly principal: Principal; readonly key: TrustedKey } | undefined {
  return indexOf(registry).get(fingerprint);
}

type KeyIndex = ReadonlyMap<string, { readonly principal: Principal; readonly key: TrustedKey }>;

/** An audit asks one registry about every commit: the keys are laid out once. */
const indices = new WeakMap<TrustRegistry, KeyIndex>();

function indexOf(registry: TrustRegistry): KeyIndex {
  const known = indices.get(registry);
  if (known) return known;
  const entries = registry.principals.flatMap((principal) =>
    principal.keys.map((key) => [key.fingerprint, { principal, key }] as const),
  );
  const index: KeyIndex = new Map(entries);
  indices.set(registry, index);
  return index;
}

export type { Principal, Revocation, TrustedKey, TrustRegistry } from "./registry/entries.ts";
