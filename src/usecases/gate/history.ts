import {
  environmentState,
  type Ledger,
  LEDGER_FILE,
  modelState,
  slotOf,
  stateOf,
} from "../../domain/ledger.ts";
import type { State } from "../../domain/lifecycle.ts";
import { effectiveFrom } from "../../ledger/effective.ts";
import { parseLedger } from "../../ledger/ledger-text.ts";
import type { History } from "../../policy/evaluate.ts";
import { matchingPolicies } from "../../policy/match.ts";
import type { Git } from "../../ports/git.ts";
import { timestampOf } from "../../domain/time.ts";
import { triedOr } from "../../errors.ts";
import { contentOr } from "./broken.ts";
import type { TransitionRequest } from "../request.ts";
import type { GateBase } from "./base.ts";

/** What earlier revisions say about the candidate. The ledger's history is only walked when a policy asks for soak. */
export async function readHistory(
  git: Git,
  base: GateBase,
  request: TransitionRequest,
): Promise<Pick<History, "since">> {
  const needsSoak = matchingPolicies(base.policies.policies, request).some(
    (policy) => policy.requires.soak !== null,
  );
  return { since: needsSoak ? await holdsSince(git, base, request) : null };
}

/** Null when the clone is shallow: a cut history cannot prove how long. */
async function holdsSince(git: Git, base: GateBase, request: TransitionRequest): Promise<History["since"]> {
  return (await git.isShallow()) ? null : heldSince(base.ledger, request, landedBefore(git, base.commit));
}

/** A revision of deployed.json and when the commit that brought it says that it was made; null when it was deleted or broken. */
export interface LandedLedger {
  readonly ledger: Ledger | null;
  readonly committedAt: Date;
}

/**
 * Since when the version holds the state that it has in a ledger without a break: when the transition that brought it
 * there reached the base line, and not before it was decided. A slot that is switched off is a break: it sees no traffic.
 * `past`: the ledger's revisions on that line, newest first; no more are read than tell.
 */
export async function heldSince(
  now: Ledger,
  request: TransitionRequest,
  past: AsyncIterable<LandedLedger>,
): Promise<NonNullable<History["since"]>> {
  const state = stateOf(now, request.model, request);
  let since: Date | undefined;
  for await (const { ledger, committedAt } of past) {
    if (!ledger || !holds(ledger, request, state)) break;
    // Newest first: of the commits with one revision of the model, the oldest has brought it.
    const { transition } = modelState(ledger, request.model);
    if (transition) since = effectiveFrom(transition, committedAt);
  }
  return since === undefined ? {} : { [state]: timestampOf(since) };
}

async function* landedBefore(git: Git, base: string): AsyncGenerator<LandedLedger> {
  for (const commit of await git.history(base, LEDGER_FILE)) {
    const bytes = await contentOr(undefined, () => git.show(commit, LEDGER_FILE));
    const { committedAt } = await git.facts(commit);
    yield { ledger: bytes ? triedOr(null, () => parseLedger(bytes)) : null, committedAt };
  }
}

function holds(ledger: Ledger, request: TransitionRequest, state: State): boolean {
  const { model, version, environment } = request;
  const here = environmentState(ledger, model, environment ?? "");
  const slot = slotOf(here, version);
  return (
    stateOf(ledger, model, request) === state && (slot === undefined || here.slots[slot]?.serving === true)
  );
}
