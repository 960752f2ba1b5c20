import { METRICS } from "../domain/metrics.ts";
import { formatBeside, formatChange, formatNumber, formatPercent } from "../domain/numbers.ts";
import { type ObjectiveOutcome, worstFirst } from "../domain/outcome.ts";
import type { ObjectiveVerdict, PolicyVerdict, Verdict } from "../domain/verdict.ts";
import type { Block } from "./blocks.ts";
import { besideLimit, inPercent, limitsOf } from "./limits.ts";
import { titleWithUnit } from "./titles.ts";

const SHOWN: Readonly<Record<ObjectiveOutcome, string>> = {
  FAIL: "FAIL",
  INCONCLUSIVE: "INCONCLUSIVE",
  WARN: "WARN",
  WAIVED: "WAIVED",
  PASS: "PASS",
  NOT_APPLICABLE: "N/A",
};

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
  const rows = worstFirst(policy.objectives).map(rowOf);
  return [{ kind: "table", ...withoutIdleColumns(header, rows) }];
}

/** Where nothing was compared with a live version, the columns for it would stand empty. */
function withoutIdleColumns(header: readonly string[], rows: readonly (readonly string[])[]) {
  const used = (_: string, column: number): boolean =>
    column === 0 || rows.some((row) => (row[column] ?? "") !== "");
  return { header: header.filter(used), rows: rows.map((row) => row.filter(used)) };
}

function rowOf(objective: ObjectiveVerdict): readonly string[] {
  const { outcome, title, unit, baseline } = objective;
  return [
    SHOWN[outcome],
    titleWithUnit(title, unit),
    baseline === null ? "" : liveOf(objective, baseline),
    candidateOf(objective),
    changeOf(objective),
    limitsOf(objective),
  ];
}

function liveOf(objective: ObjectiveVerdict, baseline: number): string {
  const { value } = objective;
  if (!inPercent(objective)) return formatBeside(baseline, value);
  return formatPercent(baseline, value === null ? null : value * 100);
}

/** `7.9 [7.7, 8.2]`. */
function candidateOf(objective: ObjectiveVerdict): string {
  const { value, interval, outcome, reason } = objective;
  if (value === null)
    return outcome === "NOT_APPLICABLE" ? "n/a" : reason === "EVIDENCE_MISSING" ? "missing" : "none";
  const shown = besideLimit(value, objective);
  if (!interval) return shown;
  const end = (number: number): string =>
    inPercent(objective) ? formatPercent(number, null) : formatNumber(number);
  return `${shown} [${end(interval.low)}, ${end(interval.high ?? Infinity)}]`;
}

/** Against the live version; for a metric that is a ratio to it, what the ratio means. */
function changeOf({ value, baseline, metric }: ObjectiveVerdict): string {
  if (value === null) return "";
  if (METRICS.get(metric)?.relative) return formatChange(1, value) ?? "";
  if (baseline === null) return "";
  return formatChange(baseline, value) ?? "";
}
