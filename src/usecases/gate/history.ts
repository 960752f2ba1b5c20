import { environmentState, type Ledger, LEDGER_FILE, slotOf, stateOf } from "../../domain/ledger.ts";
import type { State } from "../../domain/lifecycle.ts";
import { effectiveFrom } from "../../ledger/effective.ts";
import { parseLedger } from "../../ledger/ledger-text.ts";
import type { History } from "../../policy/evaluate.ts";
import { matchingPolicies } from "../../policy/match.ts";
import type { Git } from "../../ports/git.ts";
import { timestampOf } from "../../domain/time.ts";
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

/**
 * Since when the version holds its present state without a break: when the transition that brought it there reached
 * the base line, and not before it was decided. A slot that is switched off is a break: it sees no traffic.
 * Null when the clone is shallow: a cut history cannot prove how long.
 */
async function holdsSince(git: Git, base: GateBase, request: TransitionRequest): Promise<History["since"]> {
  if (await git.isShallow()) return null;
  const state = stateOf(base.ledger, request.model, request);
  let since: Date | undefined;
  for (const commit of await git.history(base.commit, LEDGER_FILE)) {
    const ledger = await ledgerAt(git, commit);
    if (!ledger || !holds(ledger, request, state)) break;
    if (ledger.transition) since = effectiveFrom(ledger.transition, (await git.facts(commit)).committedAt);
  }
  return since === undefined ? {} : { [state]: timestampOf(since) };
}

function holds(ledger: Ledger, request: TransitionRequest, state: State): boolean {
  const { model, version, environment } = request;
  const here = environmentState(ledger, model, environment ?? "");
  const slot = slotOf(here, version);
  return (
    stateOf(ledger, model, request) === state && (slot === undefined || here.slots[slot]?.serving === true)
  );
}

async function ledgerAt(git: Git, commit: string): Promise<Ledger | undefined> {
  const bytes = await git.show(commit, LEDGER_FILE);
  return bytes && parseLedger(bytes);
}
