import { LEDGER_FILE, type Ledger, modelState, type Transition } from "../../domain/ledger.ts";
import { triedOr } from "../../errors.ts";
import { HeldSince } from "../../ledger/audit/held-since.ts";
import { effectiveFrom } from "../../ledger/effective.ts";
import { changedModels, parseLedger } from "../../ledger/ledger-text.ts";
import type { Git } from "../../ports/git.ts";
import { requireNamed } from "../proof/stored-pack.ts";
import { requestOf } from "../request.ts";
import { timestampOf } from "../../domain/time.ts";
import { packFolder } from "../../domain/evidence.ts";
import { decisionOf, type Past, pastOf, readPast } from "./past.ts";

/** One revision of the ledger that a transition made, and the one before it. */
interface Step {
  readonly commit: string;
  readonly before: Ledger;
  readonly after: Ledger;
  readonly transition: Transition;
}

/** Of a whole clone, the newest `most` promotions on the first-parent line that ends in a commit, oldest first, and how many are older. */
export async function pastPromotions(
  git: Git,
  base: string,
  most: number,
): Promise<{ readonly cases: AsyncIterable<Past>; readonly older: number }> {
  const line = await git.history(base, LEDGER_FILE);
  // One more than is judged: each is judged on the ledger before it.
  const seen = line.slice(0, most + 1).toReversed();
  return { cases: cases(git, seen, seen.length === line.length), older: line.length - seen.length };
}

async function* cases(git: Git, commits: readonly string[], whole: boolean): AsyncIterable<Past> {
  const held = new HeldSince(whole);
  let before: Ledger | null = null;
  for (const [position, commit] of commits.entries()) {
    const after = await ledgerAt(git, commit);
    if (!after) held.interrupt(position);
    else if (before) {
      const models = changedModels(before, after);
      const [transition = null] =
        models.length === 1 ? models.map((id) => modelState(after, id).transition) : [];
      const { committedAt } = await git.facts(commit);
      const effective = timestampOf(effectiveFrom(transition, committedAt));
      held.record({ position, effective, before, after, models });
      if (transition && transition.run_id !== modelState(before, transition.model).transition?.run_id)
        yield promoted(git, { commit, before, after, transition }, { held, position });
    }
    before = after;
  }
}

/** Null where it was deleted or cannot be read: then nobody can say what the next one was decided on. */
async function ledgerAt(git: Git, commit: string): Promise<Ledger | null> {
  return triedOr(null, async () => {
    const bytes = await git.show(commit, LEDGER_FILE);
    return bytes ? parseLedger(bytes) : null;
  });
}

async function promoted(
  git: Git,
  { commit, before, transition }: Step,
  { held, position }: { held: HeldSince; position: number },
): Promise<Past> {
  const request = requestOf(transition);
  return pastOf(decisionOf("promotion", { ...transition, decided: transition.verdict }), async () => {
    const folder = packFolder({ ...transition, runId: transition.run_id });
    const read = await readPast(git, { commit, folder });
    requireNamed(read.stored, transition);
    const since = held.at(position - 1, before, request);
    return { request, ...read, ledger: before, since: since === "unknown" ? null : since };
  });
}
