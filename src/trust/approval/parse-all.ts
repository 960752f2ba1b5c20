import type { ApprovalStatement } from "../../domain/approval-statement.ts";
import { GateError, gateError, type Problem, problem, refuse, tried } from "../../errors.ts";
import { APPROVALS_FOLDER, isApprovalPath, MAX_APPROVALS, parseApproval } from "./statement.ts";

/**
 * The approvals among the files of an evidence pack, by path inside of its folder: by keys alone, because a proposal can
 * be written by anybody, and reviews are vouched for elsewhere. Throws every problem at once: APPROVAL_MALFORMED,
 * APPROVAL_TOO_MANY.
 */
export function parseApprovals(
  folder: string,
  files: ReadonlyMap<string, Uint8Array>,
): ReadonlyMap<string, ApprovalStatement> {
  const found = [...files].filter(([path]) => isApprovalPath(path));
  if (found.length > MAX_APPROVALS) {
    const where = { file: `${folder}/${APPROVALS_FOLDER}` };
    const message = `There are ${found.length} approvals; a transition has at most ${MAX_APPROVALS}.`;
    refuse([problem("APPROVAL_TOO_MANY", message, { where })]);
  }
  const problems: Problem[] = [];
  const parsed = new Map<string, ApprovalStatement>();
  for (const [path, bytes] of found) {
    const read = tried(() => byKey(parseApproval(bytes, { folder, path }), `${folder}/${path}`));
    if (read instanceof GateError) problems.push(...read.problems);
    else parsed.set(path, read);
  }
  refuse(problems);
  return parsed;
}

function byKey(approval: ApprovalStatement, file: string): ApprovalStatement {
  if (approval.source.kind === "key") return approval;
  const message = "Reviews on GitHub are recorded after the merge, and are no part of a proposal.";
  throw gateError("APPROVAL_MALFORMED", message, { where: { file, pointer: "/source/kind" } });
}
