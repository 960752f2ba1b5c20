import type { ApprovalStatement } from "../../domain/approval-statement.ts";
import type { SignedApproval } from "../../domain/approvals.ts";
import { requestText } from "../../domain/request-text.ts";
import { type Problem, problem, refuse } from "../../errors.ts";
import { signedObjection } from "../../policy/judge/signed-approvals.ts";
import type { Signer } from "../../ports/signing.ts";
import { bindingProblems } from "../../trust/approval/bind.ts";
import { approvalPath, formatApproval } from "../../trust/approval/statement.ts";
import { isTrusted, judgeKey } from "../../trust/judge-key.ts";
import { keyOf } from "../../trust/registry.ts";
import { ROLES } from "../../trust/roles.ts";
import { timestampOf } from "../../domain/time.ts";
import { approvalMessage } from "../transition/message.ts";
import { signApproval } from "./sign-approval.ts";
import type { ApprovePorts, ReadProposal } from "./read-proposal.ts";

/** Who approves, and what they want to be remembered. */
export interface Approving {
  readonly signer: Signer;
  readonly comment: string | null;
  /** The clock, read once a run. */
  readonly now: Date;
}

/** An approval that lies on its proposal branch. */
export interface GivenApproval {
  readonly principal: string;
  readonly key: string;
  /** The new tip of the branch; what was there when the same was approved before. */
  readonly commit: string;
  /** Path of the statement, relative to the repository's root. */
  readonly path: string;
  /** False when this very proposal was approved by this key before, and nothing was written. */
  readonly created: boolean;
  /** The approval of the same person that lay there before: by another key, or for an earlier run and carried on. */
  readonly replaces: Pick<ApprovalStatement, "key" | "approved_at" | "run_id"> | null;
  readonly statement: ApprovalStatement;
}

/**
 * Signs an approval of a proposal and commits it onto the proposal's branch, by one compare-and-swap. TRUST_KEY_UNKNOWN,
 * TRUST_KEY_RETIRED, TRUST_KEY_REVOKED, TRUST_ROLE_MISSING; APPROVAL_ROLE_MISSING, APPROVAL_BY_AUTHOR,
 * APPROVAL_BY_LAST_PUSHER, APPROVAL_AUTHOR_UNKNOWN when no policy would count it; SIGNING_*, GIT_RACE_LOST,
 * GIT_BRANCH_CHECKED_OUT. Nothing is written then.
 */
export async function approve(
  { git }: ApprovePorts,
  proposal: ReadProposal,
  { signer, comment, now }: Approving,
): Promise<GivenApproval> {
  const approver = approverBy(proposal, signer.key.fingerprint);
  refuse(objections(proposal, approver));
  const { stored, transition } = proposal.proven;
  const path = approvalPath({ principal: approver.principal, source: { kind: "key" } });
  const given = {
    principal: approver.principal,
    key: signer.key.fingerprint,
    path: `${stored.folder}/${path}`,
  };
  const before = stored.approvals.get(path);
  if (before && before.key === given.key && isOfThis(before, proposal))
    return { ...given, commit: proposal.tip, created: false, replaces: null, statement: before };
  const statement = await signApproval(
    {
      schema_version: "modelgate/approval/v1",
      ...proposal.proposed,
      principal: approver.principal,
      approved_at: timestampOf(now),
      comment,
      source: { kind: "key" },
    },
    signer,
  );
  const subject = requestText({ ...transition, phase: transition.phase ?? null });
  const { commit } = await git.commit({
    branch: proposal.branch,
    parent: proposal.tip,
    expected: proposal.tip,
    change: new Map([[given.path, Buffer.from(formatApproval(statement))]]),
    message: approvalMessage({ subject, principal: approver.principal, runId: transition.run_id }),
    at: now,
  });
  return { ...given, commit, created: true, replaces: before ? replaced(before) : null, statement };
}

function replaced({ key, approved_at, run_id }: ApprovalStatement): GivenApproval["replaces"] {
  return { key, approved_at, run_id };
}

function approverBy({ trust }: ReadProposal, fingerprint: string): SignedApproval {
  const judged = judgeKey(trust, { fingerprint, roles: ROLES, use: "now" });
  const known = keyOf(trust, fingerprint);
  if (!isTrusted(judged) || !known) {
    refuse(isTrusted(judged) ? [] : [judged]);
    throw new Error(`Nobody holds ${fingerprint}, and it is trusted.`);
  }
  return { principal: known.principal.id, login: known.principal.github, roles: known.key.roles };
}

/** Why no policy would count the approval; none where at least one does. */
function objections({ asked, facts }: ReadProposal, approver: SignedApproval): readonly Problem[] {
  const found = [...asked].map(([policy, wish]) => {
    const objection = signedObjection(approver, wish, facts);
    const message = `${approver.principal} does not count for the policy ${policy}: ${objection?.says}.`;
    return objection && problem(objection.code, message);
  });
  return found.includes(null) ? [] : found.flatMap((one) => one ?? []);
}

function isOfThis(before: ApprovalStatement, { proposed }: ReadProposal): boolean {
  return before.run_id === proposed.run_id && bindingProblems(before, proposed).length === 0;
}
