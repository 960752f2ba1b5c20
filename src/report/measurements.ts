import type { Evidence, Measurement } from "../domain/evidence.ts";
import { METRICS } from "../domain/metrics.ts";
import { formatNumber } from "../domain/numbers.ts";
import { plainText } from "./escape.ts";
import { layOutTable } from "./layout.ts";

/** Evidence as a table for a terminal: what was measured, beside the live version, without any limit. */
export function renderMeasurements(evidence: Evidence, width: number): string {
  const { subject, baseline, measurements, findings } = evidence;
  const live = baseline === null ? [] : [`live ${baseline.version}`];
  const header = ["metric", `${subject.model_id} ${subject.version}`, ...live, "samples"];
  const rows = measurements.map((one) => rowOf(one, live.length > 0));
  const claims = findings.map(({ code, message }) => plainText(`${code}  ${message}`));
  return [layOutTable([header, ...rows], width), ...claims].join("\n");
}

function rowOf(measurement: Measurement, withLive: boolean): string[] {
  const { metric, baseline, samples } = measurement;
  const live = withLive ? [baseline === null ? "" : formatNumber(baseline)] : [];
  return [metric, plainText(valueOf(measurement)), ...live, String(samples)];
}

function valueOf({ metric, state, value, interval, note, reason }: Measurement): string {
  if (value === null) return `${state}: ${note ?? reason ?? ""}`;
  const unit = METRICS.get(metric)?.unit ?? "1";
  const range = interval
    ? ` [${formatNumber(interval.low)}, ${formatNumber(interval.high ?? Infinity)}]`
    : "";
  const doubt = state === "measured" ? "" : ` (${state})`;
  return `${formatNumber(value)}${["ms", "MiB", "rows/s"].includes(unit) ? ` ${unit}` : ""}${range}${doubt}`;
}
