import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rankBounds } from "../../../src/measure/order-bounds.ts";
import {
  coefficientOfVariation,
  mean,
  median,
  medianAbsoluteDeviation,
  nearestRank,
  nearestRankOf,
  sorted,
  valueAt,
} from "../../../src/measure/quantiles.ts";

const SAMPLE = [35, 20, 50, 15, 40];
const finite = fc.double({ noNaN: true, min: -1e9, max: 1e9 });

describe("percentiles", () => {
  it("are the nearest rank: a value that was seen", () => {
    expect(nearestRank(sorted(SAMPLE), 0.95)).toBe(50);
    expect(nearestRank(sorted(SAMPLE), 0.05)).toBe(15);
    expect(nearestRank(sorted(SAMPLE), 0.4)).toBe(20);
    expect(nearestRank(sorted(SAMPLE), 1)).toBe(50);
    expect(nearestRank(sorted([7]), 0.01)).toBe(7);
  });

  it("do not fall for binary fractions", () => {
    expect(0.07 * 100).toBeGreaterThan(7);
    expect(nearestRankOf(100, 0.07)).toBe(7);
    expect([200, 500, 1000].map((n) => nearestRankOf(n, 0.95))).toEqual([190, 475, 950]);
  });

  it("have no rank outside the sample", () => {
    expect(() => valueAt(sorted(SAMPLE), 0)).toThrow(RangeError);
    expect(() => nearestRank(new Float64Array(0), 0.5)).toThrow(RangeError);
  });

  it("hold at least their share at or below them, and less without them", () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1 }), fc.integer({ min: 1, max: 100 }), (values, percent) => {
        const found = nearestRank(sorted(values), percent / 100);
        expect(values).toContain(found);
        const below = values.filter((value) => value < found).length;
        const upTo = values.filter((value) => value <= found).length;
        expect(upTo * 100).toBeGreaterThanOrEqual(percent * values.length);
        expect(below * 100).toBeLessThan(percent * values.length);
      }),
    );
  });
});

describe("middle and spread", () => {
  it("take the mean of the two middle values of an even sample", () => {
    expect(median(SAMPLE)).toBe(35);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it("measure spread around the median and the mean", () => {
    expect(medianAbsoluteDeviation(SAMPLE)).toBe(15);
    expect(mean([1, 2, 6])).toBe(3);
    expect(coefficientOfVariation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7) / 5, 14);
    expect(coefficientOfVariation([3])).toBe(0);
  });

  it("do not depend on the order of the sample, and leave it alone", () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1 }), (values) => {
        const copy = [...values];
        expect(median(values)).toBe(median(values.toReversed()));
        expect(values).toEqual(copy);
      }),
    );
  });
});

describe("order-statistic bounds", () => {
  it.each([
    [200, 0.95, 185, 196],
    [500, 0.95, 467, 484],
    [1000, 0.95, 938, 962],
    [59, 0.95, 53, 59],
  ])("of n = %i at %f are ranks %i and %i", (n, share, low, high) => {
    expect(rankBounds(n, share)).toEqual({ low, high });
  });

  it("have no upper bound for p95 under 59 runs, nor for p99 under 299", () => {
    expect(rankBounds(58, 0.95).high).toBeNull();
    expect(rankBounds(298, 0.99).high).toBeNull();
    expect(rankBounds(299, 0.99).high).toBe(299);
  });

  it("have no lower bound for a median of 4", () => {
    expect(rankBounds(4, 0.5).low).toBeNull();
    expect(rankBounds(5, 0.5)).toEqual({ low: 1, high: 5 });
  });

  it("bracket the percentile they bound, and do not lose accuracy at 100,000 runs", () => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 3000 }), fc.constantFrom(0.5, 0.9, 0.95), (n, share) => {
        const { low, high } = rankBounds(n, share);
        expect(low).toBeLessThanOrEqual(nearestRankOf(n, share));
        expect(high).toBeGreaterThanOrEqual(nearestRankOf(n, share));
      }),
    );
    expect(rankBounds(100_000, 0.95)).toEqual({ low: 94_886, high: 95_114 });
  });
});
