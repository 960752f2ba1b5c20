import type { ApprovalStatement } from "../../domain/approval-statement.ts";
import { GateError, type Problem, problem, tried } from "../../errors.ts";
import { decodeBase64 } from "../base64.ts";
import { isTrusted, judgeKey } from "../judge-key.ts";
import { keyOf, type TrustRegistry } from "../registry.ts";
import { type Role, ROLES } from "../roles.ts";
import { NAMESPACES, parseSshSignature, verifySshSignature } from "../ssh/sshsig.ts";
import { approvalPayload } from "./statement.ts";

/** Whose word an approval is, and what they may approve. */
export interface Approver {
  readonly principal: string;
  /** Login on the forge. */
  readonly login: string | null;
  /** Roles of the key, or of the principal when it was a review that the gate vouches for. */
  readonly roles: readonly Role[];
}

/**
 * Whose word an approval is: its signature is over its bytes, by a key that the registry trusts now, of the principal
 * that it names; a review on GitHub is vouched for by the gate's own key: that of its signature, or else of the commit
 * that keeps it (`keeper`). Else what is wrong: SIGNATURE_*, TRUST_KEY_*, TRUST_ROLE_MISSING, APPROVAL_PRINCIPAL_MISMATCH,
 * APPROVAL_UNVOUCHED.
 */
export function approverOf(
  approval: ApprovalStatement,
  trust: TrustRegistry,
  keeper: string | null = null,
): Approver | Problem {
  const fingerprint = voucher(approval, keeper);
  if (typeof fingerprint !== "string") return fingerprint;
  const vouched = approval.source.kind === "github-review";
  const judged = judgeKey(trust, { fingerprint, roles: vouched ? ["gate-bot"] : ROLES, use: "now" });
  if (!isTrusted(judged)) return judged;
  return vouched ? reviewer(approval, trust) : holder(approval, keyOf(trust, fingerprint));
}

/** Tells the two answers of `approverOf` apart. */
export function isApprover(found: Approver | Problem): found is Approver {
  return "principal" in found;
}

function holder(approval: ApprovalStatement, known: ReturnType<typeof keyOf>): Approver | Problem {
  if (known?.principal.id !== approval.principal)
    return other(`${approval.principal}, and the key is that of ${known?.principal.id ?? "nobody"}`);
  return { principal: known.principal.id, login: known.principal.github, roles: known.key.roles };
}

/** Whose login it is, the registry says; the gate says only that the review was there. */
function reviewer(approval: ApprovalStatement, { principals }: TrustRegistry): Approver | Problem {
  const login = approval.source.kind === "github-review" ? approval.source.reviewer : "";
  const found = principals.find(({ github }) => github?.toLowerCase() === login.toLowerCase());
  if (found?.id !== approval.principal)
    return other(`${approval.principal}, and the login ${login} is that of ${found?.id ?? "nobody"}`);
  return { principal: found.id, login: found.github, roles: found.roles };
}

function other(why: string): Problem {
  return problem("APPROVAL_PRINCIPAL_MISMATCH", `It names ${why}.`);
}

const UNVOUCHED = problem("APPROVAL_UNVOUCHED", "Nobody signed it, nor the commit that keeps it.");

/** The key that stands for an approval: that of its signature, which it names, or that of the commit that keeps it. */
function voucher(approval: ApprovalStatement, keeper: string | null): string | Problem {
  const { key, signature } = approval;
  if (signature === null) return keeper ?? UNVOUCHED;
  const signed = signingKey(approval, signature);
  if (typeof signed !== "string" || signed === key) return signed;
  return other(`${key}, and ${signed} signed`);
}

function signingKey(approval: ApprovalStatement, signature: string): string | Problem {
  const blob = decodeBase64(signature);
  if (!blob) return problem("SIGNATURE_MALFORMED", "The signature is not one line of base64.");
  const of = { payload: approvalPayload(approval), namespace: NAMESPACES.approval };
  const signed = tried(() => verifySshSignature(parseSshSignature(blob), of));
  return signed instanceof GateError ? signed.problems[0] : signed.fingerprint;
}
