import type { Measurement } from "../../domain/evidence.ts";
import { METRICS } from "../../domain/metrics.ts";
import type { Noise } from "../noise.ts";
import { sorted } from "../quantiles.ts";
import { batchMeasurements, noiseDoubt, throughput } from "./batch-measurements.ts";
import type { BatchRun, BatchSize, BenchmarkRun } from "./benchmark-run.ts";
import { type Absence, absent } from "../../domain/measurement.ts";
import { doubted, measured } from "./measurement.ts";
import { percentileOf } from "./percentile.ts";
import { ratioMeasurement, ratioOf, tailMeasurement } from "./ratio-measurement.ts";

/** Every metric of the benchmark, once each. */
export function benchmarkMeasurements(run: BenchmarkRun): Measurement[] {
  const single = batchOf(run, 1);
  const many = batchOf(run, 32);
  return [
    doubted(coldMeasurement("benchmark.cold_start_ms", run, "coldStartMs"), [noiseDoubt(run.noise)]),
    ...batchMeasurements(single, run.noise),
    ...batchMeasurements(many, run.noise),
    throughput(many, run.noise),
    coldMeasurement("benchmark.peak_memory_mb", run, "peakMemoryMiB"),
    noiseMeasurement(run.noise),
    ratioMeasurement("benchmark.latency_ratio", single, ratioOf(single, run.seed)),
    ratioMeasurement("benchmark.latency_ratio_batch32", many, ratioOf(many, run.seed)),
    tailMeasurement("benchmark.tail_ratio", single, run.seed),
  ];
}

/** Every metric of the benchmark without a number, for a model that could not be measured at all. */
export function noMeasurements(absence: Absence): Measurement[] {
  const metrics = [...METRICS].filter(([, metric]) => metric.kind === "benchmark");
  return metrics.map(([id]) => absent(id, absence));
}

/** Median over fresh processes. */
function coldMeasurement(
  metric: string,
  run: BenchmarkRun,
  of: "coldStartMs" | "peakMemoryMiB",
): Measurement {
  const candidate = sorted(run.cold.candidate.map((cold) => cold[of]));
  const live = sorted(run.cold.live.map((cold) => cold[of]));
  const { value, interval } = percentileOf(candidate, 0.5);
  const baseline = live.length > 0 ? percentileOf(live, 0.5).value : null;
  return measured(metric, { value, interval, baseline, samples: candidate.length });
}

function noiseMeasurement(noise: Noise): Measurement {
  const metric = "benchmark.noise_cv";
  if (!Number.isFinite(noise.cv)) {
    const note = "The calibration loop ran too few times to vary.";
    return absent(metric, { state: "inconclusive", reason: "BENCHMARK_TOO_FEW_RUNS", note });
  }
  return measured(metric, {
    value: noise.cv,
    interval: null,
    baseline: null,
    samples: noise.calibration_samples,
  });
}

function batchOf(run: BenchmarkRun, rows: BatchSize): BatchRun {
  const found = run.batches.find((batch) => batch.rows === rows);
  if (!found) throw new TypeError(`The run has no batch size ${rows}.`);
  return found;
}
