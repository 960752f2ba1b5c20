import type { Problem } from "../errors.ts";
import { judgeKey } from "./judge-key.ts";
import { letsSomebodySign, type TrustRegistry } from "./registry.ts";
import type { Role } from "./roles.ts";

/** Whose signature under a commit makes its stored evidence count without being measured again. */
export const VOUCHERS = ["gate-bot", "evidence-signer"] as const satisfies readonly Role[];

/**
 * Whether stored evidence needs a voucher: some active key may sign commits, or some key was ever named that may vouch. That
 * the last of them is revoked must not make numbers count that it no longer vouches for.
 */
export function asksForVouchers(trust: TrustRegistry): boolean {
  const keys = trust.principals.flatMap((principal) => principal.keys);
  return letsSomebodySign(trust) || keys.some(({ roles }) => VOUCHERS.some((role) => roles.includes(role)));
}

/** Whether a registry lets an SSH key vouch for evidence, and as whom. Problems are those of `judgeKey`. */
export function judgeVoucher(
  trust: TrustRegistry,
  fingerprint: string,
): { readonly principal: string } | Problem {
  return judgeKey(trust, { fingerprint, roles: VOUCHERS, use: "now" });
}
