import { describe, expect, it } from "vitest";
import { testCount } from "../../../scripts/test-count.ts";

const report = { success: true, numPassedTests: 7, numFailedTests: 0, numFailedTestSuites: 0 };

describe("testCount", () => {
  it.each([
    [report, "7 passed, 0 failed"],
    [{ ...report, success: false, numFailedTests: 2, numFailedTestSuites: 1 }, "7 passed, 2 failed"],
    [{ ...report, success: false, numFailedTestSuites: 1 }, "7 passed, 1 failed"],
    [{ ...report, success: false }, "7 passed, 1 failed"],
  ])("%j", (given, line) => {
    expect(testCount(given)).toBe(line);
  });
});
