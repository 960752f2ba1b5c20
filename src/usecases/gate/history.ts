import { type Ledger, LEDGER_FILE, stateOf } from "../../domain/ledger.ts";
import type { State } from "../../domain/lifecycle.ts";
import { parseLedger } from "../../ledger/ledger-text.ts";
import type { History } from "../../policy/evaluate.ts";
import { matchingPolicies } from "../../policy/match.ts";
import type { Git } from "../../ports.ts";
import { refusedBefore } from "../transition/refusals.ts";
import type { TransitionRequest } from "../run-context.ts";
import type { GateBase } from "./base.ts";

/** What earlier revisions say about the candidate. The ledger's history is only walked when a policy asks for soak. */
export async function readHistory(git: Git, base: GateBase, request: TransitionRequest): Promise<History> {
  const needsSoak = matchingPolicies(base.policies.policies, request).some(
    (policy) => policy.requires.soak !== null,
  );
  return {
    since: needsSoak ? await holdsSince(git, base, request) : null,
    refusedBefore: await earlierRefusals(git, base.commit, request.model),
  };
}

/**
 * Since when the version holds its present state, by the transition that brought it there.
 * Null when the clone is shallow: a cut history cannot prove how long.
 */
async function holdsSince(git: Git, base: GateBase, request: TransitionRequest): Promise<History["since"]> {
  if (await git.isShallow()) return null;
  const of = { version: request.version, environment: request.environment };
  const state: State = stateOf(base.ledger, request.model, of);
  let since: string | undefined;
  for (const commit of await git.history(base.commit, LEDGER_FILE)) {
    const ledger = await ledgerAt(git, commit);
    if (!ledger || stateOf(ledger, request.model, of) !== state) break;
    since = ledger.transition?.decided_at ?? since;
  }
  return since === undefined ? {} : { [state]: since };
}

async function ledgerAt(git: Git, commit: string): Promise<Ledger | undefined> {
  const bytes = await git.show(commit, LEDGER_FILE);
  return bytes && parseLedger(bytes);
}

async function earlierRefusals(git: Git, commit: string, model: string): Promise<History["refusedBefore"]> {
  return (await refusedBefore(git, commit, model)).map(({ version, objectives }) => ({
    version,
    objectives,
  }));
}
