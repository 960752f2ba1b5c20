import { gateError } from "../../errors.ts";
import type { Git } from "../../ports/git.ts";
import { isFingerprint, type PublicKey } from "../../trust/public-key.ts";
import type { TrustedKey, TrustRegistry } from "../../trust/registry.ts";
import { baseCommit } from "../base-commit.ts";
import { groundOf } from "./ground.ts";

/**
 * Refuses a key that is not the one that somebody named: by its fingerprint, or by its id in the base's trust.yaml.
 * TRUST_KEY_OTHER, TRUST_ENTRY_UNKNOWN.
 */
export async function requireKey(git: Git, key: PublicKey, name: string): Promise<void> {
  const wanted = isFingerprint(name) ? name : await fingerprintOf(git, name);
  if (wanted === key.fingerprint) return;
  throw gateError("TRUST_KEY_OTHER", `The key is ${key.fingerprint}, but ${name} is ${wanted}.`);
}

async function fingerprintOf(git: Git, id: string): Promise<string> {
  const { trust } = await groundOf(git, await baseCommit(git));
  const key = trust && keyNamed(trust, id);
  if (key) return key.fingerprint;
  throw gateError("TRUST_ENTRY_UNKNOWN", `The base's trust.yaml has no key ${JSON.stringify(id)}.`);
}

/** The key of an id or a fingerprint. */
export function keyNamed(trust: TrustRegistry, name: string): TrustedKey | undefined {
  return trust.principals
    .flatMap(({ keys }) => keys)
    .find(({ id, fingerprint }) => id === name || fingerprint === name);
}
