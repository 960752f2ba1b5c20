import { type Problem, problem } from "../../errors.ts";
import { parseTrust, TRUST_FILE, type TrustRegistry } from "../../trust/registry.ts";
import type { Finding } from "./finding.ts";
import type { Scene } from "./walk.ts";

/** The registry that a commit brought; it comes into force when the commit passed. */
export interface BroughtTrust extends Finding {
  readonly registry: TrustRegistry | null;
}

/** A change of trust.yaml: it is sound, its version grew, and it is still there. TRUST_*, POLICY_ROLLBACK, AUDIT_TRUST_REMOVED. */
export async function judgeTrust({ walk, after }: Scene): Promise<BroughtTrust> {
  const bytes = await walk.snapshots.store.file(after, TRUST_FILE);
  if (!bytes) {
    const removed = problem("AUDIT_TRUST_REMOVED", `${TRUST_FILE} is deleted.`, {
      where: { file: TRUST_FILE },
    });
    return { problems: walk.trust ? [removed] : [], registry: null };
  }
  const registry = parseTrust(bytes, TRUST_FILE);
  return { problems: walk.trust ? growth(walk.trust, registry) : [], registry };
}

function growth(before: TrustRegistry, after: TrustRegistry): Problem[] {
  if (after.version > before.version || after.digest === before.digest) return [];
  const where = { file: TRUST_FILE, pointer: "/metadata/version" };
  const text = `${TRUST_FILE} has version ${after.version}`;
  return after.version < before.version
    ? [problem("POLICY_ROLLBACK", `${text}; version ${before.version} is in force.`, { where })]
    : [problem("POLICY_VERSION_NOT_RAISED", `${text}, as before, and says something else.`, { where })];
}
