import type { Evidence, Interval, Measurement } from "../../domain/evidence.ts";
import { METRICS, type Metric } from "../../domain/metrics.ts";
import { type ReasonCode, reasons } from "../../domain/reasons/catalogue.ts";
import type { ObjectiveVerdict } from "../../domain/verdict.ts";
import type { GatePolicy, Objective } from "../policy.ts";
import { isRelative } from "./compare.ts";
import type { Incumbent } from "./incumbent.ts";
import { judgeIncumbent, judgeLimits } from "./limits.ts";
import type { Found, Measurements } from "./measurements.ts";
import { brokenEvidence, ruling, type Ruling } from "./ruling.ts";
import { soften, type Softening } from "./soften.ts";

const MAX_NOTE = 400;
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;

export interface ObjectiveCourt extends Softening {
  readonly measurements: Measurements;
  readonly incumbent: Incumbent;
  /** The candidate as a command names it: `flight-delay@1.1.0`. */
  readonly candidate: string;
}

/** Judges one objective. Never throws: whatever the evidence holds, there is an outcome. */
export function judgeObjective(
  objective: Objective,
  policy: GatePolicy,
  court: ObjectiveCourt,
): ObjectiveVerdict {
  const found = court.measurements.find(objective.metric);
  const ruled = judgeFound(found, { objective, policy, incumbent: court.incumbent });
  const softened = soften(ruled, { objective, policy, softening: court });
  const metric = METRICS.get(objective.metric);
  const numbers = numbersOf(found);
  return {
    baseline: numbers.baseline,
    fix: remedyOf(objective, softened.reason, court.candidate),
    group: objective.group,
    hard: objective.hard?.text ?? null,
    id: objective.id,
    interval: numbers.interval,
    judge: objective.judge,
    line: objective.line,
    metric: objective.metric,
    outcome: softened.outcome,
    reason: softened.reason,
    samples: numbers.samples,
    says: softened.says,
    soft: objective.soft?.text ?? null,
    title: metric?.title ?? objective.metric,
    unit: metric?.unit ?? "1",
    value: numbers.value,
    waiver: softened.waiver,
    weight: objective.weight,
    why: objective.why,
  };
}

/** The policy knows how to mend a missed limit; why there is nothing to compare, the reason code does. */
function remedyOf(objective: Objective, reason: string | null, candidate: string): string {
  if (reason === "EVIDENCE_MISSING") return measureIt(objective.metric, candidate);
  const missed =
    reason === null || reason === "GATE_HARD_LIMIT_MISSED" || reason === "GATE_SOFT_LIMIT_MISSED";
  if (missed || !Object.hasOwn(reasons, reason)) return objective.fix;
  return reasons[reason as ReasonCode].fix;
}

function measureIt(metric: string, candidate: string): string {
  const command = `modelgate measure ${METRICS.get(metric)?.kind ?? "KIND"} ${candidate} --out DIR`;
  return `Measure it (${command}), or leave out --evidence, so that the gate does.`;
}

interface Case {
  readonly objective: Objective;
  readonly policy: GatePolicy;
  readonly incumbent: Incumbent;
}

function judgeFound(found: Found, of: Case): Ruling {
  const metric = METRICS.get(of.objective.metric);
  if (!metric) return brokenEvidence("EVIDENCE_INVALID", `There is no metric ${of.objective.metric}.`);
  switch (found.kind) {
    case "none":
      return brokenEvidence("EVIDENCE_MISSING", `${metric.title} is not in the evidence.`);
    case "many":
      return brokenEvidence("EVIDENCE_DUPLICATE", `${metric.title} is in the evidence ${found.count} times.`);
    case "one":
      return judgeState(found.measurement, found.evidence, of, metric);
  }
}

function judgeState(measurement: Measurement, evidence: Evidence, of: Case, metric: Metric): Ruling {
  switch (measurement.state) {
    case "undefined":
      return {
        outcome: "FAIL",
        reason: codeOf(measurement, "EVIDENCE_UNDEFINED"),
        says: noteOf(measurement, metric),
        broken: true,
      };
    case "inconclusive":
      return {
        outcome: "INCONCLUSIVE",
        reason: codeOf(measurement, "EVIDENCE_INCONCLUSIVE"),
        says: noteOf(measurement, metric),
      };
    case "pessimistic":
      return judgePessimistic(measurement, evidence, of, metric);
    case "at_least":
      return judgeAtLeast(measurement, evidence, of, metric);
    case "not_applicable":
      return judgeNotApplicable(measurement, evidence, of, metric);
    case "measured":
      return judgeMeasured(measurement, evidence, of, metric);
  }
  return brokenEvidence("EVIDENCE_INVALID", `${metric.title} is in an unknown state.`);
}

/** "Has no live version to compare with" is checked against the ledger; it is not the evidence's word that counts. */
function judgeNotApplicable(measurement: Measurement, evidence: Evidence, of: Case, metric: Metric): Ruling {
  if (!metric.relative) return ruling("NOT_APPLICABLE", "GATE_NOT_APPLICABLE", noteOf(measurement, metric));
  return (
    judgeIncumbent(of.incumbent, evidence, of.policy.noIncumbent) ??
    brokenEvidence("EVIDENCE_BASELINE_MISMATCH", `A version is live, but ${metric.title} was not measured.`)
  );
}

/**
 * Noise only makes a model look worse, so limits that hold at the worse end of the interval hold. Nothing else follows:
 * what is not met could not be told, and a limit that moves with the equally noisy live value says nothing at all.
 */
function judgePessimistic(measurement: Measurement, evidence: Evidence, of: Case, metric: Metric): Ruling {
  const { hard, soft } = of.objective;
  const worst: Case = { ...of, objective: { ...of.objective, judge: "interval" } };
  const ruled = judgeMeasured(measurement, evidence, worst, metric);
  const comparable = [hard, soft].every((limit) => limit === null || !isRelative(limit));
  if (ruled.broken || (comparable && (ruled.outcome === "PASS" || ruled.outcome === "WARN"))) return ruled;
  const reason = codeOf(measurement, "EVIDENCE_INCONCLUSIVE");
  return { outcome: "INCONCLUSIVE", reason, says: noteOf(measurement, metric) };
}

/**
 * The number is this or larger. So a hard limit that it misses is missed, where smaller is better and the limit does not
 * move with the live value. Nothing else follows.
 */
function judgeAtLeast(measurement: Measurement, evidence: Evidence, of: Case, metric: Metric): Ruling {
  const { hard } = of.objective;
  const bounded: Case = { ...of, objective: { ...of.objective, judge: "point", minSamples: 0, soft: null } };
  const provable = hard !== null && !isRelative(hard) && hard.operator.startsWith("<") && !metric.relative;
  const ruled = provable
    ? judgeMeasured({ ...measurement, interval: null }, evidence, bounded, metric)
    : null;
  if (ruled?.broken) return ruled;
  const reason = codeOf(measurement, "EVIDENCE_INCONCLUSIVE");
  const outcome = ruled?.outcome === "FAIL" ? "FAIL" : "INCONCLUSIVE";
  return { outcome, reason, says: noteOf(measurement, metric) };
}

function judgeMeasured(measurement: Measurement, evidence: Evidence, of: Case, metric: Metric): Ruling {
  const { value } = measurement;
  if (typeof value !== "number" || !Number.isFinite(value)) {
    return brokenEvidence("EVIDENCE_NOT_FINITE", `${metric.title} is ${String(value).slice(0, 20)}.`);
  }
  const contradiction = contradictionIn(measurement, value, metric);
  if (contradiction) return brokenEvidence("EVIDENCE_INVALID", `${metric.title} ${contradiction}.`);
  const alone = metric.relative ? judgeIncumbent(of.incumbent, evidence, of.policy.noIncumbent) : undefined;
  if (alone) return alone;
  const { samples } = measurement;
  if (samples < of.objective.minSamples) {
    const says = `${metric.title} rests on ${samples} samples; ${of.objective.minSamples} are asked for.`;
    return ruling("INCONCLUSIVE", "EVIDENCE_SAMPLES_TOO_FEW", says);
  }
  return judgeLimits({
    ...of,
    measurement: { ...measurement, value },
    evidence,
    noIncumbent: of.policy.noIncumbent,
  });
}

function contradictionIn(measurement: Measurement, value: number, metric: Metric): string | undefined {
  const [least, most] = [metric.range[0] ?? -Infinity, metric.range[1] ?? Infinity];
  if (value < least || value > most) return `is ${value}, outside ${least} to ${most}`;
  if (!Number.isSafeInteger(measurement.samples) || measurement.samples < 0)
    return "has no valid number of samples";
  if (measurement.interval && !isInterval(measurement.interval)) return "has an interval that is none";
  return undefined;
}

function isInterval({ low, high }: Interval): boolean {
  return Number.isFinite(low) && (high === null || (Number.isFinite(high) && low <= high));
}

function codeOf(measurement: Measurement, otherwise: string): string {
  return typeof measurement.reason === "string" && CODE.test(measurement.reason)
    ? measurement.reason
    : otherwise;
}

function noteOf({ note, state }: Measurement, metric: Metric): string {
  return typeof note === "string" && note !== ""
    ? note.slice(0, MAX_NOTE).toWellFormed()
    : `${metric.title} is ${state.replace("_", " ")}.`;
}

/** What the report shows of a measurement: finite numbers, or nothing. */
function numbersOf(found: Found): Pick<ObjectiveVerdict, "value" | "interval" | "baseline" | "samples"> {
  if (found.kind !== "one") return { value: null, interval: null, baseline: null, samples: 0 };
  const { value, interval, baseline, samples } = found.measurement;
  return {
    value: finite(value),
    interval:
      interval && isInterval(interval)
        ? { high: interval.high, level: interval.level, low: interval.low }
        : null,
    baseline: finite(baseline),
    samples: Number.isSafeInteger(samples) && samples >= 0 ? samples : 0,
  };
}

/** Also turns -0 into 0, which would otherwise change the bytes of a verdict. */
function finite(value: number | null): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value + 0 : null;
}
