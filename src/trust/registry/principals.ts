import { at, elements, isPresent, type Reader, textOr } from "../../domain/document/reader.ts";
import type { Principal } from "./entries.ts";
import { COMMIT_SIGNERS, type Role, type SignedChange } from "../roles.ts";
import { complainOfTwins } from "./complaints.ts";
import { readKey, rolesIn } from "./keys.ts";

/** Reads principals and their keys; what stands twice, or twice in other words, is complained of. */
export function readPrincipals(reader: Reader): readonly Principal[] {
  const items = elements(reader);
  const principals = items.map(readPrincipal);
  const named = (key: string) =>
    items.map((item) => ({ reader: at(item, key), name: textOr(at(item, key), "").toLowerCase() }));
  complainOfTwins(named("id"), "TRUST_NAME_DUPLICATE", "principals");
  complainOfTwins(named("github"), "TRUST_LOGIN_DUPLICATE", "principals");
  const keys = items.flatMap((item) => elements(at(item, "keys")));
  const told = (key: string) =>
    keys.map((item) => ({ reader: at(item, key), name: textOr(at(item, key), "") }));
  complainOfTwins(told("id"), "TRUST_NAME_DUPLICATE", "keys");
  complainOfTwins(told("fingerprint"), "TRUST_KEY_DUPLICATE", "entries");
  return principals;
}

function readPrincipal(item: Reader): Principal {
  const roles = rolesIn(at(item, "roles"));
  return {
    id: textOr(at(item, "id"), ""),
    github: textOr(at(item, "github"), null),
    roles,
    keys: elements(at(item, "keys")).map((key) => readKey(key, roles)),
  };
}

/** Which roles sign the landing commit of each kind of change; a kind that is left out has its default. */
export function readCommitSigners(reader: Reader): Readonly<Record<SignedChange, readonly Role[]>> {
  const of = (kind: SignedChange): readonly Role[] => {
    const stated = at(reader, kind);
    return isPresent(stated) ? rolesIn(stated) : COMMIT_SIGNERS[kind];
  };
  return {
    promotion: of("promotion"),
    registration: of("registration"),
    policy: of("policy"),
    trust: of("trust"),
  };
}
