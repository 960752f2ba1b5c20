import { describe, expect, it } from "vitest";
import { schemaProblems } from "../../../../src/domain/document/check-schema.ts";
import { formatJson } from "../../../../src/domain/document/format.ts";
import { parseJson } from "../../../../src/domain/document/json.ts";
import type { Evidence, Measurement } from "../../../../src/domain/evidence.ts";
import { METRICS } from "../../../../src/domain/metrics.ts";
import { gateError } from "../../../../src/errors.ts";
import type { ProcessTimes } from "../../../../src/measure/latency/samples.ts";
import type { Engine } from "../../../../src/ports/engine.ts";
import type { Machine } from "../../../../src/ports/machine.ts";
import { benchClaimFindings } from "../../../../src/usecases/measure/benchmark/claims.ts";
import { QUICK } from "../../../../src/usecases/measure/benchmark/options.ts";
import { measureBenchmark } from "../../../../src/usecases/measure/benchmark.ts";
import { ADD, identity } from "../../../support/onnx-models.ts";
import { type Bytes, concat, int, model, node, tensor } from "../../../support/onnx-writer.ts";
import { scriptedMachine, timingEngine } from "../../../support/timing-engine.ts";
import { filesInMemory, type VersionSpec, versionInMemory } from "../../../support/version-in-memory.ts";
import { EVIDENCE_V1 } from "../../../../src/generated/evidence-v1.js";

const RUN = {
  runId: "hand-made_2.0.0_none_20260101T000000Z_00000000",
  now: new Date("2026-01-01T00:00:00.9Z"),
  phase: null,
  seed: 7,
};
const VECTORS = [
  { name: "a", dtype: "float32", shape: ["N", 3] },
  { name: "b", dtype: "float32", shape: ["N", 3] },
];
const ROW = {
  a: tensor("a", "float32", [1, 3], [1, 2, 3]),
  b: tensor("b", "float32", [1, 3], [1, 1, 1]),
  sum: tensor("sum", "float32", [1, 3], [2, 3, 4]),
};
const CASES = [{ inputs: [ROW.a, ROW.b], outputs: [ROW.sum] }];

/** The same graph under another model version, so that candidate and live differ in bytes. */
const OTHER_ADD: Bytes = concat(ADD, int(5, 2));

const adder = (more: Partial<VersionSpec> = {}): VersionSpec => ({
  version: "2.0.0",
  model: ADD,
  inputs: VECTORS,
  cases: CASES,
  ...more,
});

interface Setting {
  readonly candidate?: Partial<VersionSpec>;
  readonly live?: Partial<VersionSpec> | null;
  readonly machine?: Machine;
  readonly onSamples?: (processes: readonly ProcessTimes[]) => void;
  readonly pairs?: number;
  readonly spareProcesses?: number;
  readonly signal?: AbortSignal;
  readonly giveUpAbove?: ReadonlyMap<number, number>;
}

async function measure(engine: Engine, setting: Setting = {}): Promise<Evidence> {
  const candidate = versionInMemory(adder(setting.candidate));
  const live =
    setting.live === null
      ? undefined
      : versionInMemory(adder({ version: "1.0.0", model: OTHER_ADD, ...setting.live }));
  const files = filesInMemory(candidate.contents, live?.contents ?? new Map());
  const progress = { step: () => {}, end: () => {} };
  const { onSamples, pairs = 20, spareProcesses = 0, signal, giveUpAbove = new Map() } = setting;
  return measureBenchmark(
    { files, engine, machine: setting.machine ?? scriptedMachine(), progress },
    {
      candidate: candidate.version,
      live: live?.version,
      run: RUN,
      options: { ...QUICK, pairs, spareProcesses, giveUpAbove, ...(onSamples ? { onSamples } : {}) },
      ...(signal ? { signal } : {}),
    },
  );
}

const of = (evidence: Evidence, metric: string): Measurement =>
  evidence.measurements.find((one) => one.metric === `benchmark.${metric}`)!;
const states = (evidence: Evidence, ...metrics: string[]) =>
  metrics.map((metric) => [of(evidence, metric).state, of(evidence, metric).reason]);
const code = async (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: { code?: string }) => error.code,
  );

/** Candidate 1.3 ms and live 1 ms a call with one row, ten times that with 32. */
const slower = (bytes: Bytes, rows: number) =>
  (bytes.length === ADD.length ? 1.3 : 1) * (rows === 32 ? 10 : 1);
const slowerEngine = () => timingEngine({ call: (model, rows) => slower(model.bytes, rows) });

describe("benchmark evidence", () => {
  it("holds every benchmark metric once, measured, with its interval and the live model's number", async () => {
    const evidence = await measure(slowerEngine(), { pairs: 100 });
    const metrics = [...METRICS].filter(([, metric]) => metric.kind === "benchmark").map(([id]) => id);
    expect(evidence.measurements.map(({ metric }) => metric).toSorted()).toEqual(metrics.toSorted());
    for (const measurement of evidence.measurements.filter(
      ({ metric }) => metric !== "benchmark.tail_ratio",
    )) {
      expect(measurement).toMatchObject({ state: "measured", reason: null, note: null });
    }
    // The stored cases of this fixture hold too few distinct inputs for a tail across them.
    expect(of(evidence, "tail_ratio")).toMatchObject({
      state: "inconclusive",
      reason: "BENCHMARK_TOO_FEW_RUNS",
    });
    const p95 = of(evidence, "p95_batch1_ms");
    expect(p95).toMatchObject({ samples: 300, interval: { level: 0.9 } });
    expect(p95.value).toBeGreaterThan(1.3);
    expect(p95.value).toBeLessThan(1.3 * 1.02);
    expect(p95.baseline).toBeLessThan(1.02);
    expect(of(evidence, "throughput_rows_per_s").value).toBeCloseTo(
      32_000 / of(evidence, "p50_batch32_ms").value!,
      3,
    );
  });

  it("gives the ratio to the live model with an interval around the truth", async () => {
    const ratio = of(await measure(slowerEngine()), "latency_ratio");
    expect(ratio.value).toBeCloseTo(1.3, 1);
    expect(ratio.interval!.low).toBeGreaterThan(1.28);
    expect(ratio.interval!.high).toBeLessThan(1.32);
    expect(ratio).toMatchObject({ samples: 60, baseline: null });
  });

  it("is inconclusive where so many calls cannot bound the number: 60 do for a p95, not for a p99", async () => {
    const evidence = await measure(slowerEngine());
    expect(states(evidence, "p95_batch1_ms", "p99_batch1_ms")).toEqual([
      ["measured", null],
      ["inconclusive", "BENCHMARK_TOO_FEW_RUNS"],
    ]);
  });

  it("names subject, baseline, seed, runner and everything that was read", async () => {
    const evidence = await measure(slowerEngine());
    expect(evidence).toMatchObject({
      schema_version: "modelgate/evidence/v1",
      kind: "benchmark",
      run_id: RUN.runId,
      timestamp: "2026-01-01T00:00:00Z",
      subject: { version: "2.0.0" },
      baseline: { version: "1.0.0" },
      seed: 7,
      runner: { cpu_model: "Test CPU 7000", engine: { name: "onnxruntime-node" } },
      findings: [],
      details: { settings: { processes_wanted: 3, processes_run: 3, processes_kept: 3, pairs: 20 } },
    });
    expect(evidence.inputs.map(({ name }) => name)).toEqual([
      "models/hand-made/1.0.0/manifest.json",
      "models/hand-made/1.0.0/model.onnx",
      "models/hand-made/2.0.0/manifest.json",
      "models/hand-made/2.0.0/model.onnx",
      "models/hand-made/2.0.0/sidecar.json",
      "models/hand-made/2.0.0/test_data_set_0/input_0.pb",
      "models/hand-made/2.0.0/test_data_set_0/input_1.pb",
      "models/hand-made/2.0.0/test_data_set_0/output_0.pb",
    ]);
  });

  it("fits the schema of evidence, with numbers and without", async () => {
    const timeout = () => {
      throw gateError("MODEL_TIMEOUT", "It was killed.");
    };
    for (const engine of [slowerEngine(), timingEngine({ coldStart: timeout })]) {
      const stored = parseJson(Buffer.from(formatJson(await measure(engine))), "benchmark.json");
      expect(schemaProblems(stored, EVIDENCE_V1)).toEqual([]);
    }
  });

  it("is the same, byte for byte, for the same samples and seed, and small enough for Git", async () => {
    const [first, second] = [await measure(slowerEngine()), await measure(slowerEngine())].map((one) =>
      JSON.stringify(one),
    );
    expect(first).toBe(second);
    expect(first!.length).toBeLessThan(16_384);
  });

  it("hands out raw samples on request, and keeps them out of the evidence", async () => {
    const seen: ProcessTimes[] = [];
    await measure(slowerEngine(), { onSamples: (processes) => void seen.push(...processes) });
    expect(seen).toHaveLength(3);
  });

  it("asks for fresh processes, each with another stream of the one seed, on stacked inputs", async () => {
    const engine = slowerEngine();
    await measure(engine);
    expect(engine.coldStarts).toHaveLength(6);
    expect(engine.pairs.map(({ plan }) => [plan.seed, plan.stream, plan.pairs])).toEqual([
      [7, 0, 20],
      [7, 1, 20],
      [7, 2, 20],
    ]);
    const dims = engine.pairs[0]!.plan.batches.map(({ feeds }) => feeds[0]!.map((input) => input.dims));
    expect(dims).toEqual([
      [
        [1, 3],
        [1, 3],
      ],
      [
        [32, 3],
        [32, 3],
      ],
    ]);
  });
});

describe("a runner that is noisy", () => {
  const noisy = (stream: number) =>
    Array.from({ length: 40 }, (_, i) => (stream !== 1 && i % 3 === 0 ? 12 : 5));

  it("makes absolute times inconclusive, and leaves ratio and memory alone", async () => {
    const evidence = await measure(timingEngine({ calibration: noisy }));
    const noise = ["pessimistic", "BENCHMARK_NOISY"];
    expect(
      states(
        evidence,
        "cold_start_ms",
        "p50_batch1_ms",
        "p95_batch1_ms",
        "p95_batch32_ms",
        "throughput_rows_per_s",
      ),
    ).toEqual([noise, noise, noise, noise, noise]);
    expect(states(evidence, "latency_ratio", "peak_memory_mb", "noise_cv")).toEqual([
      ["measured", null],
      ["measured", null],
      ["measured", null],
    ]);
    expect(of(evidence, "p95_batch1_ms").note).toMatch(
      /^The runner was noisy: calibration varied by \d+ % \(limit 15 %\)/,
    );
  });

  it("is measured again until enough processes were quiet; only the quiet ones count", async () => {
    const calibration = (stream: number) => noisy(stream < 2 ? 0 : 1);
    const engine = timingEngine({ calibration, layout: (stream) => (stream < 2 ? 3 : 1) });
    const evidence = await measure(engine, { spareProcesses: 4 });
    expect(engine.pairs).toHaveLength(5);
    expect(evidence.details).toMatchObject({
      settings: { processes_run: 5, processes_kept: 3 },
      noise: { noisy: false },
    });
    expect(of(evidence, "p99_batch1_ms").value).toBeLessThan(1.1);
  });

  it("is noisy by steal alone", async () => {
    const evidence = await measure(timingEngine(), { machine: scriptedMachine(0.06) });
    expect(of(evidence, "p95_batch1_ms")).toMatchObject({ state: "pessimistic", reason: "BENCHMARK_NOISY" });
    expect(of(evidence, "p95_batch1_ms").note).toContain("steal 6 % (limit 5 %)");
  });
});

describe("a model far above its limit", () => {
  const noisy = () => Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? 12 : 5));
  const slow = (cpu: number) => ({
    coldStart: () => ({
      coldStartMs: 5,
      peakMemoryMiB: 100,
      looks: [
        null,
        {
          cpuMs: Array.from({ length: 10 }, () => cpu),
          calibrationCpuMs: Array.from({ length: 10 }, () => 5),
        },
      ],
    }),
    calibration: noisy,
  });
  const giveUpAbove = new Map([[32, 200]]);

  it("ends the benchmark at its first look, noisy or not, and the evidence says what it saw", async () => {
    const engine = timingEngine(slow(900));
    const evidence = await measure(engine, { giveUpAbove, spareProcesses: 5 });
    expect([engine.coldStarts.length, engine.pairs.length]).toEqual([2, 0]);
    expect(engine.coldStarts.at(-1)?.batches.map((batch) => batch.giveUpAboveMs)).toEqual([undefined, 200]);
    expect(states(evidence, "p50_batch1_ms", "p95_batch1_ms", "p95_batch32_ms", "latency_ratio")).toEqual([
      ["inconclusive", "BENCHMARK_FAR_ABOVE"],
      ["inconclusive", "BENCHMARK_FAR_ABOVE"],
      ["at_least", "BENCHMARK_FAR_ABOVE"],
      ["inconclusive", "BENCHMARK_FAR_ABOVE"],
    ]);
    expect(evidence.details).toEqual({
      stopped_at_first_look: {
        rows: 32,
        threshold_ms: 200,
        at_least_ms: 300,
        least_cpu_ms: 900,
        calls: 10,
        calibration_spread: 1,
        steal_share: 0,
      },
    });
    expect(
      schemaProblems(parseJson(Buffer.from(formatJson(evidence)), "benchmark.json"), EVIDENCE_V1),
    ).toEqual([]);
  });

  it("is measured in full where the look proves nothing, and looked at once", async () => {
    const engine = timingEngine(slow(600));
    const evidence = await measure(engine, { giveUpAbove });
    expect(engine.pairs).toHaveLength(3);
    expect(
      engine.coldStarts.filter(({ batches }) => batches.some((batch) => batch.giveUpAboveMs !== undefined)),
    ).toHaveLength(1);
    expect(of(evidence, "p95_batch32_ms").state).toBe("pessimistic");
  });
});

describe("no ratio to a live model", () => {
  const ratios = ["latency_ratio", "latency_ratio_batch32"];

  it("is not applicable when nothing is live", async () => {
    const evidence = await measure(timingEngine(), { live: null });
    expect(evidence.baseline).toBeNull();
    expect(states(evidence, ...ratios)).toEqual([
      ["not_applicable", "BENCHMARK_NO_INCUMBENT"],
      ["not_applicable", "BENCHMARK_NO_INCUMBENT"],
    ]);
    expect(of(evidence, "p95_batch1_ms")).toMatchObject({ state: "measured", baseline: null });
  });

  it("is undefined, so that it fails closed, when the inputs differ", async () => {
    const engine = timingEngine();
    const evidence = await measure(engine, { live: { model: identity("float32") } });
    expect(states(evidence, ...ratios)).toEqual([
      ["undefined", "BENCHMARK_INPUTS_DIFFER"],
      ["undefined", "BENCHMARK_INPUTS_DIFFER"],
    ]);
    expect(of(evidence, "latency_ratio").note).toBe(
      'The inputs differ from those of the live model: the candidate has no input "x"; the live model has no input "a"; the live model has no input "b".',
    );
    expect(of(evidence, "p95_batch1_ms").state).toBe("measured");
    expect(engine.pairs.every(({ live }) => live === null)).toBe(true);
  });

  it("is undefined when the live model does not run", async () => {
    const coldStart = (model: { bytes: Uint8Array }) => {
      if (model.bytes.length === ADD.length) return { coldStartMs: 5, peakMemoryMiB: 100 };
      throw gateError("MODEL_LOAD_FAILED", "no such operator");
    };
    const evidence = await measure(timingEngine({ coldStart }));
    expect(of(evidence, "latency_ratio")).toMatchObject({
      state: "undefined",
      reason: "BENCHMARK_LIVE_FAILED",
      note: "The live model does not run: no such operator",
    });
    expect(of(evidence, "p95_batch1_ms")).toMatchObject({ state: "measured", baseline: null });
  });

  it("is undefined at the batch size that the live model refuses", async () => {
    const call = (model: { bytes: Uint8Array }, rows: number) =>
      rows === 32 && model.bytes.length !== ADD.length ? "bad dims" : 1;
    const evidence = await measure(timingEngine({ call }));
    expect(states(evidence, ...ratios)).toEqual([
      ["measured", null],
      ["undefined", "BENCHMARK_LIVE_FAILED"],
    ]);
    expect(of(evidence, "p95_batch32_ms").state).toBe("measured");
  });

  it("widens to all processes when they disagree, and says so", async () => {
    const ratio = of(
      await measure(timingEngine({ layout: (stream) => (stream === 2 ? 1.5 : 1) })),
      "latency_ratio",
    );
    expect(ratio).toMatchObject({ state: "measured", reason: "BENCHMARK_PROCESSES_DISAGREE" });
    expect(ratio.interval!.low).toBeLessThan(1.02);
    expect(ratio.interval!.high).toBeGreaterThan(1.48);
  });
});

describe("batches", () => {
  it("that the candidate refuses are undefined, with what the engine says", async () => {
    const evidence = await measure(
      timingEngine({ call: (_, rows) => (rows === 32 ? "Got 32, expected 1" : 1) }),
    );
    expect(of(evidence, "p95_batch32_ms")).toMatchObject({
      state: "undefined",
      reason: "BENCHMARK_BATCH_REFUSED",
      note: "With 32 rows the engine says: Got 32, expected 1",
    });
    expect(states(evidence, "throughput_rows_per_s", "p95_batch1_ms")).toEqual([
      ["undefined", "BENCHMARK_BATCH_REFUSED"],
      ["measured", null],
    ]);
  });

  it("are not applicable to a model that itself takes one row", async () => {
    const value = (name: string) => ({ name, dtype: "float32", shape: [1, 3] });
    const fixed = model({
      nodes: [node({ op: "Add", inputs: ["a", "b"], outputs: ["sum"] })],
      inputs: [value("a"), value("b")],
      outputs: [value("sum")],
    });
    const inputs = VECTORS.map((input) => ({ ...input, shape: [1, 3] }));
    const evidence = await measure(timingEngine(), { candidate: { model: fixed, inputs }, live: null });
    expect(states(evidence, "p95_batch1_ms", "p95_batch32_ms")).toEqual([
      ["measured", null],
      ["not_applicable", "BENCHMARK_NO_BATCH_AXIS"],
    ]);
  });

  it("are undefined when a sidecar keeps silent about the axis that the model leaves open", async () => {
    const inputs = VECTORS.map((input) => ({ ...input, shape: [1, 3] }));
    const evidence = await measure(timingEngine(), { candidate: { inputs } });
    expect(states(evidence, "p95_batch1_ms", "p95_batch32_ms")).toEqual([
      ["measured", null],
      ["undefined", "BENCHMARK_BATCH_UNDECLARED"],
    ]);
  });

  it("are undefined when no stored case has a row", async () => {
    const empty = (name: string) => tensor(name, "float32", [0, 3], []);
    const cases = [{ inputs: [empty("a"), empty("b")], outputs: [empty("sum")] }];
    const evidence = await measure(timingEngine(), { candidate: { cases } });
    for (const { state, reason } of evidence.measurements)
      expect([state, reason]).toEqual(["undefined", "BENCHMARK_NO_INPUTS"]);
  });
});

describe("a candidate that does not run", () => {
  it("has no numbers and the reason: that is a failure, not an error", async () => {
    const coldStart = () => {
      throw gateError("MODEL_TIMEOUT", "It was killed after 100 ms.");
    };
    const evidence = await measure(timingEngine({ coldStart }));
    expect(evidence.details).toBeNull();
    for (const one of evidence.measurements) {
      expect(one).toMatchObject({
        state: "undefined",
        reason: "MODEL_TIMEOUT",
        value: null,
        note: "It was killed after 100 ms.",
      });
    }
  });

  it("is an error when the engine is to blame", async () => {
    const coldStart = () => {
      throw gateError("ENGINE_MISSING", "There is none.");
    };
    expect(await code(measure(timingEngine({ coldStart })))).toBe("ENGINE_MISSING");
  });

  it("is refused when a file is not the one of the manifest", async () => {
    const candidate = versionInMemory(adder());
    candidate.contents.set("models/hand-made/2.0.0/model.onnx", OTHER_ADD);
    const ports = {
      files: filesInMemory(candidate.contents),
      engine: timingEngine(),
      machine: scriptedMachine(),
      progress: { step: () => {}, end: () => {} },
    };
    const task = { candidate: candidate.version, live: undefined, run: RUN, options: QUICK };
    expect(await code(measureBenchmark(ports, task))).toBe("MODEL_FILE_CHANGED");
  });

  it("stops between processes when it is interrupted", async () => {
    expect(await code(measure(timingEngine(), { signal: AbortSignal.abort() }))).toBe("ENGINE_INTERRUPTED");
  });
});

describe("claims of the author", () => {
  const claim = (cpu: string, p95: number) =>
    JSON.stringify({
      schema_version: "modelgate/bench-claim/v1",
      runtime: {
        engine: "onnxruntime",
        version: "1.30.0",
        execution_provider: "cpu",
        optimization_level: "all",
        threads: 1,
      },
      machine: { cpu, cores: 2, os: "linux" },
      batches: [{ batch: 1, n: 500, p50_ms: p95, p95_ms: p95, p99_ms: p95 }],
      cold_start_ms: 5,
    });
  const findings = async (text: string, engine = timingEngine()) =>
    (await measure(engine, { candidate: { files: { "bench.json": text } } })).findings;

  it("are broken when the same CPU is slower by more than half and 0.1 ms", async () => {
    const [found, ...rest] = await findings(claim("Test CPU 7000", 0.5));
    expect(rest).toEqual([]);
    expect(found).toMatchObject({
      code: "BENCHMARK_CLAIM_BROKEN",
      file: "models/hand-made/2.0.0/bench.json",
    });
    expect(found!.message).toMatch(
      /^p95 at batch 1 is claimed to be 0\.5 ms; on the same CPU it is 1\.\d+ ms or more\.$/,
    );
  });

  it("hold within that slack, on another CPU, and on a noisy runner", async () => {
    expect(await findings(claim("Test CPU 7000", 0.7))).toEqual([]);
    expect(await findings(claim("Another CPU", 0.001))).toEqual([]);
    const noisy = timingEngine({ calibration: () => [5, 50, 5, 50, 5, 50] });
    expect(await findings(claim("Test CPU 7000", 0.001), noisy)).toEqual([]);
  });

  it.each(["Intel(R) Xeon(R) Processor", "QEMU Virtual CPU version 2.5+", "unknown"])(
    "are not compared on %s, which names no CPU",
    async (cpu) => {
      const { measurements, runner } = await measure(timingEngine());
      const found = (name: string) => {
        const claimed = { bytes: Buffer.from(claim(name, 0.001)), file: "bench.json" };
        return benchClaimFindings(claimed, measurements, { ...runner, cpu_model: name });
      };
      expect([found("AMD EPYC 7763 64-Core Processor").length, found(cpu)]).toEqual([1, []]);
    },
  );

  it("that cannot be read are a finding too", async () => {
    expect((await findings("{}")).map((finding) => finding.code)).toEqual(["BENCHMARK_CLAIM_UNREADABLE"]);
  });
});
