import { METRICS } from "../domain/metrics.ts";
import { formatBeside, formatChange, formatNumber } from "../domain/numbers.ts";
import type { ObjectiveOutcome } from "../domain/outcome.ts";
import type { ObjectiveVerdict, PolicyVerdict, Verdict } from "../domain/verdict.ts";
import type { Block } from "./blocks.ts";
import { limitsOf, thresholdIn } from "./limits.ts";

const SHOWN: Readonly<Record<ObjectiveOutcome, string>> = {
  FAIL: "FAIL",
  INCONCLUSIVE: "INCONCLUSIVE",
  WARN: "WARN",
  WAIVED: "WAIVED",
  PASS: "PASS",
  NOT_APPLICABLE: "N/A",
};
const ORDER = Object.keys(SHOWN);
const UNITS: Readonly<Record<string, string>> = { ms: " (ms)", MiB: " (MiB)", "rows/s": " (rows/s)" };

/** The table of one policy's objectives, the worst first; nothing when there are none. */
export function objectiveTable(policy: PolicyVerdict, verdict: Verdict): readonly Block[] {
  if (policy.objectives.length === 0) return [];
  const live = verdict.baseline === null ? "live (none)" : `live ${verdict.baseline.version}`;
  const header = [
    "",
    "objective",
    live,
    `${verdict.event === "ROLLBACK" ? "target" : "candidate"} ${verdict.subject.version}`,
    "change",
    "limit",
  ];
  const rows = policy.objectives
    .toSorted((a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome))
    .map(rowOf);
  return [{ kind: "table", header, rows }];
}

function rowOf(objective: ObjectiveVerdict): readonly string[] {
  const { outcome, title, unit, baseline, value } = objective;
  return [
    SHOWN[outcome],
    `${title}${UNITS[unit] ?? ""}`,
    baseline === null ? "" : formatBeside(baseline, value),
    candidateOf(objective),
    changeOf(objective),
    limitsOf(objective),
  ];
}

/** `7.9 [7.7, 8.2]`. */
function candidateOf({ value, interval, hard, soft, outcome, reason }: ObjectiveVerdict): string {
  if (value === null)
    return outcome === "NOT_APPLICABLE" ? "n/a" : reason === "EVIDENCE_MISSING" ? "missing" : "none";
  const shown = formatBeside(value, thresholdIn(hard) ?? thresholdIn(soft));
  if (!interval) return shown;
  return `${shown} [${formatNumber(interval.low)}, ${formatNumber(interval.high ?? Infinity)}]`;
}

/** Against the live version; for a metric that is a ratio to it, what the ratio means. */
function changeOf({ value, baseline, metric }: ObjectiveVerdict): string {
  if (value === null) return "";
  if (METRICS.get(metric)?.relative) return formatChange(1, value) ?? "";
  if (baseline === null) return "";
  return formatChange(baseline, value) ?? "";
}
