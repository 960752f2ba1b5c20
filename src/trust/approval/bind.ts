import type { ApprovalStatement, ApprovedTransition } from "../../domain/approval-statement.ts";
import { canonicalJson } from "../../domain/digest.ts";
import type { ReasonCode } from "../../domain/reasons/catalogue.ts";
import { type Problem, problem } from "../../errors.ts";
import { newFindings } from "./findings.ts";

/** The transition as whoever judges has derived it; `ref` null: the branch has no name here. */
export type ProposedTransition = Omit<ApprovedTransition, "ref"> & { readonly ref: string | null };

type Binding = readonly [code: ReasonCode, what: string, approved: unknown, proposed: unknown];

/**
 * What an approval says that is not so of the transition. Of the very run that it names, everything must be equal:
 * swap any one, and it is refused by name. Of another run for the same subject, request, base ledger and policies it
 * counts as long as there is no finding that it does not name; so it is with `today`, what was found when everything was
 * measured again.
 * APPROVAL_SUBJECT_MISMATCH, APPROVAL_REQUEST_MISMATCH, APPROVAL_REF_MISMATCH, APPROVAL_LEDGER_MISMATCH,
 * APPROVAL_POLICY_MISMATCH, APPROVAL_FINDINGS_GREW; of the same run also APPROVAL_TREE_MISMATCH and
 * APPROVAL_FINDINGS_MISMATCH.
 */
export function bindingProblems(
  approval: ApprovalStatement,
  proposed: ProposedTransition,
  today: readonly string[] = [],
): readonly Problem[] {
  const common: Binding[] = [
    ["APPROVAL_SUBJECT_MISMATCH", "the version", approval.subject, proposed.subject],
    ["APPROVAL_REQUEST_MISMATCH", "the event", approval.event, proposed.event],
    ["APPROVAL_REQUEST_MISMATCH", "the environment", approval.environment, proposed.environment],
    ["APPROVAL_REQUEST_MISMATCH", "the canary phase", approval.canary_phase, proposed.canary_phase],
    ["APPROVAL_REF_MISMATCH", "the branch", approval.ref, proposed.ref ?? approval.ref],
    [
      "APPROVAL_LEDGER_MISMATCH",
      "the base's deployed.json",
      approval.from.ledger_digest,
      proposed.from.ledger_digest,
    ],
    ["APPROVAL_POLICY_MISMATCH", "the policies", approval.policy_digest, proposed.policy_digest],
  ];
  const sameRun =
    approval.evidence_digest === proposed.evidence_digest || approval.run_id === proposed.run_id;
  const now = sameRun ? today : [...proposed.findings, ...today];
  return [...differing(common), ...(sameRun ? runProblems(approval, proposed) : []), ...grown(approval, now)];
}

function runProblems(approval: ApprovalStatement, proposed: ProposedTransition): readonly Problem[] {
  return differing([
    ["APPROVAL_TREE_MISMATCH", "the run", approval.run_id, proposed.run_id],
    ["APPROVAL_TREE_MISMATCH", "the evidence", approval.evidence_digest, proposed.evidence_digest],
    ["APPROVAL_TREE_MISMATCH", "the base commit", approval.from.commit, proposed.from.commit],
    ["APPROVAL_TREE_MISMATCH", "the tree", approval.to.tree, proposed.to.tree],
    ["APPROVAL_TREE_MISMATCH", "deployed.json", approval.to.ledger_digest, proposed.to.ledger_digest],
    ["APPROVAL_FINDINGS_MISMATCH", "the findings", approval.findings, proposed.findings],
  ]);
}

function grown(approval: ApprovalStatement, now: readonly string[]): readonly Problem[] {
  const [first, ...more] = newFindings(approval.findings, [...new Set(now)]);
  if (first === undefined) return [];
  const others = more.length === 0 ? "" : ` and ${more.length} more`;
  const message = `It is of the run ${approval.run_id}; since then there is “${first}”${others}.`;
  return [problem("APPROVAL_FINDINGS_GREW", message)];
}

function differing(bindings: readonly Binding[]): readonly Problem[] {
  return bindings
    .map(([code, what, ...values]) => [code, what, ...values.map(text)] as const)
    .filter(([, , approved, proposed]) => approved !== proposed)
    .map(([code, what, approved = "", proposed = ""]) =>
      problem(code, `It approves ${what} ${shown(approved)}; proposed is ${shown(proposed)}.`),
    );
}

function text(value: unknown): string {
  return typeof value === "string" ? value : canonicalJson(value);
}

function shown(value: string): string {
  return value.length > 200 ? `${value.slice(0, 200)}…` : value;
}
