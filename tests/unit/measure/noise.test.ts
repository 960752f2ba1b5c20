import { describe, expect, it } from "vitest";
import { noiseOf } from "../../../src/measure/noise.ts";

const steady = Float64Array.from({ length: 20 }, (_, i) => 5 + (i % 2) * 0.2);
const jumpy = Float64Array.from({ length: 20 }, (_, i) => (i % 4 === 0 ? 8 : 5));

describe("noise of the runner", () => {
  it("is quiet when the calibration loop repeats within 15 %", () => {
    const noise = noiseOf([steady, steady], 0.01);
    expect(noise).toMatchObject({ noisy: false, steal_share: 0.01, calibration_samples: 40 });
    expect(noise.calibration_median_ms).toBeCloseTo(5.1, 12);
    expect(noise.cv).toBeCloseTo(0.0199, 4);
  });

  it("is noisy when the calibration loop varies by more than 15 %", () => {
    expect(noiseOf([jumpy], 0).noisy).toBe(true);
  });

  it("is noisy when the hypervisor took more than 5 % of the time", () => {
    expect(noiseOf([steady], 0.05).noisy).toBe(false);
    expect(noiseOf([steady], 0.051).noisy).toBe(true);
  });

  it("is noisy when two quiet processes ran at different speeds", () => {
    expect(noiseOf([steady, steady.map((time) => time * 1.5)], 0).noisy).toBe(true);
  });

  it("is noisy when nothing was calibrated, and quiet where the system does not tell of steal", () => {
    expect(noiseOf([], 0).noisy).toBe(true);
    expect(noiseOf([Float64Array.of(5)], 0).noisy).toBe(true);
    expect(noiseOf([steady], null).noisy).toBe(false);
  });
});
