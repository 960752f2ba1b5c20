import type { ApprovalStatement } from "../../domain/approval-statement.ts";
import { type Problem, problem } from "../../errors.ts";
import type { TrustRegistry } from "../registry.ts";
import { bindingProblems, type ProposedTransition } from "./bind.ts";
import { approverOf, isApprover } from "./verify.ts";

/** What lies among the approvals of one evidence pack. */
export interface CarriedStatements {
  /** Path inside of the pack -> statement. */
  readonly approvals: ReadonlyMap<string, ApprovalStatement>;
  readonly folder: string;
  readonly proposed: ProposedTransition;
  /** In force on the base; null where it has no trust.yaml. */
  readonly trust: TrustRegistry | null;
}

/** An approval that was good and died does not count any more; it was put there by somebody who approved this. */
const DIED: ReadonlySet<string> = new Set([
  "APPROVAL_FINDINGS_GREW",
  "TRUST_KEY_RETIRED",
  "TRUST_KEY_REVOKED",
]);

/**
 * What never was an approval of this transition: SIGNATURE_*, TRUST_KEY_UNKNOWN, TRUST_ROLE_MISSING,
 * APPROVAL_PRINCIPAL_MISMATCH, APPROVAL_*_MISMATCH, each with its file.
 */
export function strayProblems({ approvals, folder, proposed, trust }: CarriedStatements): readonly Problem[] {
  return [...approvals].flatMap(([path, approval]) => {
    const where = { file: `${folder}/${path}` };
    return problemsOf(approval, proposed, trust)
      .filter(({ code }) => !DIED.has(code))
      .map((one) => ({ ...one, where }));
  });
}

function problemsOf(
  approval: ApprovalStatement,
  proposed: ProposedTransition,
  trust: TrustRegistry | null,
): readonly Problem[] {
  if (!trust) return [problem("TRUST_KEY_UNKNOWN", "The base has no trust.yaml that could know its key.")];
  const found = approverOf(approval, trust);
  return [...(isApprover(found) ? [] : [found]), ...bindingProblems(approval, proposed)];
}
