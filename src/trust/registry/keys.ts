import { GateError } from "../../errors.ts";
import { at, elements, isPresent, type Reader, textOr, texts } from "../../domain/document/reader.ts";
import { openPgpFingerprint } from "../openpgp/fingerprint.ts";
import { parsePublicKey, type PublicKey } from "../public-key.ts";
import type { KeyStanding, TrustedKey } from "./entries.ts";
import { isRole, type Role } from "../roles.ts";
import { complain } from "./complaints.ts";

/** Reads one key of a principal with the given roles, and proves that its fingerprint is its own. */
export function readKey(item: Reader, roles: readonly Role[]): TrustedKey {
  const kind = textOr(at(item, "kind"), "ssh") === "openpgp" ? "openpgp" : "ssh";
  const publicKey = textOr(at(item, "public_key"), "");
  const fingerprint = textOr(at(item, "fingerprint"), "");
  const read = readPublicKey(at(item, "public_key"), kind);
  if (read && fingerprint !== "" && read.fingerprint !== fingerprint) {
    const message = `The key has the fingerprint ${read.fingerprint}, not ${fingerprint}.`;
    complain(at(item, "fingerprint"), "TRUST_FINGERPRINT_WRONG", message);
  }
  return {
    id: textOr(at(item, "id"), ""),
    kind,
    fingerprint,
    publicKey,
    key: read?.key ?? null,
    roles: keyRoles(at(item, "roles"), roles),
    standing: readStanding(item),
  };
}

function readPublicKey(
  reader: Reader,
  kind: TrustedKey["kind"],
): { readonly fingerprint: string; readonly key: PublicKey | null } | null {
  if (typeof reader.value !== "string") return null;
  try {
    if (kind === "openpgp") return { fingerprint: openPgpFingerprint(reader.value), key: null };
    const key = parsePublicKey(reader.value);
    return { fingerprint: key.fingerprint, key };
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    complain(reader, error.code, error.problems[0].message);
    return null;
  }
}

function keyRoles(reader: Reader, held: readonly Role[]): readonly Role[] {
  if (!isPresent(reader)) return held;
  for (const role of elements(reader)) {
    const name = rolesIn({ ...role, value: [role.value] })[0];
    if (name !== undefined && !held.includes(name))
      complain(role, "TRUST_ROLE_NOT_HELD", `The principal is no ${name}.`);
  }
  return rolesIn(reader).filter((role) => held.includes(role));
}

function readStanding(item: Reader): KeyStanding {
  const [retired, revoked] = [at(item, "retired"), at(item, "revoked")];
  if (isPresent(retired) && isPresent(revoked))
    complain(retired, "TRUST_KEY_ENDED_TWICE", "The key is retired and revoked.");
  if (isPresent(revoked)) return { state: "revoked", reason: textOr(at(revoked, "reason"), "") };
  if (isPresent(retired)) return { state: "retired", reason: textOr(at(retired, "reason"), "") };
  return { state: "active" };
}

/** Words that are no roles are the schema's business. */
export function rolesIn(reader: Reader): readonly Role[] {
  return texts(reader).filter(isRole);
}
