import type { Backtest, Flip, FlipCause, NotRejudged, PastDecision } from "../../domain/backtest.ts";
import { environmentState, type Ledger, slotOf } from "../../domain/ledger.ts";
import { mayMerge } from "../../domain/outcome.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { gateError } from "../../errors.ts";
import { evaluate } from "../../policy/evaluate.ts";
import { matchingPolicies } from "../../policy/match.ts";
import { parityRulesOf } from "../../policy/parity.ts";
import { parsePolicies } from "../../policy/parse-policies.ts";
import type { PolicySet } from "../../policy/policy.ts";
import { retolerated } from "../../policy/retolerated.ts";
import { type Blocker, type Standing, standingOf } from "../../policy/standing.ts";
import type { Git } from "../../ports/git.ts";
import { limitsOf } from "../../report/limits.ts";
import { isRevocation } from "../../domain/revoked-dependency.ts";
import { policySources } from "../gate/base.ts";
import type { RecordsElsewhere } from "../refusals/kept-packs.ts";
import { SLOT_EVENT } from "../../domain/lifecycle.ts";
import { readLedger } from "../gate/base-ledger.ts";
import type { Past, PastCase } from "./past.ts";
import { pastPromotions } from "./promotions.ts";
import { keptRefusals } from "./refusals.ts";

export interface BacktestQuestion {
  /** Whose past it is, and whose policies are compared with. */
  readonly base: string;
  /** Whose policies judge. */
  readonly head: string;
  /** Decisions of each kind that are judged again, the newest; every one when it is left out. */
  readonly most?: number;
  readonly refusals?: RecordsElsewhere;
  readonly signal?: AbortSignal;
}

/**
 * Judges every past promotion of the base's first-parent line again, and every kept refusal, from stored evidence: under the
 * base's policies and under the head's, each at the time of its decision. What comes out otherwise is a flip; what the evidence
 * does not answer is told, and is neither a pass nor a failure. Measures and writes nothing.
 * GIT_UNKNOWN_REVISION, GIT_SHALLOW, POLICY_*, LEDGER_*.
 */
export async function backtest(git: Git, question: BacktestQuestion): Promise<Backtest> {
  if (await git.isShallow()) throw gateError("GIT_SHALLOW", "The clone holds a part of the history only.");
  const [base, head] = [await commitNamed(git, question.base), await commitNamed(git, question.head)];
  const policies = { before: await policiesAt(git, base), after: await policiesAt(git, head) };
  const { ledger } = await readLedger(git, base);
  const most = question.most ?? Number.MAX_SAFE_INTEGER;
  const promoted = await pastPromotions(git, base, most);
  const elsewhere = question.refusals ?? { tips: [], problems: [] };
  const refused = await keptRefusals(git, base, { most, elsewhere });
  const found = { promotions: 0, refusals: 0, flips: [] as Flip[], not_rejudged: [] as NotRejudged[] };
  for (const cases of [promoted.cases, refused.cases]) {
    for await (const past of cases) {
      question.signal?.throwIfAborted();
      const judged = rejudge(past, { policies, ledger });
      if ("code" in judged) found.not_rejudged.push(judged);
      else found[past.decision.kind === "promotion" ? "promotions" : "refusals"] += 1;
      if ("because" in judged) found.flips.push(judged);
    }
  }
  return { base, head, ...found, left_out: promoted.older + refused.older, problems: refused.problems };
}

async function commitNamed(git: Git, revision: string): Promise<string> {
  const commit = await git.resolve(revision);
  if (commit !== undefined) return commit;
  throw gateError("GIT_UNKNOWN_REVISION", `There is no commit ${JSON.stringify(revision.slice(0, 120))}.`);
}

async function policiesAt(git: Git, commit: string): Promise<PolicySet> {
  return parsePolicies(await policySources(git, commit));
}

interface Court {
  readonly policies: { readonly before: PolicySet; readonly after: PolicySet };
  /** As it is on the base, to tell what is live. */
  readonly ledger: Ledger;
}

/** A flip; why it cannot be judged; or that nothing changes. */
function rejudge(past: Past, { policies, ledger }: Court): Flip | NotRejudged | { readonly same: true } {
  const { decision } = past;
  const live = liveBy(decision, ledger);
  if ("failure" in past) {
    const [{ code, message }] = past.failure.problems;
    return { ...decision, live, code, says: message };
  }
  const [before, after] = [judgeAs(past, policies.before), judgeAs(past, policies.after)];
  const first = after.unanswered[0];
  if (after.blockers.length === 0 && first)
    return {
      ...decision,
      live,
      code: first.reason ?? "EVIDENCE_MISSING",
      says: `${first.policy}, ${first.id}: ${first.says}`,
    };
  // Where the base's own policies cannot be answered, what was decided then stands for them.
  const told =
    before.blockers.length === 0 && before.unanswered.length > 0 ? decision.decided : before.outcome;
  if (mayMerge(told) === mayMerge(after.outcome)) return { same: true };
  const because = mayMerge(told) ? causes(after, before) : causes(before, after).map(turned);
  return { ...decision, live, before: told, after: after.outcome, because };
}

function judgeAs(past: PastCase, policies: PolicySet): Judged {
  const { request, stored, verdict: told, evidence, ledger, since } = past;
  const rules = parityRulesOf(matchingPolicies(policies.policies, request));
  const verdict = evaluate({
    policies,
    evidence: evidence.map((one) => retolerated(one, rules)),
    ledger,
    request,
    subject: stored.pack.subject,
    baseline: stored.pack.baseline,
    broken: told.broken ?? [],
    history: { since, refusedBefore: [] },
    // Neither is in the evidence: what they come to is left as it was.
    enforcedElsewhere: ["approvals", "streak"],
    revoked: revokedThen(told),
    now: new Date(told.decided_at),
    runId: told.run_id,
    baseCommit: told.base_commit,
  });
  return { verdict, ...standingOf(verdict) };
}

interface Judged extends Standing {
  readonly verdict: Verdict;
}

/** Revocations are no policy: those that were in force then still are. */
function revokedThen({ refusals }: Verdict) {
  return refusals.flatMap(({ id, reason, says }) => {
    if (!isRevocation(reason)) return [];
    return [{ id: id as "dataset" | "trainer-code" | "signing-key" | "fallback", reason, says }];
  });
}

/** What one verdict refuses and the other does not: each with its limit in both, the other's as `old`. */
function causes(refusing: Judged, other: Judged): FlipCause[] {
  const known = new Set(other.blockers.map(keyOf));
  return refusing.blockers
    .filter((one) => !known.has(keyOf(one)))
    .map(({ policy, id, says, objective }) => ({
      policy,
      id,
      value: objective?.value ?? null,
      old: limitIn(other.verdict, { policy, id }),
      new: objective ? limitsOf(objective) : null,
      says,
    }));
}

function turned(cause: FlipCause): FlipCause {
  return { ...cause, old: cause.new, new: cause.old };
}

function keyOf({ policy, id }: Pick<Blocker, "policy" | "id">): string {
  return `${policy}\0${id}`;
}

function limitIn({ policies }: Verdict, of: { policy: string; id: string }): string | null {
  const objectives = policies.find(({ policy }) => policy === of.policy)?.objectives;
  const same = objectives?.find(({ id }) => id === of.id);
  return same ? limitsOf(same) : null;
}

/** The slot that a promotion brought the version into, if it is there now. */
function liveBy({ kind, event, model, version, environment }: PastDecision, ledger: Ledger): string | null {
  if (kind !== "promotion" || environment === null) return null;
  const slot = slotOf(environmentState(ledger, model, environment), version);
  return slot !== undefined && SLOT_EVENT[slot] === event ? slot : null;
}
