import { describe, expect, it } from "vitest";
import { tailRatio } from "../../../../src/measure/latency/tail-ratio.ts";
import { seededRandom } from "../../../../src/measure/random.ts";

const INPUTS = 40;
const REPEATS = 6;

/** Both models take 1 ms; `slow` inputs take the candidate `factor` times as long; noise only ever adds. */
function times(of: { slow: readonly number[]; factor: number; noise: boolean }) {
  const random = seededRandom(7);
  const added = () => (of.noise && random.below(5) === 0 ? random.below(50) : 0);
  const pairs = Array.from({ length: INPUTS * REPEATS }, (_, pair) => pair % INPUTS);
  return {
    candidate: Float64Array.from(pairs, (input) => (of.slow.includes(input) ? of.factor : 1) + added()),
    live: Float64Array.from(pairs, () => 1 + added()),
  };
}

const SLOW = [3, 9, 17, 21, 33];

describe("tail ratio", () => {
  it("is 1 for equal models", () => {
    const processes = [times({ slow: [], factor: 1, noise: false })];
    expect(tailRatio(processes, INPUTS, seededRandom(1))).toEqual({
      value: 1,
      low: 1,
      high: 1,
      level: 0.9,
      inputs: INPUTS,
      repeats: REPEATS,
    });
  });

  it("shows inputs that are slow for the candidate alone, which the median pair does not", () => {
    const found = tailRatio([times({ slow: SLOW, factor: 4, noise: false })], INPUTS, seededRandom(1));
    expect(found?.value).toBe(4);
  });

  it("is not moved by noise that only adds", () => {
    const noisy = [1, 2, 3].map(() => times({ slow: SLOW, factor: 4, noise: true }));
    expect(tailRatio(noisy, INPUTS, seededRandom(1))?.value).toBe(4);
    const equal = [1, 2, 3].map(() => times({ slow: [], factor: 1, noise: true }));
    expect(tailRatio(equal, INPUTS, seededRandom(1))?.value).toBe(1);
  });

  it("is undefined without a live model, and counts the fewest repeats of an input", () => {
    const alone = { candidate: Float64Array.of(1, 2), live: null };
    expect(tailRatio([alone], 2, seededRandom(1))).toBeUndefined();
    const short = { candidate: Float64Array.of(1, 1, 1), live: Float64Array.of(1, 1, 1) };
    expect(tailRatio([short], 2, seededRandom(1))?.repeats).toBe(1);
  });

  it("gives the same interval for the same seed", () => {
    const processes = [times({ slow: SLOW, factor: 2, noise: true })];
    expect(tailRatio(processes, INPUTS, seededRandom(3))).toEqual(
      tailRatio(processes, INPUTS, seededRandom(3)),
    );
  });
});
