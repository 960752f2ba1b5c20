import { readFileSync } from "node:fs";

/** The part of vitest's JSON report that counts. */
interface Report {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
}

/** `N passed, N failed`. A file that could not be loaded has no failed test in it, but it has failed. */
export function testCount(report: Report): string {
  const failed =
    report.numFailedTests > 0 || report.success ? report.numFailedTests : report.numFailedTestSuites || 1;
  return `${report.numPassedTests} passed, ${failed} failed`;
}

if (import.meta.main) {
  const path = process.argv[2] ?? "";
  process.stdout.write(`${testCount(JSON.parse(readFileSync(path, "utf8")) as Report)}\n`);
}
