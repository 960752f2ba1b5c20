import { digestOf } from "../../domain/digest.ts";
import { formatJson } from "../../domain/document/format.ts";
import type { Evidence, Measurement } from "../../domain/evidence.ts";
import { type Outcome, worst } from "../../domain/outcome.ts";
import type { Files } from "../../ports/files.ts";
import { evidenceHeadline, renderEvidence, renderEvidenceMarkdown } from "../../report/evidence.ts";
import type { ActionReport } from "../action.ts";
import type { Annotation } from "../../report/annotations.ts";

/** What an action that measures has to say. */
export interface Measured {
  readonly evidence: Evidence;
  /** Folder to write the evidence into, relative to the repository; null writes nothing. */
  readonly out: string | null;
  /** Name of an output -> the metric whose value it is. */
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * Writes evidence and reports it. FAIL: a metric was tried and has no finite value, or a claim of the author does not
 * hold; INCONCLUSIVE: it could not be told. How large is too large is for policies to say. FILE_* when it cannot be written.
 */
export async function reportEvidence(
  files: Files,
  { evidence, out, outputs }: Measured,
): Promise<ActionReport> {
  const text = formatJson(evidence);
  const path = out === null ? "" : `${out.replace(/\/+$/, "")}/${evidence.kind}.json`;
  if (path !== "") await files.write(path, text);
  const values = Object.entries(outputs).map(([name, metric]) => [name, valueOf(evidence, metric)]);
  return {
    outcome: outcomeOf(evidence),
    headline: evidenceHeadline(evidence),
    text: renderEvidence(evidence),
    markdown: renderEvidenceMarkdown(evidence),
    annotations: [
      ...evidence.findings.map(annotationOfFinding),
      ...annotationsOfAbsence(evidence.measurements),
    ],
    outputs: {
      ...(Object.fromEntries(values) as Record<string, string>),
      "evidence-path": path,
      "evidence-digest": digestOf(Buffer.from(text)),
    },
  };
}

/** `<kind>.json`, as it is written and stored. */
export function evidenceFiles(evidence: Evidence): readonly (readonly [string, Uint8Array])[] {
  return [[`${evidence.kind}.json`, Buffer.from(formatJson(evidence))]];
}

function outcomeOf({ findings, measurements }: Evidence): Outcome {
  const broken: Outcome[] = findings.length > 0 ? ["FAIL"] : [];
  return worst([...broken, ...measurements.flatMap(({ state }) => OUTCOMES[state])]);
}

const OUTCOMES: Readonly<Record<Measurement["state"], readonly Outcome[]>> = {
  measured: ["PASS"],
  undefined: ["FAIL"],
  pessimistic: ["WARN"],
  at_least: ["WARN"],
  inconclusive: ["INCONCLUSIVE"],
  not_applicable: [],
};

function valueOf({ measurements }: Evidence, metric: string): string {
  const value = measurements.find((one) => one.metric === metric)?.value;
  return value === null || value === undefined ? "" : String(value);
}

function annotationOfFinding({ code, message, file }: Evidence["findings"][number]): Annotation {
  return { level: "error", title: code, message, ...(file === null ? {} : { where: { file } }) };
}

/** One annotation for each reason, however many metrics it took the number from. */
function annotationsOfAbsence(measurements: readonly Measurement[]): readonly Annotation[] {
  const absent = measurements.filter(({ state }) => state === "undefined" || state === "inconclusive");
  const byReason = Map.groupBy(absent, ({ reason, note }) => `${reason ?? ""}\0${note ?? ""}`);
  return [...byReason.values()].map((group) => ({
    level: "error",
    title: group[0]?.reason ?? "",
    message: `${group[0]?.note ?? "There is no number."}\nWithout a number: ${group.map(({ metric }) => metric).join(", ")}.`,
  }));
}
