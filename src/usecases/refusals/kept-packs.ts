import { REFUSALS_REF } from "../../domain/records-ref.ts";
import { GateError, tried } from "../../errors.ts";
import type { Git } from "../../ports/git.ts";
import { type KeptPack, recordsOn } from "./records.ts";

/** Where records are, besides the ref of this repository. */
export interface RecordsElsewhere {
  /** Last records on the same line elsewhere, whose commits were fetched. */
  readonly tips: readonly string[];
  /** Why they could not be fetched, one sentence each. */
  readonly problems: readonly string[];
}

/** Packs of refusals, newest first, and what could not be fetched or read, one sentence each. */
export interface KeptPacks {
  readonly packs: readonly KeptPack[];
  readonly problems: readonly string[];
}

/**
 * Packs on the refusals ref and on lines of the same kind that were fetched, of one model or of all; each once, for the same
 * record may be on both. A line that cannot be read is told, never taken for an empty one.
 */
export async function keptPacks(
  git: Git,
  of: { readonly model?: string; readonly elsewhere?: RecordsElsewhere | undefined },
): Promise<KeptPacks> {
  const local = await git.resolve(REFUSALS_REF);
  const problems = [...(of.elsewhere?.problems ?? [])];
  const packs = new Map<string, KeptPack>();
  for (const tip of new Set([...(local === undefined ? [] : [local]), ...(of.elsewhere?.tips ?? [])])) {
    const found = await tried(() => recordsOn(git, tip, of.model));
    if (found instanceof GateError)
      problems.push(`${REFUSALS_REF} could not be read: ${found.problems[0].message} (${found.code})`);
    else for (const pack of found) if (!packs.has(pack.folder)) packs.set(pack.folder, pack);
  }
  return { packs: [...packs.values()], problems };
}
