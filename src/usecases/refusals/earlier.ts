import { checkSchema } from "../../domain/document/check-schema.ts";
import { parseJson } from "../../domain/document/json.ts";
import { mayMerge, type Outcome } from "../../domain/outcome.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { GateError, tried } from "../../errors.ts";
import type { Git } from "../../ports/git.ts";
import { keptPacks, type RecordsElsewhere } from "./kept-packs.ts";
import type { KeptPack } from "./records.ts";

/** An attempt that was refused earlier. */
export interface EarlierRefusal {
  readonly version: string;
  readonly runId: string;
  readonly outcome: Outcome;
  /** Objectives and requirements that stood in the way, sorted; what forbade it outright when there are none. */
  readonly objectives: readonly string[];
  readonly decidedAt: string;
  /** The commit that brought the record. */
  readonly commit: string;
  /** Folder of its evidence pack in that commit. */
  readonly evidence: string;
  /** Null when it cannot be read. */
  readonly verdict: Verdict | null;
}

/** Records of a model, as far as they were read. */
export interface EarlierRefusals {
  /** The latest decision first; what cannot be read last. */
  readonly refusals: readonly EarlierRefusal[];
  /** Records that are older than the newest `MOST_RECORDS`, which alone are read. */
  readonly unread: number;
  /** Lines of records that could not be read, one sentence each. */
  readonly problems: readonly string[];
}

/** Of one model: more would fill a verdict, and a memory, with what somebody appended. */
export const MOST_RECORDS = 64;

/** As many as the verdict's schema allows. */
const MOST_BLOCKERS = 256;

/**
 * Earlier refusals of a model: packs with a verdict of FAIL or INCONCLUSIVE on the refusals ref, and on lines of the same
 * kind that were fetched. Each is read from the commit that brought it, so that nothing that was written later changes or
 * hides it. A pack whose verdict cannot be read counts as refused, so that damage hides none either; and a line that cannot
 * be read is told, never taken for an empty one. Nothing is known where there is no such ref.
 */
export async function refusedBefore(
  git: Git,
  of: { readonly model: string; readonly elsewhere?: RecordsElsewhere },
): Promise<EarlierRefusals> {
  const { packs, problems } = await keptPacks(git, of);
  const newest = packs.slice(0, MOST_RECORDS);
  const read = await Promise.all(newest.map((record) => readRefusal(git, record)));
  const refusals = read.filter((one) => one !== undefined);
  return { refusals: refusals.toSorted(byDecision), unread: packs.length - newest.length, problems };
}

function byDecision(a: EarlierRefusal, b: EarlierRefusal): number {
  return compare(b.decidedAt, a.decidedAt) || compare(a.runId, b.runId);
}

/** Undefined for a verdict that let its transition pass: it refused nothing. */
async function readRefusal(git: Git, { commit, folder }: KeptPack): Promise<EarlierRefusal | undefined> {
  const [, model = "", version = "", runId = ""] = folder.split("/");
  const known = { version, runId, commit, evidence: folder };
  const verdict = await tried(() => readVerdict(git, commit, `${folder}/verdict.json`));
  if (verdict instanceof GateError) return { ...known, ...UNREADABLE, objectives: [verdict.code] };
  const told = verdict.subject;
  if (told.model_id !== model || told.version !== version || verdict.run_id !== runId)
    return { ...known, ...UNREADABLE, objectives: ["EVIDENCE_SUBJECT_MISMATCH"] };
  if (mayMerge(verdict.outcome)) return undefined;
  const { outcome, decided_at: decidedAt } = verdict;
  return { ...known, outcome, objectives: blockersOf(verdict), decidedAt, verdict };
}

const UNREADABLE = { outcome: "INCONCLUSIVE", decidedAt: "", verdict: null } as const;

/** A stored verdict, as its schema wants it. DOCUMENT_*, GIT_*. */
export async function readVerdict(git: Pick<Git, "show">, commit: string, path: string): Promise<Verdict> {
  // The largest of the schemas, for what most models never have.
  const { VERDICT_V1 } = await import("../../generated/verdict-v1.js");
  const bytes = (await git.show(commit, path)) ?? new Uint8Array();
  return checkSchema<Verdict>(parseJson(bytes, path), VERDICT_V1);
}

function blockersOf(verdict: Verdict): string[] {
  const items = verdict.policies.flatMap(({ objectives, requirements }) => [...objectives, ...requirements]);
  const blocking = [...verdict.refusals, ...items].filter(
    ({ outcome }) => outcome === "FAIL" || outcome === "INCONCLUSIVE",
  );
  return [...new Set(blocking.map(({ id }) => id))].toSorted(compare).slice(0, MOST_BLOCKERS);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
