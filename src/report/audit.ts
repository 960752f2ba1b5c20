import type { AuditReport, Claim, CommitVerdict } from "../domain/audit.ts";
import { shortCommit } from "../domain/short-commit.ts";
import { counted } from "../domain/counted.ts";
import { type Problem, formatPlace } from "../errors.ts";
import { markdownCell, markdownCode, markdownText, plainText } from "./escape.ts";
import { indented } from "./layout.ts";

/** More is in the JSON document. */
const MOST_SHOWN = 50;

/** One line: the answer. */
export function auditHeadline(report: AuditReport): string {
  const { audited, count, head, outcome } = report;
  const commits = audited === count ? counted(count, "commit") : `${audited} of ${counted(count, "commit")}`;
  return `Audit of ${commits} up to ${shortCommit(head)}: ${outcome}. ${sumUp(report)}`;
}

function sumUp({ audited, commits, problems, broken }: AuditReport): string {
  if (audited === 0 && problems.length === 0) return "Nothing came since the checkpoint.";
  const failed = commits.filter(({ outcome }) => outcome === "FAIL").length;
  const excepted = commits.filter(({ outcome }) => outcome === "EXCEPTED").length;
  const rest = excepted > 0 ? "Every other commit stands" : "Every commit stands";
  const parts = [
    failed === 0 && problems.length === 0 ? rest : `${counted(failed, "commit")} failed`,
    ...(excepted > 0 ? [`${counted(excepted, "failure")} acknowledged`] : []),
    ...(problems.length > 0 ? [`${counted(problems.length, "objection")} to the ground`] : []),
    ...(broken ? ["the audit itself failed on one"] : []),
  ];
  return `${parts.join(", ")}.`;
}

/** How an audit is written for a terminal. */
export interface AuditTextOptions {
  /** Columns; 80 when it is left out. */
  readonly width?: number;
  readonly color?: boolean;
}

/** For a terminal: what fails first, then what is proven and what is not. Coloured only when told. */
export function auditText(report: AuditReport, { width = 80, color = false }: AuditTextOptions = {}): string {
  const lines = notable(report).flatMap((verdict) => [
    `${verdict.outcome.padEnd(8)}  ${shortCommit(verdict.commit)}  ${about(verdict)}`,
    ...shownReasons(verdict).flatMap((reason) => reasonLines(reason).map((line) => `  ${line}`)),
    ...unshownReasons(verdict).map((line) => `  ${line}`),
    ...(verdict.exception
      ? [`  acknowledged by ${verdict.exception.owner}: ${verdict.exception.reason}`]
      : []),
  ]);
  const sections = [
    [auditHeadline(report)],
    [...lines, ...report.problems.flatMap(reasonLines), ...unshown(report)],
    tallyLines(report),
    ["Proven:", ...report.claims.filter(({ holds }) => holds).map((claim) => `  ${claimLine(claim)}`)],
    ["Not proven:", ...notProven(report).map((line) => `  ${line}`)],
  ];
  const shown = sections.filter((section) => section.length > 0);
  const text = shown
    .map((section) => section.flatMap((line) => indented(plainText(line), width)).join("\n"))
    .join("\n\n");
  return color ? text.split("\n").map(paint).join("\n") : text;
}

const COLORS: Readonly<Record<string, number>> = { PASS: 32, WARN: 33, FAIL: 31, EXCEPTED: 35 };
const OUTCOME = /^(Audit of .*: |)(PASS|WARN|FAIL|EXCEPTED)\b/;

function paint(line: string): string {
  return line.replace(
    OUTCOME,
    (_, before: string, outcome: string) => `${before}\u001b[${COLORS[outcome]}m${outcome}\u001b[39m`,
  );
}

/** Of one commit; the rest is in the JSON document. */
const MOST_REASONS = 5;

function shownReasons({ reasons }: CommitVerdict): readonly Problem[] {
  return reasons.slice(0, MOST_REASONS);
}

function unshownReasons({ reasons }: CommitVerdict): readonly string[] {
  const left = reasons.length - MOST_REASONS;
  return left > 0 ? [`and ${counted(left, "more reason")} in the JSON document`] : [];
}

/** The same as a document to keep. */
export function auditMarkdown(report: AuditReport): string {
  const { from, head, trust, ledger_digest: ledger, transitions } = report;
  const rows = notable(report).map((verdict) => [
    verdict.outcome,
    markdownCode(shortCommit(verdict.commit)),
    markdownCell(about(verdict)),
    [
      ...shownReasons(verdict).map(({ code, message }) => `${markdownCode(code)} ${markdownText(message)}`),
      ...unshownReasons(verdict),
    ].join("<br>") +
      (verdict.exception
        ? `<br>${markdownCell(`acknowledged by ${verdict.exception.owner}: ${verdict.exception.reason}`)}`
        : ""),
  ]);
  const lines = [
    `# ${markdownText(auditHeadline(report))}`,
    "",
    `- audited: ${markdownCode(from)} to ${markdownCode(head)}`,
    `- deployed.json: ${transitions === null ? "none" : `${counted(transitions, "transition")}, ${markdownCode(ledger ?? "")}`}`,
    `- trust.yaml: ${trust ? `${markdownCode(trust.digest)}, from ${markdownCode(trust.root)} on` : "none"}`,
    ...(rows.length === 0 ? [] : ["", ...table(["", "commit", "what", "why"], rows), ...unshown(report)]),
    ...(report.problems.length === 0 ? [] : ["", ...report.problems.map(objection)]),
    "",
    "## Counts",
    "",
    ...table(
      ["kind", "pass", "warn", "fail", "acknowledged"],
      tally(report).map((row) => row.map(String)),
    ),
    "",
    "## Proven",
    "",
    ...report.claims.filter(({ holds }) => holds).map((claim) => `- ${claimMarkdown(claim)}`),
    "",
    "## Not proven",
    "",
    ...notProven(report).map((line) => `- ${markdownText(line)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function notable({ commits }: AuditReport): readonly CommitVerdict[] {
  return commits.filter(({ outcome }) => outcome !== "PASS").slice(0, MOST_SHOWN);
}

function unshown({ commits }: AuditReport): readonly string[] {
  const left = commits.filter(({ outcome }) => outcome !== "PASS").length - MOST_SHOWN;
  return left > 0 ? [`${left} more are in the JSON document (--json).`] : [];
}

function about({ position, kind, transition, signer }: CommitVerdict): string {
  const what = transition
    ? `${transition.event} ${transition.model} ${transition.version}${transition.environment === null ? "" : ` in ${transition.environment}`}`
    : kind;
  return `commit ${position + 1}, ${what}${signer ? `, signed by ${signer.principal}` : ""}`;
}

function reasonLines({ code, message, where, fix }: Problem): readonly string[] {
  return [`${where ? `${formatPlace(where)}  ` : ""}${code}  ${message}`, `  ${fix}`];
}

const KINDS = ["root", "adoption", "registration", "promotion", "policy", "trust", "other"] as const;

function tally({ commits }: AuditReport): readonly (readonly [string, number, number, number, number])[] {
  return KINDS.flatMap((kind) => {
    const of = commits.filter((verdict) => verdict.kind === kind);
    const count = (outcome: CommitVerdict["outcome"]): number =>
      of.filter((verdict) => verdict.outcome === outcome).length;
    if (of.length === 0) return [];
    return [[kind, count("PASS"), count("WARN"), count("FAIL"), count("EXCEPTED")] as const];
  });
}

function tallyLines(report: AuditReport): readonly string[] {
  return tally(report).map(([kind, pass, warn, fail, excepted]) => {
    const parts = [`${pass} pass`, `${warn} warn`, `${fail} fail`, `${excepted} acknowledged`];
    return `${kind.padEnd(12)}  ${parts.filter((part) => !part.startsWith("0 ")).join(", ")}`;
  });
}

function claimLine({ id, since, says }: Claim): string {
  return `${id} from ${since === null ? "nowhere" : shortCommit(since)} on: ${says}`;
}

function claimMarkdown({ id, since, says }: Claim): string {
  return `${markdownCode(id)} from ${markdownCode(since ?? "")} on: ${markdownText(says)}`;
}

function notProven({ claims, unproven }: AuditReport): readonly string[] {
  return [...claims.filter(({ holds }) => !holds).map(({ id, says }) => `${id}: ${says}`), ...unproven];
}

function objection({ code, message }: Problem): string {
  return `- ${markdownCode(code)} ${markdownText(message)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}
