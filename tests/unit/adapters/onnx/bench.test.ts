import { describe, expect, it } from "vitest";
import { decodeCold, decodeTimes, encodeTimes } from "../../../../src/adapters/onnx/child/bench-wire.ts";
import { peakMemoryMiB } from "../../../../src/adapters/onnx/child/peak-memory.ts";
import { onnxEngine } from "../../../../src/adapters/onnx/engine.ts";
import type { Evidence } from "../../../../src/domain/evidence.ts";
import type { BatchPlan, BatchTimes } from "../../../../src/measure/latency/samples.ts";
import type { EngineModel, PairsRequest } from "../../../../src/ports/engine.ts";
import { QUICK } from "../../../../src/usecases/measure/benchmark/options.ts";
import { measureBenchmark } from "../../../../src/usecases/measure/benchmark.ts";
import { identity } from "../../../support/onnx-models.ts";
import { type Bytes, model, node, tensor, tensorProto } from "../../../support/onnx-writer.ts";
import { scriptedMachine } from "../../../support/timing-engine.ts";
import { filesInMemory, versionInMemory } from "../../../support/version-in-memory.ts";

const WIDTH = 64;
const LIMITS = { timeoutMs: 60_000, memoryMiB: 2048, outputMiB: 16 };
const engine = onnxEngine({
  directory: undefined,
  repository: undefined,
  toolCache: undefined,
  optimizationLevel: "all",
  signal: undefined,
});

/** y = x W W … W, as often as told: work that no optimiser takes away. */
function chain(length: number): Bytes {
  const weights = tensor(
    "w",
    "float32",
    [WIDTH, WIDTH],
    Array.from({ length: WIDTH * WIDTH }, (_, i) => (i % 7) / 400),
  );
  const value = (name: string) => ({ name, dtype: "float32", shape: ["N", WIDTH] });
  const nodes = Array.from({ length }, (_, i) => {
    const [from, to] = [i === 0 ? "x" : `h${i}`, i === length - 1 ? "y" : `h${i + 1}`];
    return node({ op: "MatMul", inputs: [from, "w"], outputs: [to] });
  });
  return model({ nodes, inputs: [value("x")], outputs: [value("y")], initializers: [tensorProto(weights)] });
}

const loaded = (bytes: Bytes): EngineModel => ({ bytes, externalData: [] });
const rows = (n: number) =>
  tensor(
    "x",
    "float32",
    [n, WIDTH],
    Array.from({ length: n * WIDTH }, (_, i) => i % 3),
  );
const batch = (n: number): BatchPlan => ({ rows: n, feeds: [[rows(n)]] });

async function timePairs(candidate: Bytes, live: Bytes | null, plan: Partial<PairsRequest["plan"]> = {}) {
  const request = {
    batches: [batch(1), batch(32)],
    pairs: 20,
    budgetMs: 10_000,
    seed: 1,
    stream: 0,
    ...plan,
  };
  return engine
    .start(LIMITS)
    .timePairs({ candidate: loaded(candidate), live: live && loaded(live), plan: request });
}

const refusal = async (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: { code?: string }) => error.code,
  );

describe("a benchmark with the real engine", () => {
  it("shows a model of 400 layers to be many times slower than one of a single layer", async () => {
    const version = (name: string, length: number) =>
      versionInMemory({
        version: name,
        model: chain(length),
        inputs: [{ name: "x", dtype: "float32", shape: ["N", WIDTH] }],
        cases: [{ inputs: [rows(1)], outputs: [{ ...rows(1), name: "y" }] }],
      });
    const [candidate, live] = [version("2.0.0", 400), version("1.0.0", 1)];
    const evidence: Evidence = await measureBenchmark(
      {
        engine,
        files: filesInMemory(candidate.contents, live.contents),
        machine: scriptedMachine(),
        progress: { step: () => {}, end: () => {} },
      },
      {
        candidate: candidate.version,
        live: live.version,
        run: { runId: "r", now: new Date(0), phase: null, seed: 1 },
        options: QUICK,
      },
    );
    for (const metric of ["benchmark.latency_ratio", "benchmark.latency_ratio_batch32"]) {
      const ratio = evidence.measurements.find((one) => one.metric === metric)!;
      expect(ratio.state).toBe("measured");
      expect(ratio.interval!.low).toBeGreaterThan(3);
    }
    expect(evidence.runner.engine).toMatchObject({ name: "onnxruntime-node", version: "1.30.0", threads: 1 });
  });

  it("looks first at what may take no longer than a threshold, and not for long where it is fast", async () => {
    const coldStart = (length: number, giveUpAboveMs: number) =>
      engine.start(LIMITS).coldStart({
        model: loaded(chain(length)),
        batches: [batch(1), { ...batch(32), giveUpAboveMs }],
      });
    expect((await coldStart(2, 1000)).looks).toEqual([null, null]);
    const [single, many] = (await coldStart(400, 0.001)).looks ?? [];
    expect([single, many?.cpuMs.length, many?.calibrationCpuMs.length]).toEqual([null, 10, 10]);
    expect(Math.min(...many!.cpuMs)).toBeGreaterThan(0.003);
    expect(Math.min(...many!.calibrationCpuMs)).toBeGreaterThan(0.5);
  });

  it("times as many pairs as asked, both models of each, and calibrates between them", async () => {
    const { batches, calibration } = await timePairs(chain(2), chain(2));
    for (const times of batches as BatchTimes[]) {
      expect([times.candidate.length, times.live!.length, times.liveFailure]).toEqual([20, 20, null]);
      expect(times.candidate.every((time) => time > 0) && times.live!.every((time) => time > 0)).toBe(true);
    }
    expect(calibration).toHaveLength(40);
  });

  it("times the candidate alone when nothing is live", async () => {
    const { batches } = await timePairs(chain(2), null);
    expect((batches as BatchTimes[]).map(({ candidate, live }) => [candidate.length, live])).toEqual([
      [20, null],
      [20, null],
    ]);
  });

  it("ends when its time is over, after one pair at least", async () => {
    const { batches } = await timePairs(chain(2), chain(2), { pairs: 1_000_000, budgetMs: 0 });
    expect((batches as BatchTimes[]).map(({ candidate, live }) => [candidate.length, live!.length])).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  it("tells which model refuses a batch, and what the engine says", async () => {
    const value = (name: string) => ({ name, dtype: "float32", shape: [1, WIDTH] });
    const single = model({
      nodes: [node({ op: "Relu", inputs: ["x"], outputs: ["y"] })],
      inputs: [value("x")],
      outputs: [value("y")],
    });
    const [fits, refused] = (await timePairs(single, null)).batches;
    expect(fits).toHaveProperty("candidate");
    expect(refused).toEqual({ failure: expect.stringContaining("Got: 32 Expected: 1") });
    const [both, alone] = (await timePairs(chain(1), single)).batches as BatchTimes[];
    expect([both!.live!.length, both!.liveFailure]).toEqual([20, null]);
    expect([alone!.live, alone!.candidate.length]).toEqual([null, 20]);
    expect(alone!.liveFailure).toContain("Got: 32 Expected: 1");
  });

  it("refuses bytes that are no model", async () => {
    expect(await refusal(timePairs(new Uint8Array([1, 2, 3]), null))).toBe("MODEL_LOAD_FAILED");
  });
});

describe("a cold start", () => {
  it("tells time and memory of a fresh process, not of its parent", async () => {
    const ballast = Buffer.alloc(400 * 2 ** 20, 1);
    const cold = await engine
      .start(LIMITS)
      .coldStart({ model: loaded(chain(2)), batches: [batch(1), batch(32)] });
    expect(cold.coldStartMs).toBeGreaterThan(0);
    expect(cold.peakMemoryMiB).toBeGreaterThan(20);
    expect(cold.peakMemoryMiB).toBeLessThan(ballast.length / 2 ** 20);
  });

  it("leaves out later batches that the model refuses, not the first one", async () => {
    const wrong: BatchPlan = { rows: 1, feeds: [[tensor("x", "int64", [1], [1n])]] };
    const start = (batches: readonly BatchPlan[]) =>
      engine.start(LIMITS).coldStart({ model: loaded(chain(1)), batches });
    expect(await refusal(start([batch(1), wrong]))).toBeUndefined();
    expect(await refusal(start([wrong]))).toBe("MODEL_RUN_FAILED");
    expect(
      await refusal(engine.start(LIMITS).coldStart({ model: loaded(identity("float32")), batches: [] })),
    ).toBe("MODEL_RUN_FAILED");
  });

  it("reads the high-water mark of Linux, and falls back where there is none", () => {
    expect(peakMemoryMiB("Name:\tnode\nVmHWM:\t  51200 kB\nVmRSS:\t 40000 kB\n")).toBe(50);
    expect(peakMemoryMiB("Name:\tnode\n")).toBe(process.resourceUsage().maxRSS / 1024);
  });
});

describe("answers of a child", () => {
  const times = {
    batches: [
      { candidate: Float64Array.of(1, 2), live: Float64Array.of(3, 4), liveFailure: null },
      { failure: "no" },
    ],
    calibration: Float64Array.of(5),
  };

  it("come back as they were sent", () => {
    expect(decodeTimes(encodeTimes(times), 2)).toEqual(times);
    const alone = {
      batches: [{ candidate: Float64Array.of(1), live: null, liveFailure: "why" }],
      calibration: Float64Array.of(),
    };
    expect(decodeTimes(encodeTimes(alone), 1)).toEqual(alone);
  });

  it.each([
    ["too few batches", encodeTimes(times).slice(1)],
    ["no calibration", encodeTimes(times).slice(0, -1)],
    ["a time that is negative", encodeTimes({ ...times, calibration: Float64Array.of(-1) })],
    ["a time that is no number", encodeTimes({ ...times, calibration: Float64Array.of(Number.NaN) })],
    [
      "pairs of unequal length",
      encodeTimes({
        ...times,
        batches: [{ ...times.batches[0]!, live: Float64Array.of(1) }, times.batches[1]!],
      }),
    ],
    [
      "no pair at all",
      encodeTimes({
        ...times,
        batches: [{ candidate: Float64Array.of(), live: null, liveFailure: null }, times.batches[1]!],
      }),
    ],
    [
      "bytes that are no doubles",
      encodeTimes(times).with(2, { header: { kind: "calibration" }, blobs: [new Uint8Array(7)] }),
    ],
    ["another kind of frame", encodeTimes(times).with(0, { header: { kind: "case" }, blobs: [] })],
  ])("are refused with %s", (_, frames) => {
    expect(() => decodeTimes(frames, 2)).toThrow(TypeError);
  });

  it("of a cold start are refused unless both numbers are there", () => {
    const frame = (more: object) => [
      { header: { kind: "cold", coldStartMs: 1, peakMemoryMiB: 2, ...more }, blobs: [] },
    ];
    expect(decodeCold(frame({}))).toEqual({ coldStartMs: 1, peakMemoryMiB: 2 });
    for (const more of [{ coldStartMs: "1" }, { peakMemoryMiB: null }, { kind: "done" }]) {
      expect(() => decodeCold(frame(more))).toThrow(TypeError);
    }
    expect(() => decodeCold([])).toThrow(TypeError);
  });
});
