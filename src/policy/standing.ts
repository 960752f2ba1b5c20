import { type Outcome, mayMerge } from "../domain/outcome.ts";
import type { ObjectiveVerdict, PolicyVerdict, RequirementVerdict, Verdict } from "../domain/verdict.ts";

/** What old evidence cannot answer: a number that nobody measured then, or that another tolerance counted, and a history that cannot be read. */
const UNANSWERED: ReadonlySet<string | null> = new Set([
  "EVIDENCE_MISSING",
  "EVIDENCE_TOLERANCE_MISMATCH",
  "GATE_SOAK_UNKNOWN",
]);

/** A rule that stands in the way of a decision. */
export interface Blocker {
  /** Empty for what forbids the transition outright. */
  readonly policy: string;
  readonly id: string;
  readonly says: string;
  /** Null for a score, which has none. */
  readonly reason: string | null;
  /** Null for what is no objective. */
  readonly objective: ObjectiveVerdict | null;
}

/** A verdict on old evidence: what is missing from it refuses nothing and lets nothing pass. */
export interface Standing {
  /** INCONCLUSIVE when only what the evidence lacks stands in the way. */
  readonly outcome: Outcome;
  readonly blockers: readonly Blocker[];
  /** What the evidence does not answer. */
  readonly unanswered: readonly Blocker[];
}

/** Tells what old evidence refutes from what it does not answer. */
export function standingOf(verdict: Verdict): Standing {
  const all = [
    ...verdict.refusals.filter(isBlocking).map((one) => blocker("", one)),
    ...verdict.policies.flatMap(blockersIn),
  ];
  const unanswered = all.filter(({ reason }) => UNANSWERED.has(reason));
  const blockers = all.filter((one) => !unanswered.includes(one));
  return { outcome: outcomeOf(verdict, blockers, unanswered), blockers, unanswered };
}

function outcomeOf(
  { outcome }: Verdict,
  blockers: readonly Blocker[],
  unanswered: readonly Blocker[],
): Outcome {
  if (mayMerge(outcome) || blockers.length > 0) return outcome;
  return unanswered.length > 0 ? "INCONCLUSIVE" : outcome;
}

function blockersIn({ policy, objectives, requirements, score }: PolicyVerdict): readonly Blocker[] {
  const missing = objectives.some(({ reason }) => UNANSWERED.has(reason));
  // Where nothing was measured, nothing was evaluated either; and a score over what cannot be told cannot be told.
  const idle = (reason: string | null): boolean => missing && reason === "GATE_NOTHING_EVALUATED";
  const asked = requirements.filter((one) => isBlocking(one) && !idle(one.reason));
  return [
    ...objectives.filter(isBlocking).map((one) => ({ ...blocker(policy, one), objective: one })),
    ...asked.map((one) => blocker(policy, one)),
    ...(score && isBlocking(score)
      ? [
          blocker(policy, {
            id: "score",
            says: scoreText(score),
            reason: missing ? "EVIDENCE_MISSING" : null,
          }),
        ]
      : []),
  ];
}

function scoreText({ value, limit }: NonNullable<PolicyVerdict["score"]>): string {
  return `The score is ${Math.round(value * 1000) / 10} % (${limit}).`;
}

function isBlocking({ outcome }: { readonly outcome: string }): boolean {
  return outcome === "FAIL" || outcome === "INCONCLUSIVE";
}

function blocker(
  policy: string,
  { id, says, reason }: Pick<RequirementVerdict, "id" | "says" | "reason">,
): Blocker {
  return { policy, id, says, reason, objective: null };
}
