import { type ModelState, ownEntry, type Slot, type Transition } from "../domain/ledger.ts";
import { gateError } from "../errors.ts";
import type { Git } from "../ports/git.ts";
import { refuseUnknownModel, registeredVersions } from "./registry/registered-versions.ts";
import { readEnvironments } from "./gate/environments.ts";
import { modelChain, type ProvenEntry } from "./gate/model-chain.ts";

export interface LiveQuestion {
  readonly model: string;
  readonly environment: string;
  /** Null asks about now. */
  readonly at: Date | null;
}

/** What was live, and the proof: the chain of the model was replayed to answer. */
export interface LiveAnswer {
  readonly model: string;
  readonly environment: string;
  /** Null when nothing was in production; `serving` false when the kill switch was on. */
  readonly slot: Slot | null;
  /** The model's revision in force then; null when it had no transition yet. */
  readonly revision: number | null;
  /** Commit of that revision on the base line. */
  readonly commit: string | null;
  /** Since when that slot was as it is, by the time at which its commit reached the base line. */
  readonly since: Date | null;
  /** What made it so. */
  readonly by: Transition | null;
  /** Number of the model's revisions that were proven. */
  readonly proven: number;
  /** Revisions from the one that made the slot as it is to the one in force then, without a gap; empty when nothing was live. */
  readonly chain: readonly ChainedRevision[];
}

/** A revision of the model, and the commit that brought it. */
export interface ChainedRevision {
  readonly revision: number;
  readonly commit: string;
  /** When it reached the base line, as its commit claims; never before the revision before it. */
  readonly since: Date;
}

/**
 * "What was live at time T", with proof that there is no gap. GIT_SHALLOW, LEDGER_MISSING, LEDGER_CHAIN_BROKEN,
 * GATE_MODEL_UNKNOWN, LEDGER_ENVIRONMENT_UNKNOWN.
 */
export async function live(ports: { git: Git }, question: LiveQuestion): Promise<LiveAnswer> {
  const { commit } = await ports.git.head();
  const { model, environment, at } = question;
  const chain = await modelChain(ports.git, commit, model);
  await refuseUnknownNames(ports.git, commit, { question, state: chain.at(-1)?.state });
  const past = at === null ? chain : chain.filter(({ since }) => since <= at);
  return {
    model,
    environment,
    ...slotAtEnd(past, question),
    ...inForce(past.at(-1)),
    proven: chain.length,
  };
}

/** "Nothing was live" is no answer to a misspelt question. The ledger never forgets a model or an environment. */
async function refuseUnknownNames(
  git: Git,
  commit: string,
  { question, state }: { question: LiveQuestion; state: ModelState | undefined },
): Promise<void> {
  const { model, environment } = question;
  if (state && Object.hasOwn(state.environments, environment)) return;
  if (!state) refuseUnknownModel(model, [...(await registeredVersions(git, commit)).keys()]);
  const names = (await readEnvironments(git, commit)).map(({ name }) => name);
  if (names.includes(environment)) return;
  const text = `There is no environment ${JSON.stringify(environment.slice(0, 80))}; there are: ${names.join(", ")}.`;
  throw gateError("LEDGER_ENVIRONMENT_UNKNOWN", text);
}

function inForce(current: ProvenEntry | undefined): Pick<LiveAnswer, "revision" | "commit"> {
  return current
    ? { revision: current.state.revision, commit: current.commit }
    : { revision: null, commit: null };
}

/** The slot at the end of a history, and the first revision of the unbroken run in which it was as it is. */
function slotAtEnd(
  past: readonly ProvenEntry[],
  of: LiveQuestion,
): Pick<LiveAnswer, "slot" | "since" | "by" | "chain"> {
  const slots = past.map(({ state }) => ownEntry(state.environments, of.environment)?.slots.PRODUCTION);
  const slot = slots.at(-1);
  if (!slot) return { slot: null, since: null, by: null, chain: [] };
  const before = slots.findLastIndex((each) => JSON.stringify(each) !== JSON.stringify(slot));
  const run = past.slice(before + 1);
  const [origin] = run;
  const chain = run.map(({ state, commit, since }) => ({
    revision: state.revision,
    commit,
    since,
  }));
  return { slot, since: origin?.since ?? null, by: origin?.transition ?? null, chain };
}
