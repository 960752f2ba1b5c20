import type { ApprovalStatement } from "../../domain/approval-statement.ts";
import { type Problem, triedOr } from "../../errors.ts";
import type { Git } from "../../ports/git.ts";
import { bindingProblems, type ProposedTransition } from "../../trust/approval/bind.ts";
import { findingsOf } from "../../trust/approval/findings.ts";
import { parseApprovals } from "../../trust/approval/parse-all.ts";
import { APPROVALS_FOLDER } from "../../trust/approval/statement.ts";
import { approverOf, isApprover } from "../../trust/approval/verify.ts";
import type { TrustRegistry } from "../../trust/registry.ts";
import type { Decision } from "../gate/decision.ts";
import { packFolder } from "../../domain/evidence.ts";
import { proposedMove } from "./behind-approvals.ts";
import type { Draft } from "./draft.ts";
import { withApprovals } from "./message.ts";
import { type LineFiles, readTrustFor } from "../gate/base.ts";

/** What became of the approvals of a proposal that another one takes the place of. */
export interface ApprovalsFate {
  /** Principals whose approval still holds. */
  readonly kept: readonly string[];
  /** Whose approval does not, and why. */
  readonly dropped: readonly {
    readonly principal: string;
    readonly code: string;
    readonly says: string;
  }[];
}

/** The same, with the draft that carries the approvals which still hold. */
export interface CarriedOn extends ApprovalsFate {
  readonly draft: Draft;
}

export function fateOf({ kept, dropped }: CarriedOn): ApprovalsFate {
  return { kept, dropped };
}

type Reading = LineFiles & Pick<Git, "tree" | "changed">;

/**
 * Takes approvals by key over to the proposal that replaces the one they were given for. They hold while version, request,
 * deployed.json of the base and policies are the same and nothing was found that they do not name; then they lie in the
 * new pack, as they were signed.
 */
export async function carryApprovals(
  git: Reading,
  of: { readonly tip: string; readonly draft: Draft; readonly decision: Decision },
): Promise<CarriedOn> {
  const { tip, draft, decision } = of;
  const trust = await readTrustFor(git, decision.baseCommit, decision.request.event);
  // Where something else lies among them, none is taken over.
  const before = await triedOr(new Map<string, ApprovalFile>(), () => approvalsAt(git, tip));
  const proposed = proposedBy(decision, draft);
  const folder = packFolder({ ...draft.transition, runId: draft.transition.run_id });
  const [kept, dropped, files] = [
    [] as string[],
    [] as CarriedOn["dropped"][number][],
    new Map(draft.change),
  ];
  for (const [path, { approval, bytes }] of before) {
    const wrong = whyDead(approval, proposed, trust);
    if (wrong) dropped.push({ principal: approval.principal, code: wrong.code, says: wrong.message });
    else {
      kept.push(approval.principal);
      files.set(`${folder}/${path}`, bytes);
    }
  }
  return { draft: { ...draft, change: files, message: withApprovals(draft.message, kept) }, kept, dropped };
}

function whyDead(
  approval: ApprovalStatement,
  proposed: ProposedTransition,
  trust: TrustRegistry | null,
): Problem | null {
  const found = trust && approverOf(approval, trust);
  if (found && !isApprover(found)) return found;
  return bindingProblems(approval, proposed)[0] ?? null;
}

/** Nobody knows yet what tree the new commit will have; of another run than its own, no approval is held to it. */
function proposedBy(
  { verdict, ledgerDigest }: Decision,
  { transition, ledgerDigest: next }: Draft,
): ProposedTransition {
  return {
    ref: null,
    from: { commit: verdict.base_commit, ledger_digest: ledgerDigest },
    to: { tree: "", ledger_digest: next },
    run_id: transition.run_id,
    subject: verdict.subject,
    event: verdict.event,
    environment: verdict.environment,
    canary_phase: verdict.canary_phase,
    policy_digest: verdict.policy_digest,
    evidence_digest: transition.evidence_digest,
    findings: findingsOf(verdict),
  };
}

interface ApprovalFile {
  readonly approval: ApprovalStatement;
  readonly bytes: Uint8Array;
}

/** The approvals of a proposal, by path inside of its pack. DOCUMENT_*, APPROVAL_*, GIT_*. */
async function approvalsAt(git: Reading, tip: string): Promise<ReadonlyMap<string, ApprovalFile>> {
  const transition = await proposedMove(git, tip);
  if (!transition) return new Map();
  const folder = packFolder({ ...transition, runId: transition.run_id });
  const files = new Map<string, Uint8Array>();
  for (const { path } of await git.tree(tip, `${folder}/${APPROVALS_FOLDER}`)) {
    const bytes = await git.show(tip, path);
    if (bytes) files.set(path.slice(folder.length + 1), bytes);
  }
  const parsed = parseApprovals(folder, files);
  return new Map(
    [...parsed].map(([path, approval]) => [path, { approval, bytes: files.get(path) ?? new Uint8Array() }]),
  );
}
