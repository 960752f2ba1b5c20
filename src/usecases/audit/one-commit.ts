import type { CommitVerdict } from "../../domain/audit.ts";
import { audit, type AuditPorts } from "./audit.ts";

/**
 * What the audit says of one commit of the line alone, on what its first parent holds; that is taken as given. The codes of
 * `audit`.
 */
export async function auditCommit(ports: AuditPorts, commit: string): Promise<CommitVerdict> {
  const { parents } = await ports.git.facts(commit);
  const [from] = parents;
  const { report } = await audit(ports, { head: commit, ...(from === undefined ? {} : { from }) });
  const verdict = report.commits.at(-1);
  if (verdict) return verdict;
  throw new Error(`The audit of ${commit} has no verdict.`);
}
