import { APPROVALS_REF, type RecordsRef, REFUSALS_REF } from "../../domain/records-ref.ts";
import { GateError } from "../../errors.ts";
import type { Forge } from "../../ports/forge.ts";
import type { Git } from "../../ports/git.ts";
import type { RecordsElsewhere } from "../refusals/kept-packs.ts";

/**
 * Brings the forge's records of refused attempts into the clone, which a checkout leaves out. Nothing is judged by them, so
 * that what the forge refuses is told and stops nothing.
 */
export function fetchRefusals(git: FetchingGit, open: () => Promise<Forge>): Promise<RecordsElsewhere> {
  return fetchRecords(REFUSALS_REF, git, open);
}

/**
 * The same for reviews that promotions were merged with. The audit misses those that could not be fetched, and fails the
 * promotions that stand on them.
 */
export function fetchApprovals(git: FetchingGit, open: () => Promise<Forge>): Promise<RecordsElsewhere> {
  return fetchRecords(APPROVALS_REF, git, open);
}

type FetchingGit = Pick<Git, "resolve" | "head" | "fetch">;

async function fetchRecords(
  ref: RecordsRef,
  git: FetchingGit,
  open: () => Promise<Forge>,
): Promise<RecordsElsewhere> {
  try {
    const forge = await open();
    const tip = await forge.lastRecord(ref);
    if (tip === null) return { tips: [], problems: [] };
    if ((await git.resolve(tip)) === undefined) {
      const have = (await git.resolve(ref)) ?? (await git.head()).commit;
      await git.fetch(await forge.remote(), { commit: tip, have });
    }
    return { tips: [tip], problems: [] };
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    const [{ message, code }] = error.problems;
    return { tips: [], problems: [`${ref} could not be fetched: ${message} (${code})`] };
  }
}
