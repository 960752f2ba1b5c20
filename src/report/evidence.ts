import { type Evidence, type Measurement } from "../domain/evidence.ts";
import { METRICS } from "../domain/metrics.ts";
import { formatNumber } from "../domain/numbers.ts";
import { plainText } from "./escape.ts";
import { layOutTable } from "./layout.ts";
import { writeMarkdownTable } from "./markdown.ts";

const HEADER = ["metric", "value", "interval", "live", "samples", "note"];

/** One sentence: what was measured, and how much of it has no number. It judges nothing. */
export function evidenceHeadline(evidence: Evidence): string {
  const { kind, subject, measurements, findings } = evidence;
  const without = measurements.filter(({ state }) => state === "undefined" || state === "inconclusive");
  const lacking = without.length === 0 ? "" : `, ${without.length} of them without a number`;
  const claims =
    findings.length === 0
      ? ""
      : `; ${findings.length} ${findings.length === 1 ? "claim does" : "claims do"} not hold`;
  return `Measured ${kind} of ${subject.model_id} ${subject.version}: ${measurements.length} metrics${lacking}${claims}.`;
}

/** The measurements as a table for terminals and logs, then what contradicts the author's claims. */
export function renderEvidence(evidence: Evidence, width = 110): string {
  const rows = [HEADER, ...evidence.measurements.map(rowOf)].map((row) => row.map(plainText));
  return [evidenceHeadline(evidence), layOutTable(rows, width), ...findingLines(evidence)]
    .map(String)
    .join("\n");
}

/** The same for a job summary. */
export function renderEvidenceMarkdown(evidence: Evidence): string {
  const table = writeMarkdownTable([HEADER, ...evidence.measurements.map(rowOf)]);
  const findings = evidence.findings.map(({ code, file, message }) => [code, file ?? "", message]);
  const claims = findings.length === 0 ? [] : [writeMarkdownTable([["code", "file", "what"], ...findings])];
  return `${[evidenceHeadline(evidence), table, ...claims].join("\n\n")}\n`;
}

function rowOf({ metric, state, value, interval, baseline, samples, note }: Measurement): readonly string[] {
  const title = METRICS.get(metric)?.title ?? metric;
  const unit = METRICS.get(metric)?.unit ?? "1";
  return [
    ["ms", "MiB", "rows/s"].includes(unit) ? `${title} (${unit})` : title,
    value === null ? (state === "not_applicable" ? "n/a" : "none") : formatNumber(value),
    interval ? `[${formatNumber(interval.low)}, ${formatNumber(interval.high ?? Infinity)}]` : "",
    baseline === null ? "" : formatNumber(baseline),
    String(samples),
    note ?? "",
  ];
}

function findingLines(evidence: Evidence): readonly string[] {
  return evidence.findings.map(
    ({ code, message, file }) => `${plainText(file ?? "")}  ${code}  ${plainText(message)}`,
  );
}
