import { mayMerge } from "../../domain/outcome.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { GateError, gateError, type Problem } from "../../errors.ts";
import { planTransition } from "../../ledger/plan.ts";
import type { Git } from "../../ports/git.ts";
import type { Decision } from "../gate/decision.ts";
import type { Proposal } from "./propose.ts";
import type { AskedTransition, TransitionRequest } from "../request.ts";
import { readBaseLedger } from "../gate/base-ledger.ts";
import { environmentsFor } from "../gate/environments.ts";
import { type Base, readyBase } from "./base.ts";
import { requireLawful } from "../gate/ledger-history.ts";
import { type Overtaken, proveNewBase, type Rejudged, rejudged } from "./overtaken.ts";
import type { Proposals } from "./proposals.ts";
import type { Refusal } from "./refusals.ts";

/** What a verb that changes the ledger needs from outside. */
export interface TransitionPorts {
  readonly git: Git;
  /**
   * Measures and judges a request: on the checked-out commit, or on the new base of a decision that was overtaken, with a
   * run of its own; the gate.
   */
  readonly judge: (request: TransitionRequest, overtaken?: Overtaken) => Promise<Decision>;
  /** The text for the people who decide, Markdown. */
  readonly describe: (decision: Decision) => string;
  readonly proposals: Proposals;
}

export interface TransactionOptions {
  /** The clock, read once a run. */
  readonly now: Date;
  readonly signal?: AbortSignal;
}

interface Judged {
  readonly decision: Decision;
  /** Bases that the decision was taken to, one after the other; mostly none. */
  readonly rejudged: readonly Rejudged[];
  /** What of the clone was not looked at, for whoever asked. */
  readonly notes: readonly Problem[];
}

export type TransitionResult = Judged &
  (
    | { readonly kind: "proposed"; readonly proposal: Proposal }
    | { readonly kind: "refused"; readonly refusal: Refusal }
  );

/** Bases that one run judges on: a branch that moves faster than that needs somebody to look at it. */
const MOST_BASES = 3;

/**
 * The way of every verb that changes the ledger: plan, judge, then propose what may merge and keep what was refused. When
 * the base moves in the meantime, the request is judged again on the new one, on three bases at most.
 * GIT_*, LEDGER_*, FORGE_*, and what the judge throws.
 */
export async function transact(
  ports: TransitionPorts,
  ask: AskedTransition,
  options: TransactionOptions,
): Promise<TransitionResult> {
  const { notes, ...base } = await readyBase(ports.git, ask.event);
  const decision = await judgeFirst(ports, base, { ask, now: options.now });
  let judged: Judged = { decision, rejudged: [], notes };
  for (let bases = 1; ; bases += 1) {
    options.signal?.throwIfAborted();
    try {
      return await settle(ports, judged, options);
    } catch (error) {
      const moved = await movedBase(
        ports,
        { branch: base.branch, commit: judged.decision.baseCommit },
        error,
      );
      if (moved === null) throw error;
      if (bases === MOST_BASES) throw lostEachTime(error);
      judged = await judgeAgain(ports, judged, moved);
    }
  }
}

/** Plans and judges. Nothing is measured for a move that the ledger forbids or that could not be proposed. */
async function judgeFirst(
  ports: Pick<TransitionPorts, "git" | "judge" | "proposals">,
  base: Base,
  { ask, now }: { ask: AskedTransition; now: Date },
): Promise<Decision> {
  const { ledger } = await readBaseLedger(ports.git, base.commit, ask.event);
  const planned = planTransition(ledger, ask, await environmentsFor(ports.git, base.commit, ask.event));
  await requireLawful(ports.git, base.commit, ask.event);
  await ports.proposals.ready(base, now);
  return ports.judge({ ...ask, version: planned.version });
}

async function judgeAgain(
  ports: TransitionPorts,
  { decision, rejudged: earlier, notes }: Judged,
  base: string,
): Promise<Judged> {
  const overtaken = { decision, base };
  await proveNewBase(ports.git, overtaken);
  const again = await ports.judge(decision.request, overtaken);
  return { decision: again, rejudged: [...earlier, rejudged(decision, again)], notes };
}

const BASE_MOVED: ReadonlySet<string> = new Set(["FORGE_BASE_MOVED", "GIT_RACE_LOST"]);

/** Where the base is now, when that is why a proposal failed; null when it failed for another reason. */
async function movedBase(
  { git, proposals }: TransitionPorts,
  judged: Base,
  error: unknown,
): Promise<string | null> {
  if (!(error instanceof GateError) || !BASE_MOVED.has(error.code)) return null;
  const now = await proposals.newBase(judged);
  if (now === null || now === judged.commit) return null;
  if (await git.isAncestor(judged.commit, now)) return now;
  const text = `The branch ${judged.branch} was rewritten: ${shortCommit(now)} does not stand on ${shortCommit(judged.commit)}, which was judged.`;
  throw gateError(error.code, text);
}

function lostEachTime(error: unknown): unknown {
  if (!(error instanceof GateError)) return error;
  const [{ code, message }] = error.problems;
  return gateError(code, `${message} It moved each of the ${MOST_BASES} times that it was judged.`, {
    cause: error,
  });
}

/** Writes what was decided: a proposal when it may merge, else the refusal. */
async function settle(
  ports: Pick<TransitionPorts, "proposals" | "describe">,
  judged: Judged,
  { now: start, ...options }: TransactionOptions,
): Promise<TransitionResult> {
  const { decision } = judged;
  // What was judged again was decided later than the run began.
  const now = judged.rejudged.length === 0 ? start : new Date(decision.verdict.decided_at);
  const writing = { ...options, now, text: ports.describe(decision) };
  if (!mayMerge(decision.verdict.outcome)) {
    return { ...judged, kind: "refused", refusal: await ports.proposals.refuse(decision, writing) };
  }
  return { ...judged, kind: "proposed", proposal: await ports.proposals.propose(decision, writing) };
}
