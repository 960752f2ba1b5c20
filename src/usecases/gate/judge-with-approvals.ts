import type { ApprovalFacts } from "../../domain/approvals.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { evaluate, type EvaluateInput } from "../../policy/evaluate.ts";
import { findingsOf } from "../../trust/approval/findings.ts";

/** Tells the approvals of a change, given what the verdict finds besides them: on a new finding an approval dies. */
export type AskApprovals = (findings: readonly string[]) => Promise<ApprovalFacts>;

/** Judges twice where approvals count: what there is to approve is known only once all else is judged. */
export async function judgeWithApprovals(
  input: Omit<EvaluateInput, "approvals">,
  ask: AskApprovals | undefined,
): Promise<Verdict> {
  const unapproved = evaluate(input);
  return ask ? evaluate({ ...input, approvals: await ask(findingsOf(unapproved)) }) : unapproved;
}
