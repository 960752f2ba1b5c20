import { type Problem, problem } from "../../errors.ts";
import { trustChangeProblems } from "../../trust/compare.ts";
import { parseTrust, type TrustRegistry } from "../../trust/registry.ts";
import { TRUST_FILE } from "../../domain/policy-files.ts";
import type { Finding } from "./finding.ts";
import type { Scene } from "./walk.ts";

/** The registry that a commit brought; it comes into force when the commit passed. */
export interface BroughtTrust extends Finding {
  readonly registry: TrustRegistry | null;
}

/**
 * A change of trust.yaml: it is sound, its version grew, no key is erased and no revocation taken back. It is compared
 * with what is in force, which is not always what the commit before it holds. TRUST_*, DOCUMENT_*.
 */
export async function judgeTrust({ walk, after }: Scene): Promise<BroughtTrust> {
  const bytes = await walk.snapshots.store.file(after, TRUST_FILE);
  if (!bytes) {
    const where = { file: TRUST_FILE };
    const removed = problem("TRUST_FILE_REMOVED", `${TRUST_FILE} is deleted.`, { where });
    return { problems: walk.trust ? [removed] : [], registry: null };
  }
  const registry = parseTrust(bytes, TRUST_FILE);
  const before = walk.trust;
  if (!before || before.digest === registry.digest) return { problems: [], registry };
  const problems = [...growth(before.version, registry), ...trustChangeProblems(before, registry)];
  return { problems, registry };
}

function growth(before: number, { version }: TrustRegistry): Problem[] {
  if (version > before) return [];
  const where = { file: TRUST_FILE, pointer: "/metadata/version" };
  const is = `${TRUST_FILE} has version ${version}`;
  return version < before
    ? [problem("TRUST_ROLLBACK", `${is}; version ${before} is in force.`, { where })]
    : [problem("TRUST_VERSION_NOT_GROWN", `${is}, as before, and says something else.`, { where })];
}
