import { EXCEPTIONS_FILE } from "../../domain/policy-files.ts";
import type { AuditException, CommitVerdict } from "../../domain/audit.ts";
import { checkSchema } from "../../domain/document/check-schema.ts";
import { parseYaml } from "../../domain/document/yaml.ts";
import { type Problem, problem } from "../../errors.ts";
import { AUDIT_EXCEPTIONS_V1 } from "../../generated/audit-exceptions-v1.js";

/** Parses `policies/audit-exceptions.yaml`. DOCUMENT_*, with places. */
export function parseExceptions(bytes: Uint8Array): readonly AuditException[] {
  const document = parseYaml(bytes, EXCEPTIONS_FILE);
  return checkSchema<{ exceptions: readonly AuditException[] }>(document, AUDIT_EXCEPTIONS_V1).exceptions;
}

/** An exception, and whether a commit that passed on its own brought it. */
export interface ArrivedException extends AuditException {
  readonly proven: boolean;
}

/**
 * The exceptions after a commit that changed their file: those that were there stand as they came; new ones are proven
 * when the commit that brings them passed, without any exception for itself.
 */
export function arrived(
  before: readonly ArrivedException[],
  now: readonly AuditException[],
  passed: boolean,
): readonly ArrivedException[] {
  return now.map((one) => before.find((known) => sameException(known, one)) ?? { ...one, proven: passed });
}

function sameException(a: AuditException, b: AuditException): boolean {
  return a.commit === b.commit && a.reason === b.reason && a.owner === b.owner;
}

/**
 * Failures that are acknowledged become EXCEPTED; they are counted, and never pass. AUDIT_EXCEPTION_UNPROVEN,
 * AUDIT_EXCEPTION_UNUSED for the rest. `earlier`: commits of the line that this audit did not look at.
 */
export function acknowledge(
  commits: readonly CommitVerdict[],
  exceptions: readonly ArrivedException[],
  earlier: ReadonlySet<string>,
): { readonly commits: readonly CommitVerdict[]; readonly problems: readonly Problem[] } {
  const proven = new Map(exceptions.filter((one) => one.proven).map((one) => [one.commit, one]));
  const judged = commits.map((verdict): CommitVerdict => {
    const { proven: _proven, ...exception } = proven.get(verdict.commit) ?? { proven: false };
    if (verdict.outcome !== "FAIL" || !("commit" in exception)) return verdict;
    return { ...verdict, outcome: "EXCEPTED", exception };
  });
  const used = new Set(judged.flatMap(({ exception }) => exception?.commit ?? []));
  const problems = exceptions.flatMap((one): Problem[] => {
    const where = { file: EXCEPTIONS_FILE };
    const about = `The exception for ${one.commit} (${one.owner})`;
    if (!one.proven) return [problem("AUDIT_EXCEPTION_UNPROVEN", `${about} does not count.`, { where })];
    if (used.has(one.commit) || earlier.has(one.commit)) return [];
    return [problem("AUDIT_EXCEPTION_UNUSED", `${about} acknowledges nothing.`, { where })];
  });
  return { commits: judged, problems };
}
