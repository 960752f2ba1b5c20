import { describe, expect, it } from "vitest";
import { pairRatio } from "../../../src/measure/pairs.ts";
import { nearestRank, sorted } from "../../../src/measure/quantiles.ts";
import { seededRandom } from "../../../src/measure/random.ts";
import { syntheticPairs, syntheticSequence } from "../../support/synthetic-latency.ts";

const LIMIT = 1.2;
const TRIALS = 60;

function trial(ratio: number, seed: number) {
  const runner = { random: seededRandom(seed, 77), burst: 2, preempted: 0.05 };
  const processes = [1, 2, 3].map(() => syntheticPairs(runner, ratio, 100));
  return pairRatio(processes, seededRandom(seed))!;
}

function verdict({ low, high }: { low: number; high: number }): "fail" | "pass" | "inconclusive" {
  if (low > LIMIT) return "fail";
  return high <= LIMIT ? "pass" : "inconclusive";
}

/** One number against one number, as github-action-benchmark does it: p95 of 200 runs after 200 runs. */
function naiveVerdict(ratio: number, seed: number): "fail" | "pass" {
  const runner = { random: seededRandom(seed, 78), burst: 2, preempted: 0.05 };
  const { candidate, live } = syntheticSequence(runner, ratio, 200);
  return nearestRank(sorted(candidate), 0.95) / nearestRank(sorted(live!), 0.95) > LIMIT ? "fail" : "pass";
}

const trials = <T>(run: (seed: number) => T): T[] => Array.from({ length: TRIALS }, (_, seed) => run(seed));
const count = (verdicts: readonly string[], of: string): number => verdicts.filter((v) => v === of).length;

describe("paired ratio on a bursty runner, limit 1.20", () => {
  it.each([
    [1.0, "pass", "fail"],
    [1.1, "pass", "fail"],
    [1.3, "fail", "pass"],
    [1.5, "fail", "pass"],
  ])("a true ratio of %f comes out as %s, never as %s", (ratio, right, wrong) => {
    const verdicts = trials((seed) => verdict(trial(ratio, seed)));
    expect(count(verdicts, wrong)).toBe(0);
    expect(count(verdicts, right)).toBe(TRIALS);
  });

  it("keeps the harness honest: one number against one number is often wrong in this weather", () => {
    const falseAlarms = count(
      trials((seed) => naiveVerdict(1.1, seed)),
      "fail",
    );
    const missed = count(
      trials((seed) => naiveVerdict(1.3, seed)),
      "pass",
    );
    expect(falseAlarms).toBeGreaterThan(TRIALS / 10);
    expect(missed).toBeGreaterThan(TRIALS / 10);
  });

  it("holds the true ratio in its 90 % interval about nine times of ten", () => {
    const held = [1.0, 1.1, 1.3].flatMap((ratio) =>
      trials((seed) => {
        const { low, high } = trial(ratio, seed + 1000);
        return low <= ratio && ratio <= high;
      }),
    );
    const share = held.filter(Boolean).length / held.length;
    expect(share).toBeGreaterThan(0.84);
    expect(share).toBeLessThan(0.97);
  });

  it("estimates within two percent of the truth", () => {
    for (const { value } of trials((seed) => trial(1.3, seed)))
      expect(Math.abs(value / 1.3 - 1)).toBeLessThan(0.02);
  });
});

describe("processes that disagree", () => {
  const runner = () => ({ random: seededRandom(11), burst: 0, preempted: 0 });
  const mixed = [1.0, 1.0, 1.3].map((ratio) => syntheticPairs(runner(), ratio, 100));

  it("say so, and widen the interval to all their medians", () => {
    const found = pairRatio(mixed, seededRandom(1))!;
    expect(found.agrees).toBe(false);
    expect(found.spread).toBeCloseTo(1.3, 10);
    expect(found.low).toBeLessThanOrEqual(Math.min(...found.process_medians));
    expect(found.high).toBeGreaterThanOrEqual(Math.max(...found.process_medians));
    expect(verdict(found)).toBe("inconclusive");
  });

  it("agree within ten percent", () => {
    const near = [1.0, 1.04, 1.08].map((ratio) => syntheticPairs(runner(), ratio, 100));
    expect(pairRatio(near, seededRandom(1))!.agrees).toBe(true);
  });
});

describe("nothing to compare", () => {
  it("has no ratio without a live model or without pairs", () => {
    const alone = { candidate: Float64Array.of(1, 2), live: null };
    const empty = { candidate: new Float64Array(0), live: new Float64Array(0) };
    expect(pairRatio([alone], seededRandom(1))).toBeUndefined();
    expect(pairRatio([empty], seededRandom(1))).toBeUndefined();
    expect(pairRatio([], seededRandom(1))).toBeUndefined();
  });

  it("swapping candidate and live inverts the ratio", () => {
    const pairs = syntheticPairs({ random: seededRandom(2), burst: 1, preempted: 0.05 }, 1.3, 99);
    const swapped = { candidate: pairs.live!, live: pairs.candidate };
    const [there, back] = [pairRatio([pairs], seededRandom(1))!, pairRatio([swapped], seededRandom(1))!];
    expect(there.value * back.value).toBeCloseTo(1, 12);
  });
});
