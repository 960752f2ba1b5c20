import type { CommitVerdict } from "../domain/audit.ts";
import { shortCommit } from "../domain/short-commit.ts";
import { plainText } from "./escape.ts";
import { indented } from "./layout.ts";

/** Every transition of one model, as the audit judged it. */
export interface HistoryFacts {
  readonly model: string;
  readonly head: string;
  readonly transitions: readonly CommitVerdict[];
  readonly otherFailures: number;
}

/** For a terminal: three lines a transition, oldest first, with what the audit says of its commit in front; below them what is wrong. */
export function historyText(
  { model, head, transitions, otherFailures }: HistoryFacts,
  width: number,
): string {
  if (transitions.length === 0) return `${model} was never promoted up to ${shortCommit(head)}.`;
  const lines = transitions.flatMap((verdict) => [...entry(verdict), ...wrong(verdict)]);
  return [...lines, ...others(otherFailures)].flatMap((line) => indented(plainText(line), width)).join("\n");
}

/** When it was decided is told to the minute; the rest is in the JSON document. */
function entry({ commit, outcome, signer, transition }: CommitVerdict): readonly string[] {
  if (!transition) return [];
  const { approved_by: approvers, decided_at: decided, event, revision, verdict, version } = transition;
  const minute = `${decided.slice(0, 10)} ${decided.slice(11, 16)}Z`;
  const share = transition.phase === null ? "" : ` (${transition.phase})`;
  const where = transition.environment === null ? "" : ` in ${transition.environment}`;
  return [
    `${outcome.padEnd(8)}  ${minute}  revision ${revision}: ${event} ${version}${share}${where}`,
    `          verdict ${verdict}, commit ${shortCommit(commit)}`,
    `          signed by ${signer?.principal ?? "nobody known"}, approved by ${approvers.join(", ") || "nobody on record"}`,
  ];
}

function wrong({ reasons }: CommitVerdict): readonly string[] {
  return reasons.map(({ code, message }) => `          ${code}  ${message}`);
}

function others(failures: number): readonly string[] {
  if (failures === 0) return [];
  const [commits, they] = failures === 1 ? ["commit", "it"] : ["commits", "they"];
  return [
    "",
    `${failures} other ${commits} of the line failed, and what ${they} did is not listed: see modelgate audit.`,
  ];
}
