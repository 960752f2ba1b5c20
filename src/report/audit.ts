import type { AuditReport, CommitVerdict } from "../domain/audit.ts";
export function auditText(r: AuditReport): string {
  return r.commits
    .map(
      (c: CommitVerdict) =>
        `${c.commit.slice(0, 12)} ${c.kind} ${c.outcome} ${c.signer?.principal ?? ""} ${c.reasons.map((x) => `${x.code}: ${x.message}`).join("; ")}`,
    )
    .join("\n");
}
