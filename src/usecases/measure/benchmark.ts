import type { Evidence, Finding, Measurement } from "../../domain/evidence.ts";
import { benchmarkMeasurements, noMeasurements } from "../../measure/latency/benchmark-measurements.ts";
import { batchRun, type BenchmarkRun, missingBatch } from "../../measure/latency/benchmark-run.ts";
import { type BenchmarkDetails, benchmarkDetails } from "../../measure/latency/details.ts";
import type { Absence } from "../../domain/measurement.ts";
import { type FarAbove, farAboveMeasurements } from "../../measure/latency/far-above.ts";
import type { Files } from "../../ports/files.ts";
import { benchClaimFindings } from "./benchmark/claims.ts";
import { type Candidate, type Contestant, loadCandidate, loadContestant } from "./benchmark/contestant.ts";
import { type BenchmarkOptions, effortOf } from "./benchmark/options.ts";
import { comparisonAbsence, planBatches, type PlannedBatch } from "./benchmark/plan.ts";
import { type BenchmarkPorts, isModelFailure, type Measured, measureRounds } from "./benchmark/processes.ts";
import type { ModelVersion } from "../registry/load-version.ts";
import type { RunContext } from "../run-context.ts";
import { timestampOf } from "../../domain/time.ts";

export type { BenchmarkOptions } from "./benchmark/options.ts";
export type { BenchmarkDetails } from "../../measure/latency/details.ts";

export interface BenchmarkTask {
  readonly candidate: ModelVersion;
  /** The version that is live, to be timed beside the candidate. */
  readonly live: ModelVersion | undefined;
  readonly run: RunContext;
  readonly options: BenchmarkOptions;
  readonly signal?: AbortSignal;
}

/**
 * Times a version in fresh processes, interleaved with the live one, and returns every `benchmark.*` metric. A model
 * that does not run has no numbers and the reason instead (MODEL_*).
 * Errors: bad files of either version (MODEL_*, TENSOR_*, PARITY_* of test data, DOCUMENT_*), ENGINE_*.
 */
export async function measureBenchmark(
  ports: BenchmarkPorts & { readonly files: Files },
  task: BenchmarkTask,
): Promise<Evidence<BenchmarkDetails | StoppedDetails | null>> {
  const candidate = await loadCandidate(ports.files, task.candidate);
  const live = task.live && (await loadContestant(ports.files, task.live));
  const measured = await attempt(ports, { candidate, live, task });
  const runner = ports.machine.fingerprint(await ports.engine.fingerprint());
  const { version, claim } = candidate;
  const { measurements, details } = measured;
  const findings: Finding[] = claim
    ? benchClaimFindings({ bytes: claim, file: `${version.folder}/bench.json` }, measurements, runner)
    : [];
  return {
    schema_version: "modelgate/evidence/v1",
    kind: "benchmark",
    run_id: task.run.runId,
    model_version: version.ref.version,
    canary_phase: task.run.phase,
    timestamp: timestampOf(task.run.now),
    subject: version.subject,
    baseline: task.live?.subject ?? null,
    inputs: [...candidate.inputs, ...(live?.inputs ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1)),
    runner,
    seed: task.run.seed,
    measurements,
    findings,
    details,
  };
}

interface Scene {
  readonly candidate: Candidate;
  readonly live: Contestant | undefined;
  readonly task: BenchmarkTask;
}

interface Outcome {
  readonly measurements: readonly Measurement[];
  readonly details: BenchmarkDetails | StoppedDetails | null;
}

/** What is kept of a benchmark that stopped at its first look. */
interface StoppedDetails {
  readonly stopped_at_first_look: FarAbove;
}

async function attempt(ports: BenchmarkPorts, scene: Scene): Promise<Outcome> {
  const planned = planBatches(scene.candidate);
  const [first] = planned;
  if (first && "absence" in first) return { measurements: noMeasurements(first.absence), details: null };
  try {
    return await measure(ports, scene, planned);
  } catch (error) {
    if (!isModelFailure(error)) throw error;
    const absence: Absence = { state: "undefined", reason: error.code, note: error.problems[0].message };
    return { measurements: noMeasurements(absence), details: null };
  } finally {
    ports.progress.end();
  }
}

async function measure(
  ports: BenchmarkPorts,
  scene: Scene,
  planned: readonly PlannedBatch[],
): Promise<Outcome> {
  const { candidate, live, task } = scene;
  const effort = effortOf(task.options);
  const noRatio = comparisonAbsence(candidate, live);
  const batches = planned.flatMap((batch) => ("plan" in batch ? [batch.plan] : []));
  const found = await measureRounds(ports, {
    candidate: candidate.model,
    live: live && !noRatio ? live.model : null,
    batches,
    effort,
    seed: task.run.seed,
    signal: task.signal,
  });
  if ("farAbove" in found)
    return {
      measurements: farAboveMeasurements(found.farAbove, noRatio),
      details: { stopped_at_first_look: found.farAbove },
    };
  task.options.onSamples?.(
    found.kept.map((round) => round.times),
    { subject: task.candidate.subject, rows: batches.map(({ rows }) => rows) },
  );
  const run = runOf(found, planned, { noRatio, seed: task.run.seed });
  const settings = {
    processes_wanted: effort.processes,
    processes_run: found.ran,
    processes_kept: found.kept.length,
    pairs: effort.pairs,
    budget_ms: effort.budgetMs,
  };
  return { measurements: benchmarkMeasurements(run), details: benchmarkDetails(run, settings) };
}

function runOf(
  found: Measured,
  planned: readonly PlannedBatch[],
  of: { noRatio: Absence | null; seed: number },
): BenchmarkRun {
  const noRatio = of.noRatio ?? found.liveAbsence;
  const processes = found.kept.map((round) => round.times);
  const candidate = found.kept.map((round) => round.cold.candidate);
  const live = found.kept.flatMap((round) => round.cold.live ?? []);
  let index = 0;
  const batches = planned.map((batch) => {
    if ("absence" in batch) return missingBatch(batch.rows, batch.absence);
    return batchRun(
      { rows: batch.rows, inputs: batch.plan.feeds.length, index: index++, noRatio },
      processes,
    );
  });
  return { cold: { candidate, live }, batches, noise: found.noise, seed: of.seed };
}
