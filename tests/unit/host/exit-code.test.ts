import { describe, expect, it } from "vitest";
import type { Outcome } from "../../../src/domain/outcome.ts";
import { GateError, gateError, problem } from "../../../src/errors.ts";
import {
  exitCodeOfError,
  exitCodeOfOutcome,
  resultOfError,
  resultOfOutcome,
} from "../../../src/host/exit-code.ts";

describe("exit codes", () => {
  it.each<[Outcome, 0 | 1, string]>([
    ["PASS", 0, "pass"],
    ["WARN", 0, "warn"],
    ["FAIL", 1, "fail"],
    ["INCONCLUSIVE", 1, "inconclusive"],
  ])("%s", (outcome, exit, result) => {
    expect([exitCodeOfOutcome(outcome), resultOfOutcome(outcome)]).toEqual([exit, result]);
  });

  const badInput = problem("HOST_INPUT_INVALID", "x");
  const broken = problem("HOST_CRASHED", "x");

  it.each<[string, unknown, number, string]>([
    ["bad input", gateError("HOST_INPUT_INVALID", "x"), 2, "error"],
    ["a broken tool", gateError("HOST_CRASHED", "x"), 3, "error"],
    ["the worst of several", new GateError([badInput, broken]), 3, "error"],
    ["a defect", new TypeError("x is not a function"), 3, "error"],
    ["something thrown that is no error", "boom", 3, "error"],
    ["an interrupt", new DOMException("stop", "AbortError"), 130, "error"],
    ["an interrupt that killed a model", gateError("ENGINE_INTERRUPTED", "x"), 130, "error"],
    ["an interrupt that killed git", gateError("GIT_INTERRUPTED", "x"), 130, "error"],
  ])("%s", (_what, error, exit, result) => {
    expect([exitCodeOfError(error), resultOfError(error)]).toEqual([exit, result]);
  });
});
