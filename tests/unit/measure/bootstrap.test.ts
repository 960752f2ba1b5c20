import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bootstrapMedian } from "../../../src/measure/bootstrap.ts";
import { median, nearestRank, sorted } from "../../../src/measure/quantiles.ts";
import { type Random, seededRandom } from "../../../src/measure/random.ts";

const options = (random: Random, more = {}) => ({ block: 10, resamples: 400, level: 0.9, random, ...more });
const values = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 60 });

/** The same definition the slow way: draw the values themselves and sort every resample. */
function plainBootstrap(groups: readonly number[][], block: number, resamples: number, random: Random) {
  const medians = Array.from({ length: resamples }, () => {
    const drawn = groups.flatMap((group) => {
      const size = Math.min(block, group.length);
      const blocks = Array.from({ length: Math.ceil(group.length / size) }, () => {
        const start = random.below(group.length - size + 1);
        return group.slice(start, start + size);
      });
      return blocks.flat().slice(0, group.length);
    });
    return median(drawn);
  });
  const ascending = sorted(medians);
  return { low: nearestRank(ascending, 0.05), high: nearestRank(ascending, 0.95) };
}

describe("moving-block bootstrap of the median", () => {
  it("equals a plain implementation that sorts every resample", () => {
    fc.assert(
      fc.property(
        fc.array(values, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 0, max: 1e6 }),
        (groups, seed) => {
          const typed = groups.map((group) => Float64Array.from(group));
          const found = bootstrapMedian(typed, options(seededRandom(seed), { resamples: 40 }));
          const plain = plainBootstrap(groups, 10, 40, seededRandom(seed));
          expect(found.value).toBeCloseTo(median(groups.flat()), 6);
          expect(found.low).toBeCloseTo(plain.low, 6);
          expect(found.high).toBeCloseTo(plain.high, 6);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("is the same for the same seed, to the last bit", () => {
    const sample = Float64Array.from({ length: 300 }, (_, i) => Math.sin(i * 1.7));
    const run = (seed: number) => bootstrapMedian([sample], options(seededRandom(seed)));
    expect(run(5)).toEqual(run(5));
    expect(run(5)).not.toEqual(run(6));
  });

  it("has no width when nothing varies", () => {
    const same = new Float64Array(50).fill(3);
    expect(bootstrapMedian([same, same], options(seededRandom(1)))).toEqual({ value: 3, low: 3, high: 3 });
  });

  it("is wider for neighbours that stick together than for the same values shuffled", () => {
    const random = seededRandom(3);
    const bursts = Float64Array.from(
      { length: 400 },
      (_, i) => (Math.floor(i / 20) % 2) + random.unit() * 0.01,
    );
    const shuffled = Float64Array.from(bursts).sort((a, b) => Math.sin(a * 1e7) - Math.sin(b * 1e7));
    const width = (sample: Float64Array) => {
      const { low, high } = bootstrapMedian([sample], options(seededRandom(9), { level: 0.5 }));
      return high - low;
    };
    expect(width(bursts)).toBeGreaterThanOrEqual(width(shuffled));
  });

  it("never draws a block across two processes", () => {
    const near = new Float64Array(30).fill(1);
    const far = new Float64Array(31).fill(2);
    const found = bootstrapMedian([near, far], options(seededRandom(4)));
    expect(found).toEqual({ value: 2, low: 2, high: 2 });
  });
});
