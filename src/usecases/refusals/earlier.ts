import { checkSchema } from "../../domain/document/check-schema.ts";
import { parseJson } from "../../domain/document/json.ts";
import { mayMerge, type Outcome } from "../../domain/outcome.ts";
import { REFUSALS_REF } from "../../domain/records-ref.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { GateError } from "../../errors.ts";
import type { Git } from "../../ports.ts";

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

/**
 * Earlier refusals of a model, newest first: packs with a verdict of FAIL or INCONCLUSIVE on the refusals ref, and on
 * `tips` of the same line that somebody fetched. Each is read from the commit that brought it, so that nothing that was
 * written later changes or hides it. A pack whose verdict cannot be read counts as refused, so that damage hides none
 * either. Nothing is known where there is no such ref.
 */
export async function refusedBefore(
  git: Git,
  of: { readonly model: string; readonly tips?: readonly string[] },
): Promise<readonly EarlierRefusal[]> {
  const local = await git.resolve(REFUSALS_REF);
  const tips = [...new Set([...(local === undefined ? [] : [local]), ...(of.tips ?? [])])];
  const found = await Promise.all(tips.map((tip) => refusalsOn(git, tip, of.model)));
  // The same record may be on the local ref and on a fetched one.
  const distinct = new Map(found.flat().map((one) => [one.evidence, one]));
  return [...distinct.values()].toSorted(
    (a, b) => compare(b.decidedAt, a.decidedAt) || compare(a.runId, b.runId),
  );
}

async function refusalsOn(git: Git, tip: string, model: string): Promise<readonly EarlierRefusal[]> {
  const read = await Promise.all(
    (await recordsOn(git, tip, model)).map((record) => readRefusal(git, record)),
  );
  return read.filter((one) => one !== undefined);
}

/** A pack on a line of records, and the commit that brought it. */
export interface KeptPack {
  readonly commit: string;
  readonly folder: string;
}

/** Packs on the line of records that ends in a commit, oldest first; of one model, or of all. */
export async function recordsOn(git: Git, tip: string, model?: string): Promise<readonly KeptPack[]> {
  const below = model === undefined ? "evidence" : `evidence/${model}`;
  // A cut clone shows what is there now, which is nearly always all of it.
  const line = (await git.isShallow()) ? [tip] : (await git.history(tip, below)).toReversed();
  const packs = new Map<string, string>();
  for (const commit of line) {
    for (const folder of foldersOf(await git.paths(commit, below)))
      if (!packs.has(folder)) packs.set(folder, commit);
  }
  return [...packs].map(([folder, commit]) => ({ commit, folder }));
}

/** `evidence/<id>/<version>/<run_id>` of everything that lies in such a folder. */
function foldersOf(paths: readonly string[]): Set<string> {
  const parts = paths.map((path) => path.split("/")).filter(({ length }) => length > 4);
  return new Set(parts.map((each) => each.slice(0, 4).join("/")));
}

async function readRefusal(git: Git, { commit, folder }: KeptPack): Promise<EarlierRefusal | undefined> {
  const [, model = "", version = "", runId = ""] = folder.split("/");
  const known = { version, runId, commit, evidence: folder };
  try {
    const verdict = await readVerdict(git, commit, `${folder}/verdict.json`);
    const told = verdict.subject;
    if (told.model_id !== model || told.version !== version || verdict.run_id !== runId)
      return { ...known, ...UNREADABLE, objectives: ["EVIDENCE_SUBJECT_MISMATCH"] };
    if (mayMerge(verdict.outcome)) return undefined;
    const { outcome, decided_at: decidedAt } = verdict;
    return { ...known, outcome, objectives: blockersOf(verdict), decidedAt, verdict };
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    return { ...known, ...UNREADABLE, objectives: [error.code] };
  }
}

const UNREADABLE = { outcome: "INCONCLUSIVE", decidedAt: "", verdict: null } as const;

async function readVerdict(git: Git, commit: string, path: string): Promise<Verdict> {
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
  return [...new Set(blocking.map(({ id }) => id))].toSorted(compare);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
