import { describe, expect, it } from "vitest";
import { farAbove, farAboveMeasurements, LOOK_CALLS } from "../../../../src/measure/latency/far-above.ts";
import type { FirstLook } from "../../../../src/measure/latency/samples.ts";
import { type Random, seededRandom } from "../../../../src/measure/random.ts";

const LIMIT = 200;
const of = { rows: 32, threshold: LIMIT, stealShare: null };
const steady = (cpu: number, calibration = 5): FirstLook => ({
  cpuMs: Array.from({ length: LOOK_CALLS }, () => cpu),
  calibrationCpuMs: Array.from({ length: LOOK_CALLS }, () => calibration),
});

describe("a first look", () => {
  it("proves a quiet time of a third of the least processor time", () => {
    expect(farAbove(steady(900), of)).toEqual({
      rows: 32,
      threshold_ms: 200,
      at_least_ms: 300,
      least_cpu_ms: 900,
      calls: 10,
      calibration_spread: 1,
      steal_share: null,
    });
  });

  it.each<[string, FirstLook, { stealShare: number | null }]>([
    ["not above three times the limit", steady(600), { stealShare: null }],
    ["with one call that is not", { ...steady(900), cpuMs: [...steady(900).cpuMs.slice(1), 599] }, of],
    ["of too few calls", { ...steady(900), cpuMs: steady(900).cpuMs.slice(1) }, of],
    ["without calibration", { ...steady(900), calibrationCpuMs: [] }, of],
    ["with a calibration of no time at all", steady(900, 0), of],
    [
      "whose calibration varied by as much",
      { ...steady(900), calibrationCpuMs: [...steady(900).calibrationCpuMs.slice(1), 8] },
      of,
    ],
    ["of which others had a third", steady(900), { stealShare: 0.34 }],
    ["that is no number", steady(Number.NaN), of],
  ])("%s proves nothing", (_what, look, more) => {
    expect(farAbove(look, { ...of, ...more })).toBeUndefined();
  });

  it("of endless calls proves it", () => {
    expect(farAbove(steady(Infinity), of)?.at_least_ms).toBe(Infinity);
  });
});

/**
 * Neighbours that come and go, to a processor time: a phase is some calls and loops long. A loop feels only a part of what
 * a call feels: shared caches, memory and execution units cost it nothing.
 */
function busyRunner(random: Random, worst: number): (quietMs: number) => FirstLook {
  let [left, slow] = [0, 1];
  const phase = () => {
    if (left === 0) [left, slow] = [1 + random.below(8), 1 + (worst - 1) * random.unit()];
    left -= 1;
    return slow;
  };
  return (quietMs) => {
    const both = Array.from({ length: LOOK_CALLS }, () => {
      const felt = phase();
      return [quietMs * felt * (1 + 0.05 * random.unit()), 5 * (1 + 0.2 * (felt - 1))] as const;
    });
    return { cpuMs: both.map(([call]) => call), calibrationCpuMs: both.map(([, loop]) => loop) };
  };
}

describe("on a busy runner, over 2,000 seeds", () => {
  const found = (quietMs: number, worst: number): number =>
    Array.from({ length: 2000 }, (_, seed) => busyRunner(seededRandom(seed), worst)(quietMs)).filter(
      (look) => farAbove(look, of) !== undefined,
    ).length;

  it.each([1.5, 2, 3])("never finds a model at its limit far above it; neighbours cost %d times", (worst) => {
    expect(found(LIMIT, worst)).toBe(0);
  });

  it.each([4, 6])("never finds one at half of its limit far above it; neighbours cost %d times", (worst) => {
    expect(found(LIMIT / 2, worst)).toBe(0);
  });

  it("finds a model far above when it is ten times over, whatever the neighbours cost", () => {
    for (const worst of [1, 1.5, 2, 3, 4]) expect(found(10 * LIMIT, worst)).toBe(2000);
  });
});

describe("a benchmark that stopped at its first look", () => {
  const hit = farAbove(steady(900), of);
  it("bounds the percentiles of that batch size and says why there is nothing else", () => {
    const noRatio = { state: "not_applicable", reason: "BENCHMARK_NO_INCUMBENT", note: "None." } as const;
    const states = farAboveMeasurements(hit!, noRatio).map(({ metric, state, value }) => [
      metric,
      state,
      value,
    ]);
    expect(states.filter(([, state]) => state !== "inconclusive")).toEqual([
      ["benchmark.p50_batch32_ms", "at_least", 300],
      ["benchmark.p95_batch32_ms", "at_least", 300],
      ["benchmark.p99_batch32_ms", "at_least", 300],
      ["benchmark.latency_ratio", "not_applicable", null],
      ["benchmark.latency_ratio_batch32", "not_applicable", null],
      ["benchmark.tail_ratio", "not_applicable", null],
    ]);
  });

  it("says what was seen", () => {
    const [p95] = farAboveMeasurements(hit!, null).filter(({ metric }) => metric.includes("p95_batch32"));
    expect(p95).toMatchObject({
      samples: 10,
      reason: "BENCHMARK_FAR_ABOVE",
      note: "At batch 32 each of 10 calls took 900 ms of processor time or more. On a quiet runner that is at least 300 ms, above the limit of 200 ms.",
    });
  });
});
