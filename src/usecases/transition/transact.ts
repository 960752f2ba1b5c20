import { mayMerge } from "../../domain/outcome.ts";
import { planTransition } from "../../ledger/plan.ts";
import type { Git } from "../../ports.ts";
import type { Decision } from "../decision.ts";
import type { Proposal } from "../propose.ts";
import type { AskedTransition, TransitionRequest } from "../run-context.ts";
import { readEnvironments, readLedger, readyBase } from "./base.ts";
import { proveGround } from "./history.ts";
import type { Proposals } from "./proposals.ts";
import type { Refusal } from "./refusals.ts";

/** What a verb that changes the ledger needs from outside. */
export interface TransitionPorts {
  readonly git: Git;
  /** Measures and judges a request on the base commit; the gate. */
  readonly judge: (request: TransitionRequest) => Promise<Decision>;
  /** The text for the people who decide, Markdown. */
  readonly describe: (decision: Decision) => string;
  readonly proposals: Proposals;
}

export interface TransactionOptions {
  /** The clock, read once a run. */
  readonly now: Date;
  readonly signal?: AbortSignal;
}

export type TransitionResult =
  | { readonly kind: "proposed"; readonly decision: Decision; readonly proposal: Proposal }
  | { readonly kind: "refused"; readonly decision: Decision; readonly refusal: Refusal };

/**
 * The way of every verb that changes the ledger: plan, judge, then propose what may merge and keep what was refused.
 * GIT_*, LEDGER_*, and what the judge throws.
 */
export async function transact(
  ports: TransitionPorts,
  ask: AskedTransition,
  options: TransactionOptions,
): Promise<TransitionResult> {
  const decision = await judgeTransition(ports, ask);
  options.signal?.throwIfAborted();
  return settle(ports, decision, options);
}

/** Plans and judges, and writes nothing. Nothing is measured for a move that the ledger forbids. */
async function judgeTransition(
  ports: Pick<TransitionPorts, "git" | "judge">,
  ask: AskedTransition,
): Promise<Decision> {
  const base = await readyBase(ports.git);
  const { ledger } = await readLedger(ports.git, base.commit);
  const planned = planTransition(ledger, ask, await readEnvironments(ports.git, base.commit));
  await proveGround(ports.git, base.commit, ask.event);
  return ports.judge({ ...ask, version: planned.version });
}

/** Writes what was decided: a proposal when it may merge, else the refusal. */
async function settle(
  ports: Pick<TransitionPorts, "proposals" | "describe">,
  decision: Decision,
  options: TransactionOptions,
): Promise<TransitionResult> {
  const writing = { ...options, text: ports.describe(decision) };
  if (!mayMerge(decision.verdict.outcome)) {
    return { kind: "refused", decision, refusal: await ports.proposals.refuse(decision, writing) };
  }
  return { kind: "proposed", decision, proposal: await ports.proposals.propose(decision, writing) };
}
