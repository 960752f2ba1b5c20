import { LEDGER_FILE, modelState, type ModelState, type Transition } from "../../domain/ledger.ts";
import { triedOr } from "../../errors.ts";
import { apply } from "../../ledger/apply.ts";
import { entryIn, GENESIS, modelDigest } from "../../ledger/ledger-text.ts";
import { readLedger } from "./base-ledger.ts";
import { contentOr } from "./broken.ts";
import { environmentReader } from "./environments.ts";
import { type LedgerFiles, provenHistory } from "./ledger-history.ts";

/** A revision of one model that was proven to follow from all before it. */
export interface ProvenEntry {
  /** The commit of the line that brought it. */
  readonly commit: string;
  /** When it reached the line, as its commit claims, and never before the revision before it. */
  readonly since: Date;
  readonly state: ModelState;
  readonly transition: Transition;
}

/**
 * Every revision of a model on the first-parent line of a commit, oldest first. Only the commits that brought evidence of the model
 * are read: the entry in the commit names the digest of the entry before it, down to the empty one, so that no revision can be
 * missing or altered. Edits of other models, and edits that were undone, are not seen here; the audit names them.
 * GIT_SHALLOW, LEDGER_MISSING, LEDGER_CHAIN_BROKEN.
 */
export async function modelChain(
  git: LedgerFiles,
  commit: string,
  model: string,
): Promise<readonly ProvenEntry[]> {
  const chain = await quickChain(git, commit, model);
  const now = await contentOr(null, async () => modelState((await readLedger(git, commit)).ledger, model));
  const last = chain?.at(-1)?.state ?? modelState(GENESIS, model);
  if (chain && now && modelDigest(now) === modelDigest(last)) return chain;
  return wholeChain(git, commit, model);
}

/** From the whole history of the file, which also says what broke it. */
async function wholeChain(git: LedgerFiles, commit: string, model: string): Promise<readonly ProvenEntry[]> {
  const revisions = await provenHistory(git, commit);
  return revisions.flatMap(({ transition, ledger, ...rest }) =>
    transition?.model === model ? [{ ...rest, transition, state: modelState(ledger, model) }] : [],
  );
}

/** Null where a commit that brought evidence did not bring the next revision, so that the whole history must be read. */
async function quickChain(
  git: LedgerFiles,
  tip: string,
  model: string,
): Promise<readonly ProvenEntry[] | null> {
  const environments = environmentReader(git);
  const chain: ProvenEntry[] = [];
  let before = modelState(GENESIS, model);
  for (const commit of (await git.history(tip, `evidence/${model}`)).toReversed()) {
    const bytes = await contentOr(undefined, () => git.show(commit, LEDGER_FILE));
    const state = bytes && triedOr(undefined, () => entryIn(bytes, model));
    if (!state?.transition) return null;
    const { parents, committedAt } = await git.facts(commit);
    const phases = await environments(parents[0]);
    const { transition } = state;
    const made = triedOr(null, () => apply(only(before, model), transition, phases));
    if (!made || modelDigest(modelState(made, model)) !== modelDigest(state)) return null;
    const last = chain.at(-1)?.since ?? committedAt;
    chain.push({ commit, since: committedAt > last ? committedAt : last, state, transition });
    before = state;
  }
  return chain;
}

/** A ledger of one model: no transition looks at another. */
function only(state: ModelState, model: string): typeof GENESIS {
  return state.revision === 0 ? GENESIS : { ...GENESIS, models: { [model]: state } };
}
