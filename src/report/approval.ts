import type { ApprovedTransition } from "../domain/approval-statement.ts";
import type { SignedApproval } from "../domain/approvals.ts";
import { requestText } from "../domain/request-text.ts";
import { shortCommit } from "../domain/short-commit.ts";
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
    ["deployed.json", proposed.from.ledger_digest],
    ["  becomes", proposed.to.ledger_digest],
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

/** An approval that lies on its branch, new or from before. */
export interface GivenView {
  readonly principal: string;
  readonly key: string;
  readonly commit: string;
  readonly path: string;
  readonly created: boolean;
  readonly replaces: {
    readonly key: string | null;
    readonly approved_at: string;
    readonly run_id: string;
  } | null;
  readonly statement: { readonly run_id: string; readonly comment: string | null };
}

/** Where somebody approved, and what they wanted to be remembered. */
export interface GivenWhere {
  readonly branch: string;
  readonly onto: string;
  /** To push to; null where the clone has none. */
  readonly remote: string | null;
  readonly comment: string | null;
}

/** What became of an approval, what it took the place of, and what comes next. */
export function renderGiven(given: GivenView, { branch, onto, remote, comment }: GivenWhere): string {
  const { principal, key, commit, path, created, statement } = given;
  if (!created) {
    const kept = comment === null || comment === statement.comment ? "" : " Its comment stays as it was.";
    return `${principal} has approved this very proposal already: ${plainText(path)}.${kept}`;
  }
  return [
    `Approved by ${principal} with ${key}: ${plainText(path)}, commit ${shortCommit(commit)}.`,
    ...replacedLines(given),
    "Next:",
    remote === null
      ? "  (this clone has no remote to push it to)"
      : `  git push ${remote} ${branch}   where the pull request is elsewhere`,
    `  modelgate check --base ${onto} --head ${branch}   to count it here`,
  ].join("\n");
}

/** Nobody counts twice: whoever approves again has to know which approval is gone. */
function replacedLines({ principal, key, replaces, statement }: GivenView): readonly string[] {
  if (replaces === null) return [];
  const by = replaces.key === key ? "" : ` with ${replaces.key ?? "a review"}`;
  const run = replaces.run_id === statement.run_id ? "" : ` for the run ${plainText(replaces.run_id)}`;
  return [
    `It replaces the approval that ${principal} gave at ${plainText(replaces.approved_at)}${by}${run}.`,
  ];
}
