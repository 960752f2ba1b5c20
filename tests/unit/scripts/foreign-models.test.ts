import { expect, describe, it } from "vitest";
import { type Expectation, isAsExpected, type Walk } from "../../../scripts/foreign-models/expectation.ts";

describe("isAsExpected", () => {
  const expectation: Expectation = {
    expect: "fail",
    why: "",
    codes: [],
    until: "SHADOW",
    columns: [],
    file: "model.onnx",
  };
  const walk = (ended: Walk["ended"], result: Walk["result"], codes: string[] = []): Walk => ({
    ended,
    result,
    codes,
    missed: ended === "SHADOW" ? ["onnx-parity"] : [],
    widest: 80,
  });

  it.each([
    ["a pass that stops short", { expect: "pass" }, walk("REGISTER", "pass"), false],
    ["a pass as far as wanted", { expect: "pass" }, walk("SHADOW", "pass"), true],
    ["a failure at the registration", {}, walk("REGISTER", "fail"), true],
    ["a refusal instead of a failure", {}, walk("register", "refused"), false],
    [
      "a failure by another code",
      { codes: ["PARITY_NAN"] },
      walk("SHADOW", "fail", ["PARITY_INFINITE"]),
      false,
    ],
    ["a failure by a named objective", { codes: ["onnx-parity"] }, walk("SHADOW", "fail"), true],
    ["a canary that fails in the shadow", { until: "CANARY" }, walk("SHADOW", "fail"), false],
    ["a refusal before it is registered", { expect: "refused" }, walk("init", "refused"), true],
    ["a refusal that comes with the first promotion", { expect: "refused" }, walk("SHADOW", "fail"), false],
    ["a tool that broke", { expect: "refused" }, walk("REGISTER", "broke"), false],
  ] as const)("%s", (_, more, walked, right) => {
    expect(isAsExpected(walked, { ...expectation, ...more })).toBe(right);
  });
});
