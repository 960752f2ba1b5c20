import { requestText } from "../domain/request-text.ts";
import type { ObjectiveVerdict, RequirementVerdict, Verdict } from "../domain/verdict.ts";
import { counted } from "../domain/counted.ts";
import { besideLimit, limitsOf } from "./limits.ts";

const NAMED = 3;

/** The answer in one sentence: `Promote flight-delay 1.1.0 to PRODUCTION in prod: WARN. May merge; 1 soft limit missed.` */
export function headlineOf(verdict: Verdict): string {
  return `${describeRequest(verdict)}: ${verdict.outcome}. ${describeOutcome(verdict)}`;
}

/** `Promote flight-delay 1.1.0 to CANARY (5%) in prod`. */
export function describeRequest(verdict: Verdict): string {
  const { event, subject, environment, canary_phase: phase } = verdict;
  return requestText({ event, model: subject.model_id, version: subject.version, environment, phase });
}

function describeOutcome(verdict: Verdict): string {
  switch (verdict.outcome) {
    case "PASS":
      return `May merge; ${describePasses(verdict)}.`;
    case "WARN":
      return `May merge; ${describeWarnings(verdict)}.`;
    case "INCONCLUSIVE":
      return `Must not merge yet, it could not be told: ${listCauses(verdict, "INCONCLUSIVE")}.`;
    case "FAIL":
      return `Must not merge: ${listCauses(verdict, "FAIL")}.`;
  }
}

function describePasses(verdict: Verdict): string {
  const objectives = allObjectives(verdict);
  const passed = objectives.filter(({ outcome }) => outcome === "PASS").length;
  const unjudged = notEvaluated(verdict);
  if (unjudged > 0) return `${passed} of ${objectives.length} passed, ${unjudged} not evaluated`;
  if (passed === 0) return "all requirements are met";
  return passed === 1 ? "its objective passed" : `all ${passed} objectives passed`;
}

/** Objectives that have no meaning for this version: whatever they guard against is not ruled out. */
function notEvaluated(verdict: Verdict): number {
  return allObjectives(verdict).filter(({ outcome }) => outcome === "NOT_APPLICABLE").length;
}

function describeWarnings(verdict: Verdict): string {
  const objectives = allObjectives(verdict);
  const warned = objectives.filter(({ outcome }) => outcome === "WARN");
  const missed = warned.filter(({ reason }) => reason === "GATE_SOFT_LIMIT_MISSED").length;
  const undecided = warned.filter(({ reason }) => reason === "GATE_SOFT_LIMIT_UNDECIDED").length;
  const counts = [
    [missed, "soft limit missed", "soft limits missed"],
    [undecided, "soft limit undecided", "soft limits undecided"],
    [warned.length - missed - undecided, "failure that does not block yet", "failures that do not block yet"],
    [
      objectives.filter(({ outcome }) => outcome === "WAIVED").length,
      "objective waived",
      "objectives waived",
    ],
    [
      verdict.policies.filter(({ score }) => score?.outcome === "WARN").length,
      "score below its soft limit",
      "scores below their soft limits",
    ],
    [notEvaluated(verdict), "objective not evaluated", "objectives not evaluated"],
    [verdict.broken?.length ?? 0, "governed file is broken", "problems in governed files"],
  ] as const;
  return counts
    .filter(([count]) => count > 0)
    .map(([count, one, many]) => counted(count, one, many))
    .join(", ");
}

/** In the order of what to do, below: of each policy its numbers, then what it asks besides. */
function listCauses(verdict: Verdict, outcome: "FAIL" | "INCONCLUSIVE"): string {
  const blames = (one: { readonly outcome: string }): boolean => one.outcome === outcome;
  const causes = [
    ...verdict.refusals.filter(blames).map(sayRequirement),
    ...verdict.policies.flatMap(({ objectives, requirements }) => [
      ...objectives.filter(blames).map(sayObjective),
      ...requirements.filter(blames).map(sayRequirement),
    ]),
    ...verdict.policies
      .filter(({ score }) => score?.outcome === outcome)
      .map(({ policy }) => `the score of ${policy} is too low`),
  ];
  const named = [...new Set(causes)];
  const more = named.length - NAMED;
  const shown = named.slice(0, NAMED).join("; ");
  return more > 0 ? `${shown}; and ${more} more` : shown;
}

function sayRequirement({ says }: RequirementVerdict): string {
  return says.replace(/\.$/, "");
}

/** `parity, max abs diff is 0.0031 (hard <= 1e-5)`. */
function sayObjective(objective: ObjectiveVerdict): string {
  const { title, value, reason, says } = objective;
  if (reason === "EVIDENCE_MISSING") return `${title} was not measured`;
  const decidedByNumber = reason === "GATE_HARD_LIMIT_MISSED" || reason === "GATE_UNDECIDED";
  if (!decidedByNumber || value === null) return says.replace(/\.$/, "");
  const hard = { hard: objective.hard, soft: null };
  return `${title} is ${besideLimit(value, hard)} (${limitsOf(hard)})`;
}

export function allObjectives(verdict: Verdict): readonly ObjectiveVerdict[] {
  return verdict.policies.flatMap(({ objectives }) => objectives);
}
