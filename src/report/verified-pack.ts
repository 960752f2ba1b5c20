import type { CommitVerdict } from "../domain/audit.ts";
import type { EvidencePack } from "../domain/evidence.ts";
import type { Outcome } from "../domain/outcome.ts";
import { formatPlace, type Problem } from "../errors.ts";
import { plainText } from "./escape.ts";
import { indented } from "./layout.ts";

/** What was proven of an evidence pack. */
export interface PackFacts {
  readonly folder: string;
  readonly evidence_digest: string | null;
  readonly pack: EvidencePack | null;
  readonly verdict: Outcome | null;
  readonly steps: readonly {
    readonly outcome: "PASS" | "FAIL" | "SKIPPED";
    readonly says: string;
    readonly problems: readonly Problem[];
  }[];
  readonly landed: CommitVerdict | null;
  readonly unproven: readonly string[];
}

/** For a terminal: the answer, what it is about, each step with what is wrong with it, and what is not proven. */
export function packText(facts: PackFacts, width: number): string {
  const { folder, steps, unproven } = facts;
  const holds = steps.every(({ outcome }) => outcome !== "FAIL");
  const lines = [
    [`${folder}: ${holds ? "holds" : "does not hold"}.`, ...about(facts)],
    steps.flatMap(({ outcome, problems, says }) => [
      `${outcome.padEnd(7)}  ${says}`,
      ...problems.flatMap(problemLines),
    ]),
    ["Not proven:", ...unproven.map((line) => `  ${line}`)],
  ];
  return lines
    .map((section) => section.flatMap((line) => indented(plainText(line), width)).join("\n"))
    .join("\n\n");
}

function about({ pack, verdict, evidence_digest: digest, landed }: PackFacts): readonly string[] {
  if (!pack) return [];
  const { base_commit: base, event, environment, subject } = pack;
  const where = environment === null ? "" : ` in ${environment}`;
  const approvers = landed?.transition?.approved_by ?? [];
  return [
    `  ${event} ${subject.model_id} ${subject.version}${where}: ${verdict ?? "no verdict"}`,
    `  evidence ${digest ?? ""}`,
    `  base ${base}`,
    ...(landed
      ? [
          `  merged in ${landed.commit}, signed by ${landed.signer?.principal ?? "nobody known"}`,
          `  approved by ${approvers.join(", ") || "nobody on record"}`,
        ]
      : []),
  ];
}

function problemLines({ code, message, fix, where }: Problem): readonly string[] {
  return [`  ${where ? `${formatPlace(where)}  ` : ""}${code}  ${message}`, `    ${fix}`];
}
