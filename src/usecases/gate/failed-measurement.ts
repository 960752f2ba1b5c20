import type { Evidence, EvidenceKind, Measurement } from "../../domain/evidence.ts";
import { absent } from "../../domain/measurement.ts";
import { METRICS } from "../../domain/metrics.ts";
import type { GateError, Problem } from "../../errors.ts";
import type { Machine } from "../../ports/machine.ts";
import { timestampOf } from "../../domain/time.ts";
import type { MeasureTask } from "./measure-task.ts";

/**
 * Evidence that a kind could not be measured: every metric of it without a value, with the reason.
 * What the version got wrong is "undefined" and fails; a tool or runner that broke is "inconclusive" and asks for another try.
 */
export function failedMeasurement(
  machine: Machine,
  kind: EvidenceKind,
  of: { task: MeasureTask; error: GateError },
): Evidence<{ readonly problems: readonly Problem[] }> {
  const { candidate, live, run } = of.task;
  return {
    schema_version: "modelgate/evidence/v1",
    kind,
    run_id: run.runId,
    model_version: candidate.ref.version,
    canary_phase: run.phase,
    timestamp: timestampOf(run.now),
    subject: candidate.subject,
    baseline: kind === "benchmark" ? (live?.subject ?? null) : null,
    inputs: [{ name: `${candidate.folder}/manifest.json`, digest: candidate.manifestDigest }],
    runner: machine.fingerprint(null),
    seed: run.seed,
    measurements: metricsOf(kind).map((metric) => withoutValue(metric, of.error)),
    findings: [],
    details: { problems: of.error.problems },
  };
}

function metricsOf(kind: EvidenceKind): string[] {
  return [...METRICS].filter(([, metric]) => metric.kind === kind).map(([id]) => id);
}

function withoutValue(metric: string, error: GateError): Measurement {
  const [{ code, message }] = error.problems;
  const state = error.exitCode === 3 ? "inconclusive" : "undefined";
  return absent(metric, { state, reason: code, note: message });
}
