import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import {
  createProgress,
  formatBar,
  formatDuration,
  type ProgressStyle,
  progressStyle,
} from "../../../src/host/progress.ts";

function record(style: ProgressStyle, { color = false, quietMs = 2000 } = {}) {
  const stream = Object.assign(new PassThrough(), { isTTY: style === "bar", columns: 100, rows: 24 });
  let clock = 0;
  const progress = createProgress({ style, stream, color, now: () => clock, quietMs });
  const run = (total: number, secondsPerStep: number, phase = "benchmark") => {
    for (let done = 0; done <= total; done += 1, clock += secondsPerStep * 1000)
      progress.step(phase, done, total);
  };
  return { run, end: () => progress.end(), text: () => String(stream.read() ?? "") };
}

describe("where progress goes", () => {
  it.each([
    [{ json: false, isTTY: true, ci: false }, "bar"],
    [{ json: false, isTTY: true, ci: true }, "lines"],
    [{ json: false, isTTY: false, ci: false }, "lines"],
    [{ json: true, isTTY: true, ci: false }, "silent"],
  ] as const)("%o is shown as %s", (of, style) => {
    expect(progressStyle(of)).toBe(style);
  });
});

describe("lines, for CI and files", () => {
  it("say each quarter, with the time left, and not every step", () => {
    const { run, end, text } = record("lines");
    run(20, 2);
    end();
    expect(text().split("\n")).toEqual([
      "benchmark: 5 of 20   25 %  30 s left",
      "benchmark: 10 of 20   50 %  20 s left",
      "benchmark: 15 of 20   75 %  10 s left",
      "benchmark: 20 of 20  100 %",
      "",
    ]);
  });

  it("say nothing of what is over within two seconds", () => {
    const { run, end, text } = record("lines");
    run(8, 0.2, "parity");
    run(0, 1, "nothing");
    end();
    expect(text()).toBe("");
  });

  it("begin at once where somebody debugs a workflow", () => {
    const { run, text } = record("lines", { quietMs: 0 });
    run(2, 0.1, "parity");
    expect(text()).toBe("parity: 1 of 2   50 %  0 s left\nparity: 2 of 2  100 %\n");
  });

  it("begin when a measurement takes longer, with each phase anew", () => {
    const { run, text } = record("lines");
    run(1, 2, "parity");
    run(4, 0.75, "benchmark");
    expect(text().split("\n")).toEqual([
      "parity: 1 of 1  100 %",
      "benchmark: 3 of 4   75 %  1 s left",
      "benchmark: 4 of 4  100 %",
      "",
    ]);
  });
});

describe("a bar, for a terminal", () => {
  it("shows step, share and time left, and is gone at the end", () => {
    const { run, end, text } = record("bar");
    run(4, 90);
    end();
    const shown = stripVTControlCharacters(text());
    expect(shown).toContain("benchmark  ██████░░░░░░░░░░░░░░░░░░  1 of 4   25 %  4 min 30 s left");
    expect(shown).toContain("benchmark  ████████████████████████  4 of 4  100 %");
  });

  it("is shorter where its line would be wider than the terminal", () => {
    const phase = "benchmark, again on a noisy runner";
    const step = { phase, done: 5, total: 10, msLeft: 1000 };
    const bar = (columns: number) => formatBar(step, { color: false, columns });
    expect(bar(100)).toBe(`${phase}  ${"█".repeat(12)}${"░".repeat(12)}  5 of 10   50 %  1 s left`);
    expect(bar(80)).toBe(`${phase}  ████░░░░  5 of 10   50 %  1 s left`);
    expect(bar(40)).toBe(bar(80));
  });

  it("has colours only when it is told so", () => {
    const step = { phase: "parity", done: 1, total: 2, msLeft: 1000 };
    expect(formatBar(step, { color: false })).not.toContain("\u001b");
    expect(formatBar(step, { color: true })).toContain("\u001b[36m");
    expect(stripVTControlCharacters(formatBar(step, { color: true }))).toBe(
      formatBar(step, { color: false }),
    );
  });
});

describe("silence, beside JSON", () => {
  it("writes nothing", () => {
    const { run, end, text } = record("silent");
    run(4, 1);
    end();
    expect(text()).toBe("");
  });
});

describe("durations", () => {
  it.each([
    [-5, "0 s"],
    [1499, "1 s"],
    [125_000, "2 min 5 s"],
    [3_840_000, "1 h 4 min"],
  ])("%i ms reads %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it("an empty phase is done at once", () => {
    expect(formatBar({ phase: "nothing", done: 0, total: 0, msLeft: undefined }, { color: false })).toBe(
      "nothing  ████████████████████████  0 of 0  100 %",
    );
  });
});
