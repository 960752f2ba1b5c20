import { describe, expect, it } from "vitest";
import { gateError, tried, triedOr } from "../../src/errors.ts";

const REFUSAL = gateError("FILE_MISSING", "It is not there.");
const refused = (): never => {
  throw REFUSAL;
};
const broken = (): never => {
  throw new TypeError("broken");
};

describe("what may be refused", () => {
  it("is what was read, or the refusal as a value", async () => {
    expect(tried(() => 1)).toBe(1);
    expect(tried(refused)).toBe(REFUSAL);
    expect(await tried(async () => 1)).toBe(1);
    expect(await tried(async () => refused())).toBe(REFUSAL);
  });

  it("has something else in its place", async () => {
    expect(triedOr(null, () => 1)).toBe(1);
    expect(triedOr(null, refused)).toBeNull();
    expect(await triedOr(null, async () => 1)).toBe(1);
    expect(await triedOr(null, async () => refused())).toBeNull();
  });

  it("hides nothing that broke", async () => {
    expect(() => tried(broken)).toThrow(TypeError);
    expect(() => triedOr(null, broken)).toThrow(TypeError);
    await expect(tried(async () => broken())).rejects.toThrow(TypeError);
    await expect(triedOr(null, async () => broken())).rejects.toThrow(TypeError);
  });
});
