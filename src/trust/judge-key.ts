import { type Problem, problem } from "../errors.ts";
import { keyOf, type TrustedKey, type TrustRegistry } from "./registry.ts";
import type { Role } from "./roles.ts";

/** What a key was used for. */
export interface KeyUse {
  readonly fingerprint: string;
  /** One of them is enough. */
  readonly roles: readonly Role[];
  /** `earlier`: what was signed was accepted while the key was active, so that a retired key still counts. */
  readonly use: "now" | "earlier";
}

/**
 * Whether a registry trusts a key with something, and as whom. A problem, without a place, is TRUST_KEY_UNKNOWN,
 * TRUST_KEY_REVOKED, TRUST_KEY_RETIRED or TRUST_ROLE_MISSING.
 */
export function judgeKey(registry: TrustRegistry, of: KeyUse): { readonly principal: string } | Problem {
  const found = keyOf(registry, of.fingerprint);
  if (!found) return problem("TRUST_KEY_UNKNOWN", `Nobody is known to hold the key ${of.fingerprint}.`);
  const { principal, key } = found;
  const ended = endedProblem(key, of.use);
  if (ended) return ended;
  if (key.roles.some((role) => of.roles.includes(role))) return { principal: principal.id };
  const has = key.roles.length > 0 ? key.roles.join(", ") : "no role";
  return problem(
    "TRUST_ROLE_MISSING",
    `The key ${key.id} of ${principal.id} has ${has}; wanted is ${of.roles.join(" or ")}.`,
  );
}

/** Tells the two answers of `judgeKey` apart. */
export function isTrusted(judged: ReturnType<typeof judgeKey>): judged is { readonly principal: string } {
  return "principal" in judged;
}

function endedProblem({ id, standing }: TrustedKey, use: KeyUse["use"]): Problem | undefined {
  if (standing.state === "revoked")
    return problem("TRUST_KEY_REVOKED", `The key ${id} is revoked: ${standing.reason}`);
  if (standing.state === "retired" && use === "now")
    return problem("TRUST_KEY_RETIRED", `The key ${id} is retired: ${standing.reason}`);
  return undefined;
}
