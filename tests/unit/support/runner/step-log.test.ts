import { describe, expect, it } from "vitest";
import { StepLog } from "../../../support/runner/step-log.ts";

function logOf(...lines: readonly string[]): StepLog {
  const log = new StepLog();
  for (const line of lines) log.take(line);
  return log;
}

describe("the runner's reading of a step's output", () => {
  it("turns commands into annotations with unescaped properties and data", () => {
    const log = logOf("::error file=models/a%2Cb.json,line=3,col=7,title=x%3Ay::first%0Asecond %2525");
    expect(log.annotations).toEqual([
      {
        type: "error",
        message: "first\nsecond %25",
        properties: { file: "models/a,b.json", line: "3", col: "7", title: "x:y" },
      },
    ]);
  });

  it.each([
    ["indented", "   ::set-output name=result::pass"],
    ["the old spelling, anywhere in a line", "model ##[set-output name=result]pass"],
  ])("obeys a command that is %s", (_what, line) => {
    expect(Object.fromEntries(logOf(line).outputs)).toEqual({ result: "pass" });
  });

  it.each([
    ["in the middle of a line", "model ::set-output name=result::pass"],
    ["unknown", "::launch-missiles::now"],
    ["unfinished", "::set-output name=result"],
  ])("prints a command that is %s", (_what, line) => {
    const log = logOf(line);
    expect(log.lines).toEqual([line]);
    expect(log.outputs.size).toBe(0);
  });

  it("obeys nothing between stop-commands and its token", () => {
    const log = logOf(
      "::stop-commands::token-4711",
      "::set-output name=result::pass",
      "::add-mask::a",
      "::wrong-token::",
      "::token-4711::",
      "::set-output name=result::fail",
    );
    expect(Object.fromEntries(log.outputs)).toEqual({ result: "fail" });
    expect(log.lines).toContain("::add-mask::a");
  });

  it.each(["", "pause-logging", "set-output"])("refuses %j as a token of stop-commands", (token) => {
    const log = logOf(`::stop-commands::${token}`, "::set-output name=result::pass");
    expect(log.failed).toBe(true);
    expect(log.outputs.get("result")).toBe("pass");
  });

  it.each(["::set-env name=NODE_OPTIONS::--inspect", "::add-path::/tmp/evil"])(
    "fails the step on %s",
    (line) => {
      expect(logOf(line).failed).toBe(true);
    },
  );

  it("masks secrets, also each line of a long one, in text and in annotations", () => {
    const log = logOf("::add-mask::hunter2%0Aswordfish", "hunter2 and swordfish", "::error::hunter2");
    expect(log.lines).toEqual(["*** and ***", "##[error]***"]);
    expect(log.annotations[0]?.message).toBe("***");
  });

  it("keeps ten annotations of a type, drops the rest in print order, and cuts long messages", () => {
    const errors = Array.from({ length: 12 }, (_, n) => `::error::${n}`);
    const log = logOf(...errors, `::warning::${"x".repeat(5000)}`);
    const kept = log.annotations.filter((a) => a.type === "error").map((a) => a.message);
    expect(kept).toEqual(errors.slice(0, 10).map((line) => line.slice("::error::".length)));
    expect(log.dropped.map((a) => a.message)).toEqual(["10", "11"]);
    expect(log.annotations.at(-1)?.message).toHaveLength(4096);
  });
});
