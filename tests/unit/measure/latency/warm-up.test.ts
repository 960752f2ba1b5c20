import { describe, expect, it } from "vitest";
import { isWarm } from "../../../../src/measure/latency/warm-up.ts";

const times = (...windows: readonly number[]) =>
  windows.flatMap((time) => Array.from({ length: 10 }, () => time));

describe("warm-up", () => {
  it("takes 20 calls, when the second ten are within 5 % of the first", () => {
    expect(isWarm(times(1))).toBe(false);
    expect(isWarm(times(1, 1.04).slice(0, 19))).toBe(false);
    expect(isWarm(times(1, 1.04))).toBe(true);
  });

  it("goes on while the model gets faster or slower", () => {
    expect(isWarm(times(3, 2))).toBe(false);
    expect(isWarm(times(3, 2, 1))).toBe(false);
    expect(isWarm(times(3, 2, 1, 1.01))).toBe(true);
    expect(isWarm(times(1, 1.2))).toBe(false);
  });

  it("ends after 100 calls, for a model that never settles", () => {
    expect(isWarm(times(1, 2, 1, 2, 1, 2, 1, 2, 1))).toBe(false);
    expect(isWarm(times(1, 2, 1, 2, 1, 2, 1, 2, 1, 2))).toBe(true);
  });
});
