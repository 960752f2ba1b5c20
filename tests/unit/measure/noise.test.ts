import { describe, expect, it } from "vitest";
import { noiseOf } from "../../../src/measure/noise.ts";

const ticks = (length: number, at: (i: number) => number) => Float64Array.from({ length }, (_, i) => at(i));
const steady = ticks(40, (i) => 5 + (i % 2) * 0.2);
const of = (times: Float64Array, stealShare: number | null = 0) => ({ times, stealShare });

describe("noise of the runner", () => {
  it("is quiet when the calibration loop repeats within 15 %", () => {
    const noise = noiseOf([of(steady, 0.01), of(steady, 0.03)]);
    expect(noise).toMatchObject({ noisy: false, steal_share: 0.02, calibration_samples: 80 });
    expect(noise.calibration_median_ms).toBeCloseTo(5.1, 12);
    expect(noise.cv_all).toBeCloseTo(0.01973, 5);
  });

  it("is noisy when the calibration loop varies by more than 15 %", () => {
    expect(noiseOf([of(ticks(40, (i) => (i % 4 === 0 ? 9 : 5)))]).noisy).toBe(true);
  });

  it("stays quiet for a loop in fifty that lost its time slice: a p95 does not feel it", () => {
    const noise = noiseOf([of(ticks(100, (i) => (i % 50 === 0 ? 40 : 5)))]);
    expect(noise).toMatchObject({ noisy: false, cv: 0 });
    expect(noise.cv_all).toBeGreaterThan(0.5);
  });

  it("is noisy when the hypervisor took more than 5 % of the time", () => {
    expect(noiseOf([of(steady, 0.05)]).noisy).toBe(false);
    expect(noiseOf([of(steady, 0.051)]).noisy).toBe(true);
  });

  it("is noisy when two quiet processes ran at different speeds", () => {
    expect(noiseOf([of(steady), of(steady.map((time) => time * 1.5))]).noisy).toBe(true);
  });

  it("is noisy when nothing was calibrated, and quiet where the system does not tell of steal", () => {
    expect(noiseOf([]).noisy).toBe(true);
    expect(noiseOf([of(Float64Array.of(5))]).noisy).toBe(true);
    expect(noiseOf([of(steady, null)])).toMatchObject({ noisy: false, steal_share: null });
  });
});
