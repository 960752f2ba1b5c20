import { type Evidence, type Measurement } from "../domain/evidence.ts";
import { METRICS } from "../domain/metrics.ts";
import { formatNumber } from "../domain/numbers.ts";
import { counted } from "../domain/counted.ts";
import { markdownText, plainText } from "./escape.ts";
import { flow, layOutTable } from "./layout.ts";
import { writeMarkdownTable } from "./markdown.ts";
import { titleWithUnit } from "./titles.ts";

const HEADER = ["metric", "value", "interval", "live", "samples"];

/** One sentence: what was measured, and how much of it has no number. It judges nothing. */
export function evidenceHeadline(evidence: Evidence): string {
  const { kind, subject, measurements, findings } = evidence;
  const without = measurements.filter(({ state }) => state === "undefined" || state === "inconclusive");
  const lacking = without.length === 0 ? "" : `, ${without.length} of them without a number`;
  const claims =
    findings.length === 0 ? "" : `; ${counted(findings.length, "claim does", "claims do")} not hold`;
  return `Measured ${kind} of ${subject.model_id} ${subject.version}: ${measurements.length} metrics${lacking}${claims}.`;
}

/** The measurements as a table for terminals and logs, what is to be known of them, and what contradicts claims. */
export function renderEvidence(evidence: Evidence, width = 110): string {
  const rows = [HEADER, ...evidence.measurements.map(rowOf)].map((row) => row.map(plainText));
  const notes = notesOf(evidence).map((note) => flow(`- ${plainText(note)}`, width).join("\n  "));
  const table = [evidenceHeadline(evidence), layOutTable(rows, width)];
  return [...table, ...(notes.length === 0 ? [] : ["", ...notes]), ...findingLines(evidence)].join("\n");
}

/** The same for a job summary. */
export function renderEvidenceMarkdown(evidence: Evidence): string {
  const table = writeMarkdownTable([HEADER, ...evidence.measurements.map(rowOf)]);
  const notes = notesOf(evidence).map((note) => `- ${markdownText(note)}`);
  const findings = evidence.findings.map(({ code, file, message }) => [code, file ?? "", message]);
  const claims = findings.length === 0 ? [] : [writeMarkdownTable([["code", "file", "what"], ...findings])];
  const told = notes.length === 0 ? [] : [notes.join("\n")];
  return `${[evidenceHeadline(evidence), table, ...told, ...claims].join("\n\n")}\n`;
}

const NAMED = 3;

/** What a measurement says of its number, once for all that say the same: mostly that the runner was noisy. */
function notesOf({ measurements }: Evidence): readonly string[] {
  const noted = measurements.filter(({ note }) => note !== null && note !== "");
  return [...Map.groupBy(noted, ({ note }) => note)].map(([note, about]) => {
    const titles = about.map(titleOf);
    const more = titles.length - NAMED;
    const named = titles.slice(0, NAMED).join("; ");
    return `${note ?? ""} (${more > 0 ? `${named}; and ${more} more` : named})`;
  });
}

function titleOf({ metric }: Pick<Measurement, "metric">): string {
  return METRICS.get(metric)?.title ?? metric;
}

function rowOf({ metric, state, value, interval, baseline, samples }: Measurement): readonly string[] {
  const title = titleOf({ metric });
  const unit = METRICS.get(metric)?.unit ?? "1";
  return [
    titleWithUnit(title, unit),
    value === null ? (state === "not_applicable" ? "n/a" : "none") : formatNumber(value),
    interval ? `[${formatNumber(interval.low)}, ${formatNumber(interval.high ?? Infinity)}]` : "",
    baseline === null ? "" : formatNumber(baseline),
    String(samples),
  ];
}

function findingLines(evidence: Evidence): readonly string[] {
  return evidence.findings.map(
    ({ code, message, file }) => `${plainText(file ?? "")}  ${code}  ${plainText(message)}`,
  );
}
