import type { Transition } from "../domain/ledger.ts";
import { shortCommit } from "../domain/short-commit.ts";
import type { Span } from "./blocks.ts";
import { markdownCode, markdownText, plainText } from "./escape.ts";

/** What is shown of one recorded revision. */
export interface RecordedFacts {
  readonly commit: string;
  readonly revision: number;
  readonly transition: Transition;
  /** In words, for example "Promote flight-delay 1.1.0 to PRODUCTION in prod". */
  readonly subject: string;
  readonly pullRequest: { readonly number: number; readonly url: string };
  readonly deployment: {
    readonly id: number;
    readonly environment: string;
    readonly created: boolean;
  } | null;
  readonly closed: readonly number[];
  /** Principals whose reviews were recorded. */
  readonly approvals: readonly string[];
  readonly notes: readonly string[];
}

/** One line: the answer. */
export function recordHeadline(recorded: readonly RecordedFacts[]): string {
  const newest = recorded.at(-1);
  if (!newest) return "Nothing was recorded.";
  const more = recorded.length > 1 ? ` and ${recorded.length - 1} before it` : "";
  return `Recorded revision ${newest.revision}${more}: ${newest.subject}.`;
}

export function recordText(recorded: readonly RecordedFacts[]): string {
  const write = (span: Span): string => plainText(typeof span === "string" ? span : span.code);
  const lines = recorded.flatMap(linesOf).map((line) => line.map(write).join(""));
  return [plainText(recordHeadline(recorded)), ...lines].join("\n");
}

export function recordMarkdown(recorded: readonly RecordedFacts[]): string {
  const write = (span: Span): string =>
    typeof span === "string" ? markdownText(span) : markdownCode(span.code);
  const lines = recorded.flatMap(linesOf).map((line) => `- ${line.map(write).join("")}`);
  return [markdownText(recordHeadline(recorded)), "", ...lines, ""].join("\n");
}

/** What was proven of one revision, and what was done about it. */
function linesOf(of: RecordedFacts): readonly (readonly Span[])[] {
  const { commit, revision, subject, pullRequest, deployment, closed, approvals, notes, transition } = of;
  return [
    [
      `Revision ${revision}: ${subject}, by pull request `,
      { code: `#${pullRequest.number}` },
      " in ",
      { code: shortCommit(commit) },
      ".",
    ],
    [
      "deployed.json is what the pull request announced; evidence ",
      { code: transition.evidence_digest },
      ".",
    ],
    deployment === null
      ? ["No deployment: it concerns no single environment."]
      : [
          `Deployment ${deployment.id} to ${deployment.environment} ${deployment.created ? "was created" : "was there already"}.`,
        ],
    ["No attestation was signed: the proof is the commit, its pull request and the evidence in Git."],
    ...(approvals.length === 0 ? [] : [[`Approvals recorded for the audit: ${approvals.join(", ")}.`]]),
    ...closed.map((number) => [
      "Closed pull request ",
      { code: `#${number}` },
      ", which proposed that version.",
    ]),
    ...notes.map((note) => [note]),
  ];
}
