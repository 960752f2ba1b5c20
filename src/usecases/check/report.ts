import type { Backtest } from "../../domain/backtest.ts";
import { type Outcome, worst } from "../../domain/outcome.ts";
import { GateError, type Problem } from "../../errors.ts";
import type { ChangeKind } from "../../ledger/classify.ts";
import type { Decision } from "../gate/decision.ts";
import type { ReportContext } from "../../report/compose.ts";
import type { Change } from "../proof/change.ts";

/** A verdict made now; of a promotion also what merging it changes, who asks for it, and why. */
export type CheckedDecision = Decision & Pick<ReportContext, "effect" | "asked">;

/** What the required check found. */
export interface CheckReport {
  /** `adoption`: the first change that brings a ledger; there is no base that could judge it. */
  readonly kind: ChangeKind | "adoption";
  readonly base: string;
  readonly head: string;
  readonly outcome: Outcome;
  /** What is wrong with the change itself, whatever policies say. */
  readonly problems: readonly Problem[];
  /** Verdicts made now, on the base's policies, of what the change brings. */
  readonly decisions: readonly CheckedDecision[];
  /** Sentences for people: what was looked at, who must agree. */
  readonly notes: readonly string[];
  /** What changed policies make of the past; only of a change of policies that is sound. It decides nothing. */
  readonly backtest?: Backtest;
}

/** What one kind of change came to. */
export interface Findings {
  readonly problems: readonly Problem[];
  readonly decisions?: readonly CheckedDecision[];
  /** The verdict that the change brings, derived again: a warning stays one, whatever came out today. */
  readonly told?: Outcome;
  readonly notes?: readonly string[];
  readonly backtest?: Backtest;
}

/** The report of a change; a problem is a failure, and the worst verdict counts. */
export function reportOn(change: Change, kind: CheckReport["kind"], found: Findings): CheckReport {
  const { problems, decisions = [], notes = [], backtest } = found;
  const told = found.told === undefined ? [] : [found.told];
  const verdicts = [...told, ...decisions.map(({ verdict }) => verdict.outcome)];
  const itself: Outcome = problems.length > 0 ? "FAIL" : "PASS";
  const { base, head } = change;
  const outcome = worst([itself, ...verdicts]);
  return { kind, base, head, outcome, problems, decisions, notes, ...(backtest ? { backtest } : {}) };
}

/** What was found, or the problems of the refusal instead: the content of a change is judged, it never breaks the check. */
export async function foundOr(find: () => Promise<Findings>): Promise<Findings> {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof GateError) || isAboutTheRun(error)) throw error;
    return { problems: error.problems };
  }
}

/** The tool broke, or the token may not ask what must be known: neither says anything about the change. */
function isAboutTheRun({ code, exitCode }: GateError): boolean {
  return exitCode === 3 || (exitCode === 2 && code.startsWith("FORGE_"));
}
