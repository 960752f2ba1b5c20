import type { AuditReport, CommitVerdict } from "../../domain/audit.ts";
import { formatJson } from "../../domain/document/format.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { type Annotation, annotationOfProblem } from "../../report/annotations.ts";
import { auditHeadline, auditMarkdown, auditText } from "../../report/audit.ts";
import { type RunStart, stampOf } from "../../usecases/run-context.ts";
import type { ActionReport } from "../action.ts";
import type { RunToStore } from "../store-run.ts";

/** An audit as log, job summary, an annotation for each objection and note, and outputs. */
export function reportAudit(report: AuditReport, notes: readonly string[] = []): ActionReport {
  const { audited, broken, commits, count, head, outcome, problems, transitions } = report;
  return {
    outcome,
    broken,
    headline: auditHeadline(report),
    text: auditText(report),
    markdown: auditMarkdown(report),
    annotations: [
      ...problems.map(annotationOfProblem),
      ...commits.flatMap(annotationsOfCommit),
      ...notes.map((message): Annotation => ({ level: "warning", title: "Audit", message })),
    ],
    outputs: {
      head,
      count: String(count),
      audited: String(audited),
      failed: String(commits.filter((one) => one.outcome === "FAIL").length),
      excepted: String(commits.filter((one) => one.outcome === "EXCEPTED").length),
      transitions: transitions === null ? "" : String(transitions),
      claims: JSON.stringify(
        report.claims.filter(({ holds }) => holds).map(({ id, since }) => ({ id, since })),
      ),
    },
  };
}

/** More of one commit are in the report. */
const MOST_OF_A_COMMIT = 3;

function annotationsOfCommit({ commit, outcome, reasons }: CommitVerdict): readonly Annotation[] {
  if (outcome === "PASS" || outcome === "EXCEPTED") return [];
  return reasons.slice(0, MOST_OF_A_COMMIT).map((reason) => {
    const { title, ...rest } = annotationOfProblem(reason);
    // A place in an old commit is none in the files of today.
    const { where: _where, ...told } = rest;
    return {
      ...told,
      level: outcome === "FAIL" ? "error" : "warning",
      title: `${title}: ${shortCommit(commit)}`,
    };
  });
}

/** An audit as a run to store: the whole document beside the text. */
export function auditRun(report: AuditReport, start: RunStart, upload: boolean): RunToStore {
  const { head } = report;
  return {
    kind: "audit",
    runId: `${head.slice(0, 12)}_${stampOf(start)}`,
    subject: null,
    commit: head,
    base: head,
    files: [["audit.json", Buffer.from(formatJson(report))]],
    upload,
  };
}
