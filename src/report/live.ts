import type { CommitVerdict } from "../domain/audit.ts";
import type { Slot, Transition } from "../domain/ledger.ts";
import { timestampOf } from "../domain/time.ts";
import { counted } from "../domain/counted.ts";
import { shortCommit } from "../domain/short-commit.ts";
import { plainText } from "./escape.ts";
import { flow, indented } from "./layout.ts";

/** What was live at a time, as the use case proves it. */
export interface LiveFacts {
  readonly model: string;
  readonly environment: string;
  readonly slot: Slot | null;
  readonly since: Date | null;
  readonly by: Transition | null;
  readonly proven: number;
  readonly chain: readonly { readonly revision: number; readonly commit: string }[];
  readonly judged: CommitVerdict | null;
}

/** For a terminal: the version, who let it through on what, and why there is no gap. `at` null: now. */
export function liveText(facts: LiveFacts, at: Date | null, width: number): string {
  const { model, environment, slot } = facts;
  const when = at === null ? "" : ` at ${timestampOf(at)}`;
  if (slot === null)
    return [`No version of ${model} was in production in ${environment}${when}.`, proof(facts)].join("\n");
  const serving = slot.serving ? "" : " (disabled: it holds its slot and does not serve)";
  const lines = [`  manifest ${slot.manifest_digest}`, ...madeSo(facts), ...judgedLines(facts.judged)];
  return [
    `${model} ${slot.version} in ${environment}${when}${serving}`,
    ...lines.flatMap((line) => indented(plainText(line), width)),
    ...flow(proof(facts), width),
  ].join("\n");
}

function madeSo({ since, by, chain }: LiveFacts): readonly string[] {
  const [first] = chain;
  if (!since || !by || !first) return [];
  return [
    `  since ${timestampOf(since)} by ${by.event}, verdict ${by.verdict}: ${by.reason}`,
    `  requested by ${by.requested_by}, decided at ${by.decided_at}`,
    `  revision ${first.revision}, commit ${first.commit}`,
  ];
}

function judgedLines(judged: CommitVerdict | null): readonly string[] {
  if (!judged) return [];
  const { outcome, reasons, signer, transition, in_lfs: inLfs = [] } = judged;
  const approvers = transition?.approved_by ?? [];
  return [
    `  audited: ${outcome}${reasons.length > 0 ? ` (${reasons.map(({ code }) => code).join(", ")})` : ""}`,
    ...(inLfs.length > 0 ? [`  in Git LFS and not in Git: ${inLfs.join(", ")}`] : []),
    `  signed by ${signer ? `${signer.principal}, key ${signer.fingerprint}` : "nobody whom trust.yaml knew then"}`,
    `  approved by ${approvers.length > 0 ? approvers.join(", ") : "nobody on record"}`,
    ...(transition ? [`  evidence ${transition.evidence_digest}`, `  in ${transition.evidence}`] : []),
  ];
}

function proof({ model, proven, chain }: LiveFacts): string {
  const [from, to] = [chain[0], chain.at(-1)];
  if (proven === 0) return `Proved: ${model} had no transition yet.`;
  const all = `Proved: ${counted(proven, "revision")} of ${model}, each the one before plus its transition.`;
  if (!from || !to) return all;
  const until =
    from === to
      ? "it was the one in force"
      : `in force then was ${to.revision}, commit ${shortCommit(to.commit)}`;
  return `${all} It has been so since revision ${from.revision}; ${until}.`;
}
