import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { percentileOf } from "../../../../src/measure/latency/percentile.ts";
import { rounded } from "../../../../src/measure/latency/measurement.ts";
import { histogramOf, summarize } from "../../../../src/measure/latency/summary.ts";
import { sorted } from "../../../../src/measure/quantiles.ts";
import { seededRandom } from "../../../../src/measure/random.ts";

const upTo = (n: number) => Float64Array.from({ length: n }, (_, i) => i + 1);

describe("a percentile with its bounds", () => {
  it("reads the bounds off the order statistics", () => {
    expect(percentileOf(upTo(200), 0.95)).toEqual({
      value: 190,
      interval: { low: 185, high: 196, level: 0.9 },
    });
    expect(percentileOf(upTo(6), 0.5)).toEqual({ value: 3.5, interval: { low: 1, high: 6, level: 0.9 } });
  });

  it("has no upper bound in a small sample, and no bound in a tiny one", () => {
    expect(percentileOf(upTo(58), 0.95).interval).toEqual({ low: 52, high: null, level: 0.9 });
    expect(percentileOf(upTo(4), 0.5)).toEqual({ value: 2.5, interval: null });
  });

  it("covers the true p95 of a skewed distribution at least nine times of ten", () => {
    const random = seededRandom(5);
    const trueP95 = -Math.log(0.05);
    const covered = Array.from({ length: 400 }, () => {
      const draws = Float64Array.from({ length: 200 }, () => -Math.log(1 - random.unit()));
      const { low, high } = percentileOf(sorted(draws), 0.95).interval!;
      return { low: low <= trueP95, high: high! >= trueP95 };
    });
    expect(covered.filter((c) => c.low).length / 400).toBeGreaterThan(0.93);
    expect(covered.filter((c) => c.high).length / 400).toBeGreaterThan(0.93);
  });
});

describe("a summary that fits Git", () => {
  it("holds percentiles, process medians and a histogram, rounded to nanoseconds", () => {
    const summary = summarize([upTo(100), upTo(50).map((value) => value + 0.123_456_789)]);
    expect(summary).toMatchObject({
      samples: 150,
      min: 1,
      max: 100,
      p95: 93,
      p99: 99,
      process_medians: [50.5, 25.623457],
    });
    expect(summary.histogram.counts.reduce((a, b) => a + b)).toBe(150);
  });

  it("counts every value once, whatever the spread", () => {
    const times = fc.double({ noNaN: true, min: 1e-4, max: 1e5 });
    fc.assert(
      fc.property(fc.array(times, { minLength: 1 }), (values) => {
        const { counts, low, high } = histogramOf(sorted(values));
        expect(counts.reduce((a, b) => a + b)).toBe(values.length);
        expect([low, high]).toEqual([rounded(Math.min(...values)), rounded(Math.max(...values))]);
      }),
    );
  });
});
