import type { ApprovedTransition } from "../domain/approval-statement.ts";
import type { SignedApproval } from "../domain/approvals.ts";
import { requestText } from "../domain/request-text.ts";
import { plainText } from "./escape.ts";
import { flow } from "./layout.ts";

/** What somebody is about to approve. */
export interface ApprovalView {
  readonly branch: string;
  readonly proposed: ApprovedTransition;
  /** By whom, and for what the requester says. */
  readonly asked: { readonly by: string; readonly reason: string };
  /** Approvals that it carries already and that count for somebody. */
  readonly approvals: readonly SignedApproval[];
}

/** What an approval says, line by line, below the report that it is about: by these digests it can be checked. */
export function renderApproval({ branch, proposed, asked, approvals }: ApprovalView, width: number): string {
  const { event, subject, environment, canary_phase: phase } = proposed;
  const move = { event, model: subject.model_id, version: subject.version, environment, phase };
  const given = approvals.map(({ principal }) => principal).join(", ");
  const rows: readonly (readonly [string, string])[] = [
    ["transition", requestText(move)],
    ["asked by", `${asked.by}: ${asked.reason}`],
    ["branch", `${branch} into ${proposed.ref.replace("refs/heads/", "")}`],
    ["run", proposed.run_id],
    ["base commit", proposed.from.commit],
    ["tree", proposed.to.tree],
    ["deployed.json", `${proposed.from.ledger_digest} -> ${proposed.to.ledger_digest}`],
    ["manifest", subject.manifest_digest],
    ["policies", proposed.policy_digest],
    ["evidence", proposed.evidence_digest],
    ["findings", proposed.findings.length === 0 ? "none" : proposed.findings.join("; ")],
    ["approved by", given === "" ? "nobody yet" : given],
  ];
  return ["What is approved:", ...rows.flatMap((row) => rowLines(row, width))].join("\n");
}

const LABEL = 15;

function rowLines([label, value]: readonly [string, string], width: number): readonly string[] {
  const lines = flow(plainText(value), Math.max(40, width - LABEL - 2));
  return lines.map((line, at) => `  ${(at === 0 ? label : "").padEnd(LABEL)}${line}`);
}
