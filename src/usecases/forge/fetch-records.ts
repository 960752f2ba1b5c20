import { REFUSALS_REF } from "../../domain/records-ref.ts";
import { GateError } from "../../errors.ts";
import type { Forge } from "../../ports/forge.ts";
import type { Git } from "../../ports/git.ts";
import type { RecordsElsewhere } from "../refusals/earlier.ts";

/**
 * Brings the forge's records of refused attempts into the clone, which a checkout leaves out. Nothing is judged by them, so
 * that what the forge refuses is told and stops nothing.
 */
export async function fetchRefusals(
  git: Pick<Git, "resolve" | "head" | "fetch">,
  open: () => Promise<Forge>,
): Promise<RecordsElsewhere> {
  try {
    const forge = await open();
    const tip = await forge.lastRecord(REFUSALS_REF);
    if (tip === null) return { tips: [], problems: [] };
    if ((await git.resolve(tip)) === undefined) {
      const have = (await git.resolve(REFUSALS_REF)) ?? (await git.head()).commit;
      await git.fetch(await forge.remote(), { commit: tip, have });
    }
    return { tips: [tip], problems: [] };
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    const [{ message, code }] = error.problems;
    return { tips: [], problems: [`${REFUSALS_REF} could not be fetched: ${message} (${code})`] };
  }
}
