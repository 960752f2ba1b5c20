import type { AuditedKind, Signer } from "../../domain/audit.ts";
import { GateError, type Problem, problem } from "../../errors.ts";
import type { CommitObject } from "../../trust/commit.ts";
import { sshCommitKey } from "../../trust/commit-key.ts";
import { isTrusted, judgeKey } from "../../trust/judge-key.ts";
import type { TrustRegistry } from "../../trust/registry.ts";
import { type Role, ROLES, type SignedChange } from "../../trust/roles.ts";
import { openPgpCommitKey } from "../trust/openpgp-commit-key.ts";
import type { Landed } from "./landed.ts";
import type { Walk } from "./walk.ts";

/** Who signed a commit, and what is wrong with that. */
export interface Signing {
  readonly signer: Signer | null;
  readonly problems: readonly Problem[];
}

const NOBODY: Signing = { signer: null, problems: [] };

/** The change that a kind of commit needs a signature for; null where it needs none. */
const SIGNED_AS: Readonly<Record<AuditedKind, SignedChange | null>> = {
  promotion: "promotion",
  registration: "registration",
  policy: "policy",
  adoption: "policy",
  trust: "trust",
  other: null,
  root: null,
};

/**
 * Proves that a commit is signed by a key that was in force before it and holds a role for what it changes. Nothing is
 * asked before there is a trust.yaml, nor of commits that change nothing governed; those tell their signer when they have
 * one. COMMIT_*, SIGNATURE_*, TRUST_*, AUDIT_UNSIGNED, AUDIT_SIGNATURE_UNSUPPORTED.
 */
export async function signingOf(walk: Walk, landed: Landed, kind: AuditedKind): Promise<Signing> {
  const { object } = landed;
  if (object instanceof GateError) return { signer: null, problems: object.problems };
  const change = SIGNED_AS[kind];
  if (!walk.trust || (!object.signature && change === null)) return NOBODY;
  const roles = change === null ? null : walk.trust.commits[change];
  return proveSigner(walk.trust, object, roles).catch(refusal);
}

function refusal(error: unknown): Signing {
  if (error instanceof GateError) return { signer: null, problems: error.problems };
  throw error;
}

/** `roles` null: nothing rests on the key, so that any will do; but who still signs with a revoked one may be a thief. */
async function proveSigner(
  trust: TrustRegistry,
  commit: CommitObject,
  roles: readonly Role[] | null,
): Promise<Signing> {
  const fingerprint = await signingKey(trust, commit);
  if (typeof fingerprint !== "string") return { signer: null, problems: [fingerprint] };
  const judged = judgeKey(trust, { fingerprint, roles: roles ?? ROLES, use: "now" });
  if (isTrusted(judged)) return { signer: { principal: judged.principal, fingerprint }, problems: [] };
  return roles === null && judged.code !== "TRUST_KEY_REVOKED"
    ? NOBODY
    : { signer: null, problems: [judged] };
}

/** The fingerprint of the key whose signature the commit carries, proven over its bytes. */
async function signingKey(
  trust: TrustRegistry,
  { id, signature, payload }: CommitObject,
): Promise<string | Problem> {
  if (!signature) return problem("AUDIT_UNSIGNED", `Commit ${id.slice(0, 12)} is not signed.`);
  switch (signature.kind) {
    case "ssh":
      return sshCommitKey({ signature, payload });
    case "openpgp":
      return openPgpCommitKey({ signature, payload }, trust);
    case "x509":
      return problem("AUDIT_SIGNATURE_UNSUPPORTED", `Commit ${id.slice(0, 12)} is signed by a certificate.`);
  }
}

/** One payload under two ids: what was signed once stands in history twice. AUDIT_PAYLOAD_REPEATED. */
export function repeatedPayloads({ payloads }: Walk, { signed }: Landed): Problem[] {
  return signed.flatMap(({ id, digest }) => {
    const first = payloads.get(digest) ?? id;
    payloads.set(digest, first);
    if (first === id) return [];
    return [problem("AUDIT_PAYLOAD_REPEATED", `Commits ${first} and ${id} hold the same signed bytes.`)];
  });
}
