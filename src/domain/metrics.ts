import type { EvidenceKind } from "./evidence.ts";

export type Unit = "1" | "ms" | "MiB" | "rows/s" | "count" | "ratio" | "share";

export interface Metric {
  readonly title: string;
  readonly unit: Unit;
  readonly direction: "lower_is_better" | "higher_is_better";
  /** Closed range of possible values; null is unbounded. */
  readonly range: readonly [number | null, number | null];
  readonly kind: EvidenceKind;
  /** True when it compares with the live model, so that it needs an incumbent. */
  readonly relative: boolean;
  readonly meaning: string;
}

type Row = readonly [
  title: string,
  unit: Unit,
  direction: "lower" | "higher",
  range: Metric["range"],
  meaning: string,
];

const ANY_SIZE = [0, null] as const;
const SHARE = [0, 1] as const;

const integrity: Record<string, Row> = {
  "integrity.problems": [
    "integrity problems",
    "count",
    "lower",
    ANY_SIZE,
    "Problems that validation found in the version folder.",
  ],
  "integrity.files": [
    "files verified",
    "count",
    "higher",
    ANY_SIZE,
    "Files of the version folder whose digest and size were verified.",
  ],
};

const parity: Record<string, Row> = {
  "parity.max_abs_diff": [
    "parity, max abs diff",
    "1",
    "lower",
    ANY_SIZE,
    "Largest absolute difference between a replayed output and its stored reference, over all cases and outputs.",
  ],
  "parity.mean_abs_diff": [
    "parity, mean abs diff",
    "1",
    "lower",
    ANY_SIZE,
    "Mean absolute difference of the worst output.",
  ],
  "parity.p99_abs_diff": [
    "parity, p99 abs diff",
    "1",
    "lower",
    ANY_SIZE,
    "99th percentile of the absolute differences of the worst output.",
  ],
  "parity.max_rel_diff": [
    "parity, max relative diff",
    "1",
    "lower",
    ANY_SIZE,
    "Largest difference relative to the reference, where the reference is not zero.",
  ],
  "parity.scaled_diff": [
    "parity, diff to scale",
    "ratio",
    "lower",
    ANY_SIZE,
    "Largest difference of a floating-point output divided by its largest reference (in magnitude, over all cases); of the worst output.",
  ],
  "parity.elements_over_tolerance": [
    "elements over tolerance",
    "count",
    "lower",
    ANY_SIZE,
    "Elements that differ by more than max(atol, rtol x |reference|), the tolerance of their output.",
  ],
  "parity.outputs_mismatched": [
    "outputs mismatched",
    "count",
    "lower",
    ANY_SIZE,
    "Outputs that are missing, or whose dtype, shape, NaN or infinities are not those of the reference.",
  ],
  "parity.outputs_failed": [
    "outputs failed",
    "count",
    "lower",
    ANY_SIZE,
    "Outputs that are mismatched, or have a wrong text or an element over tolerance.",
  ],
  "parity.outputs_empty": [
    "outputs empty",
    "count",
    "lower",
    ANY_SIZE,
    "Outputs without a single element in any case, so that nothing of them was compared.",
  ],
  "parity.outputs_not_comparable": [
    "outputs not comparable",
    "count",
    "lower",
    ANY_SIZE,
    "Outputs that are no tensors (sequences, maps) and so were not compared.",
  ],
  "parity.cases": ["parity cases", "count", "higher", ANY_SIZE, "Stored test data sets that were replayed."],
  "parity.claims_broken": [
    "parity claims broken",
    "count",
    "lower",
    ANY_SIZE,
    "Numbers of parity.json, and independent rows of sidecar.json, that the measurement contradicts.",
  ],
};

const benchmark: Record<string, Row> = {
  "benchmark.cold_start_ms": [
    "cold start",
    "ms",
    "lower",
    ANY_SIZE,
    "Loading the model and the first inference, in a fresh process; median over processes.",
  ],
  "benchmark.p50_batch1_ms": [
    "ONNX p50, batch 1",
    "ms",
    "lower",
    ANY_SIZE,
    "Median warm latency of one call with one row.",
  ],
  "benchmark.p95_batch1_ms": [
    "ONNX p95, batch 1",
    "ms",
    "lower",
    ANY_SIZE,
    "95th percentile (nearest rank) of the warm latency of one call with one row.",
  ],
  "benchmark.p99_batch1_ms": [
    "ONNX p99, batch 1",
    "ms",
    "lower",
    ANY_SIZE,
    "99th percentile (nearest rank) of the warm latency of one call with one row.",
  ],
  "benchmark.p50_batch32_ms": [
    "ONNX p50, batch 32",
    "ms",
    "lower",
    ANY_SIZE,
    "Median warm latency of one call with 32 rows.",
  ],
  "benchmark.p95_batch32_ms": [
    "ONNX p95, batch 32",
    "ms",
    "lower",
    ANY_SIZE,
    "95th percentile (nearest rank) of the warm latency of one call with 32 rows.",
  ],
  "benchmark.p99_batch32_ms": [
    "ONNX p99, batch 32",
    "ms",
    "lower",
    ANY_SIZE,
    "99th percentile (nearest rank) of the warm latency of one call with 32 rows.",
  ],
  "benchmark.throughput_rows_per_s": [
    "throughput, batch 32",
    "rows/s",
    "higher",
    ANY_SIZE,
    "Rows per second of warm calls with 32 rows, one thread.",
  ],
  "benchmark.peak_memory_mb": [
    "peak memory",
    "MiB",
    "lower",
    ANY_SIZE,
    "Peak resident memory of the measuring process, median over processes.",
  ],
  "benchmark.noise_cv": [
    "noise of the runner",
    "ratio",
    "lower",
    ANY_SIZE,
    "Coefficient of variation of a fixed calibration loop that runs between the measurements.",
  ],
};

const relative: Record<string, Row> = {
  "benchmark.latency_ratio": [
    "latency ratio to live, batch 1",
    "ratio",
    "lower",
    ANY_SIZE,
    "Candidate over live model: median of the paired, interleaved latency ratios at batch 1.",
  ],
  "benchmark.latency_ratio_batch32": [
    "latency ratio to live, batch 32",
    "ratio",
    "lower",
    ANY_SIZE,
    "Candidate over live model: median of the paired, interleaved latency ratios at batch 32.",
  ],
  "benchmark.tail_ratio": [
    "tail ratio to live, batch 1",
    "ratio",
    "lower",
    ANY_SIZE,
    "Candidate over live model: ratio of the 95th percentiles across distinct inputs, each with the fastest of its repeats.",
  ],
};

const agreement: Record<string, Row> = {
  "parity.rows_disagreeing": [
    "rows unlike their batch",
    "count",
    "lower",
    ANY_SIZE,
    "Rows whose answer in a batch and whose answer alone differ by more than the tolerance, where sidecar.json says that rows are independent.",
  ],
  "parity.repeatable": [
    "answers repeated",
    "share",
    "higher",
    SHARE,
    "Share of outputs that are the same, bit for bit, when the cases are run again: in another order, and in a new session.",
  ],
  "parity.label_agreement": [
    "label agreement",
    "share",
    "higher",
    SHARE,
    "Share of integer, boolean and string outputs that equal their reference.",
  ],
};

function toMetrics(rows: Record<string, Row>, kind: EvidenceKind, isRelative = false): [string, Metric][] {
  return Object.entries(rows).map(([id, [title, unit, direction, range, meaning]]) => [
    id,
    { title, unit, direction: `${direction}_is_better`, range, kind, relative: isRelative, meaning },
  ]);
}

/** Every metric that an objective may name. */
export const METRICS: ReadonlyMap<string, Metric> = new Map([
  ...toMetrics(integrity, "integrity"),
  ...toMetrics(parity, "parity"),
  ...toMetrics(agreement, "parity"),
  ...toMetrics(benchmark, "benchmark"),
  ...toMetrics(relative, "benchmark", true),
]);
