import type { Evidence, Measurement } from "../../domain/evidence.ts";
import { METRICS } from "../../domain/metrics.ts";
import { formatBeside, formatNumber, formatPercent } from "../../domain/numbers.ts";
import type { Limit, NoIncumbent, Objective } from "../policy.ts";
import { compareInterval, comparePoint, isRelative, thresholdOf } from "./compare.ts";
import type { Incumbent } from "./incumbent.ts";
import { isSameSubject } from "./measurements.ts";
import { brokenEvidence, moreSevere, ruling, type Ruling } from "./ruling.ts";

type Severity = "hard" | "soft";

/** What the limits of one objective are compared with. */
export interface Measured {
  readonly objective: Objective;
  /** State "measured", with a finite value. */
  readonly measurement: Measurement & { readonly value: number };
  readonly evidence: Evidence;
  readonly incumbent: Incumbent;
  readonly noIncumbent: NoIncumbent | null;
}

/** Judges the hard and the soft limit and keeps the more severe. */
export function judgeLimits(measured: Measured): Ruling {
  const { hard, soft } = measured.objective;
  const rulings = [
    ...(hard ? [judgeLimit(measured, hard, "hard")] : []),
    ...(soft ? [judgeLimit(measured, soft, "soft")] : []),
  ];
  return rulings.reduce(moreSevere);
}

function judgeLimit(measured: Measured, limit: Limit, severity: Severity): Ruling {
  const live = isRelative(limit) ? liveValue(measured) : null;
  if (live !== null && typeof live !== "number") return live;
  const threshold = thresholdOf(limit.bound, live);
  if (threshold === undefined)
    return brokenEvidence(
      "EVIDENCE_BASELINE_MISMATCH",
      `${limit.text} has no finite live value to start from.`,
    );
  return compare(measured, { limit, severity, threshold });
}

/** The live version's value of the metric, or why a relative limit cannot be judged. */
function liveValue(measured: Measured): number | Ruling {
  const missing = judgeIncumbent(measured.incumbent, measured.evidence, measured.noIncumbent);
  if (missing) return missing;
  const { baseline } = measured.measurement;
  if (baseline !== null && Number.isFinite(baseline)) return baseline;
  return brokenEvidence("EVIDENCE_BASELINE_MISMATCH", "The live version's value is not in the evidence.");
}

/** Undefined when the evidence compares with the version that is live now; else what follows from that it does not. */
export function judgeIncumbent(
  incumbent: Incumbent,
  evidence: Evidence,
  noIncumbent: NoIncumbent | null,
): Ruling | undefined {
  const { baseline } = evidence;
  switch (incumbent.kind) {
    case "unclear":
      return brokenEvidence("EVIDENCE_BASELINE_MISMATCH", incumbent.says);
    case "none":
      return baseline === null
        ? withoutIncumbent(noIncumbent)
        : brokenEvidence(
            "EVIDENCE_BASELINE_MISMATCH",
            `The evidence compares with ${baseline.version}, but nothing is live.`,
          );
    case "live": {
      if (baseline !== null && isSameSubject(baseline, incumbent.subject)) return undefined;
      const against =
        baseline === null ? "nothing" : `${baseline.version} (${baseline.manifest_digest.slice(0, 15)}…)`;
      return brokenEvidence(
        "EVIDENCE_BASELINE_MISMATCH",
        `The evidence compares with ${against}; live is ${incumbent.subject.version}.`,
      );
    }
  }
}

function withoutIncumbent(rule: NoIncumbent | null): Ruling {
  const says = "No version is live here to compare with";
  switch (rule) {
    case "pass":
      return ruling("NOT_APPLICABLE", "GATE_NO_INCUMBENT", `${says}; the policy lets the first one through.`);
    case "inconclusive":
      return ruling("INCONCLUSIVE", "GATE_NO_INCUMBENT", `${says}; the policy calls that inconclusive.`);
    case "fail":
    case null:
      return ruling("FAIL", "GATE_NO_INCUMBENT", `${says}; the policy calls that a failure.`);
  }
}

interface Comparing {
  readonly limit: Limit;
  readonly severity: Severity;
  readonly threshold: number;
}

function compare(measured: Measured, comparing: Comparing): Ruling {
  const { objective, measurement } = measured;
  const { limit, severity, threshold } = comparing;
  if (objective.judge === "point") {
    return rule(
      comparing,
      comparePoint(limit.operator, measurement.value, threshold),
      sentence(measured, comparing),
    );
  }
  const { interval } = measurement;
  if (!interval) {
    return ruling(
      "INCONCLUSIVE",
      "EVIDENCE_INTERVAL_MISSING",
      `The ${severity} limit ${limit.text} is judged by interval, and there is none.`,
    );
  }
  return rule(comparing, compareInterval(limit.operator, interval, threshold), sentence(measured, comparing));
}

function rule(
  { severity }: Comparing,
  comparison: ReturnType<typeof comparePoint>,
  says: (verb: string) => string,
): Ruling {
  const hard = severity === "hard";
  switch (comparison) {
    case "met":
      return ruling("PASS", null, says("meets"));
    case "missed":
      return hard
        ? ruling("FAIL", "GATE_HARD_LIMIT_MISSED", says("misses"))
        : ruling("WARN", "GATE_SOFT_LIMIT_MISSED", says("misses"));
    case "undecided":
      return hard
        ? ruling("INCONCLUSIVE", "GATE_UNDECIDED", says("may or may not meet"))
        : ruling("WARN", "GATE_SOFT_LIMIT_UNDECIDED", says("may or may not meet"));
  }
}

/**
 * `parity, max abs diff is 2.4e-7, which meets the hard limit <= 1e-5.` Where a limit is missed, what the measurement says of
 * its number comes first.
 */
function sentence(
  { objective, measurement }: Measured,
  { limit, severity, threshold }: Comparing,
): (verb: string) => string {
  const { title } = METRICS.get(objective.metric) ?? { title: objective.metric };
  const percent = limit.text.includes("%");
  const value = percent
    ? formatPercent(measurement.value, threshold * 100)
    : formatBeside(measurement.value, threshold);
  const number = (end: number): string => (percent ? formatPercent(end, null) : formatNumber(end));
  const { interval } = measurement;
  const range =
    objective.judge === "interval" && interval
      ? ` [${number(interval.low)}, ${number(interval.high ?? Infinity)}]`
      : "";
  const resolved = isRelative(limit) ? ` (${number(threshold)})` : "";
  const plain = (verb: string) =>
    `${title} is ${value}${range}, which ${verb} the ${severity} limit ${limit.text}${resolved}.`;
  const note = noteOf(measurement);
  return (verb) =>
    verb === "misses" && note !== null
      ? `${note} ${plain(verb).replace(/^./, (first) => first.toUpperCase())}`
      : plain(verb);
}

const MAX_NOTE = 400;

/** What a measurement says of a number that it has; what it says of noise is no reason. */
function noteOf({ state, note }: Measurement): string | null {
  return state === "measured" && typeof note === "string" && note !== ""
    ? note.slice(0, MAX_NOTE).toWellFormed()
    : null;
}
