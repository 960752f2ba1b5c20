import * as fc from "fast-check";
import stringWidth from "fast-string-width";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import type { Measurement } from "../../../src/domain/evidence.ts";
import type { Verdict } from "../../../src/domain/verdict.ts";
import { gateError, type Problem } from "../../../src/errors.ts";
import { evaluate, type EvaluateInput } from "../../../src/policy/evaluate.ts";
import { parsePolicies } from "../../../src/policy/parse-policies.ts";
import { annotationsOf } from "../../../src/report/annotations.ts";
import { headlineOf } from "../../../src/report/headline.ts";
import { renderMarkdown } from "../../../src/report/markdown.ts";
import { renderSarif, renderSarifProblems } from "../../../src/report/sarif.ts";
import { renderTerminal } from "../../../src/report/terminal.ts";
import { renderValidation, renderValidationMarkdown } from "../../../src/report/validation.ts";
import {
  EMPTY_LEDGER,
  ENVIRONMENTS,
  evidenceWith,
  gateSource,
  goodMeasurements,
  inputWith,
  measurement,
  REQUEST,
} from "../../support/judging.ts";

function verdictWith(
  changes: Readonly<Record<string, Measurement | null>> = {},
  more: Partial<EvaluateInput> = {},
): Verdict {
  const measured = goodMeasurements().flatMap((one) => {
    const change = changes[one.metric];
    return change === null ? [] : [change ?? one];
  });
  return evaluate(inputWith({ evidence: evidenceWith(measured), ...more }));
}

const SLOW = measurement("benchmark.latency_ratio", 9.3, { interval: { low: 9.1, high: 9.5, level: 0.9 } });
const FIXED = measurement("benchmark.p95_batch32_ms", 0, {
  state: "not_applicable",
  value: null,
  reason: "BENCHMARK_NO_BATCH_AXIS",
  note: "All input dimensions of the model are fixed.",
});
const WRONG = measurement("parity.elements_over_tolerance", 39, {
  note: 'Output "variable": 39 of 64 numbers differ by more than 1e-5 (worst 7.6e-5).',
});

describe("the reason of a revocation", () => {
  test.each([["poisoned"], ["poisoned."], ["why?"]])("%s ends before the remedy begins", (reason) => {
    const says = `Its dataset is revoked: ${reason}`;
    const revoked = [{ id: "dataset", reason: "TRUST_DATASET_REVOKED", says }] as const;
    const ended = `${says.replace(/d$/, "d.")} Train a new version`;
    expect(renderMarkdown(verdictWith({}, { revoked }))).toContain(ended);
    expect(renderTerminal(verdictWith({}, { revoked }), { width: 400 })).toContain(ended);
  });
});

describe("headline", () => {
  test.each<[Verdict, string]>([
    [
      verdictWith(),
      "Promote flight-delay 1.1.0 to PRODUCTION in prod: PASS. May merge; all 15 objectives passed.",
    ],
    [
      verdictWith({ "benchmark.latency_ratio": SLOW }),
      "Promote flight-delay 1.1.0 to PRODUCTION in prod: WARN. May merge; 1 soft limit missed.",
    ],
    [
      verdictWith({ "parity.elements_over_tolerance": WRONG, "parity.cases": null }),
      "Promote flight-delay 1.1.0 to PRODUCTION in prod: FAIL. Must not merge: elements over tolerance is 39 (hard == 0); parity cases was not measured.",
    ],
    [
      verdictWith({
        "parity.elements_over_tolerance": measurement("parity.elements_over_tolerance", 0, {
          state: "inconclusive",
          value: null,
          note: "The child was stopped.",
        }),
      }),
      "Promote flight-delay 1.1.0 to PRODUCTION in prod: INCONCLUSIVE. Must not merge yet, it could not be told: The child was stopped.",
    ],
    [
      evaluate(inputWith({ evidence: [] })),
      "Promote flight-delay 1.1.0 to PRODUCTION in prod: FAIL. Must not merge: integrity problems was not measured; elements over tolerance was not measured; parity, diff to scale was not measured; and 12 more.",
    ],
    [
      evaluate(inputWith({ request: { ...REQUEST, event: "PROMOTE_TO_CANARY", phase: "5%" } })),
      "Promote flight-delay 1.1.0 to CANARY (5%) in prod: PASS. May merge; all 12 objectives passed.",
    ],
    [
      verdictWith({ "benchmark.p95_batch32_ms": FIXED }),
      "Promote flight-delay 1.1.0 to PRODUCTION in prod: PASS. May merge; 14 of 15 passed, 1 not evaluated.",
    ],
    [
      verdictWith({
        "benchmark.p95_batch32_ms": FIXED,
        "benchmark.noise_cv": measurement("benchmark.noise_cv", 0.4),
      }),
      "Promote flight-delay 1.1.0 to PRODUCTION in prod: WARN. May merge; 1 soft limit missed, 1 objective not evaluated.",
    ],
    [
      evaluate(inputWith({ request: { ...REQUEST, event: "ROLLBACK" } })),
      "Roll back flight-delay to 1.1.0 in prod: PASS. May merge; its objective passed.",
    ],
    [
      evaluate(inputWith({ request: { ...REQUEST, event: "DISABLE" } })),
      "Disable flight-delay 1.1.0 in prod: PASS. May merge; all requirements are met.",
    ],
    [
      evaluate(inputWith({ request: { ...REQUEST, event: "REVOKE", environment: null, reason: "" } })),
      "Revoke flight-delay 1.1.0: FAIL. Must not merge: No reason was given.",
    ],
  ])("%#", (verdict, expected) => {
    expect(headlineOf(verdict)).toBe(expected);
  });
});

test("headline, what to do, needs and annotations have one order: the worst first, numbers before requirements", () => {
  const soft = `objectives:\n  - { id: slow, metric: benchmark.p95_batch32_ms, soft: "<= 1", why: w, fix: f }\n`;
  const strict = `requires: { reason: true, soak: { state: CANARY, at_least: 24h }, freshness: { parity: 30m } }
objectives:
  - { id: unknown, metric: parity.cases, hard: ">= 1", why: w, fix: f }
  - { id: wrong, metric: parity.elements_over_tolerance, hard: "== 0", why: w, fix: f }
`;
  const unknown = measurement("parity.cases", 0, { state: "inconclusive", value: null, note: "Too noisy." });
  const verdict = verdictWith(
    { "parity.elements_over_tolerance": WRONG, "parity.cases": unknown },
    { policies: parsePolicies([gateSource(soft, "a-first"), gateSource(strict), ENVIRONMENTS]) },
  );
  const lines = renderMarkdown(verdict).split("\n");
  const listed = (title: string): readonly string[] => {
    const from = lines.indexOf(title) + 2;
    return lines.slice(from, lines.indexOf("", from)).map((line) => line.slice(2).split(": ")[0] ?? "");
  };
  const todo = ["wrong", "freshness-parity", "unknown", "soak", "slow"];
  expect(listed("What to do:")).toEqual(todo);
  expect(annotationsOf(verdict).map(({ title }) => title.split("/")[1])).toEqual(todo);
  expect(listed("Needs:")).toEqual(["FAIL", "INCONCLUSIVE", "PASS"]);
  expect(headlineOf(verdict)).toMatch(
    /Must not merge: elements over tolerance is 39 \(hard == 0\); The parity evidence is/,
  );
});

test("what a measurement says of its number leads where its limit is missed, and nowhere else", () => {
  const line =
    'Output "variable": 39 of 64 numbers differ by more than 1e-5 (worst 7.6e-5). Elements over tolerance is 39, which misses the hard limit == 0.';
  expect(renderTerminal(verdictWith({ "parity.elements_over_tolerance": WRONG }), { width: 1000 })).toContain(
    line,
  );
  const fine = { ...WRONG, value: 0, note: "Nothing." };
  expect(renderTerminal(verdictWith({ "parity.elements_over_tolerance": fine }))).not.toContain("Nothing.");
});

test("the same words on a terminal and on GitHub", () => {
  const verdict = verdictWith({ "parity.elements_over_tolerance": WRONG, "benchmark.latency_ratio": SLOW });
  const words = (text: string): string =>
    text
      .replaceAll(/^[|\s-]+$/gm, "")
      .replaceAll(/[|`\\]/g, " ")
      .replaceAll(/\s+/g, " ")
      .trim();
  expect(words(renderTerminal(verdict, { width: 1000 }))).toBe(words(renderMarkdown(verdict)));
});

describe("terminal", () => {
  const verdict = verdictWith({ "parity.elements_over_tolerance": WRONG, "benchmark.latency_ratio": SLOW });

  test.each([60, 80, 120])("fits into %i columns", (width) => {
    const lines = renderTerminal(verdict, { width }).split("\n");
    expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(width);
  });

  test("colours only when told", () => {
    expect(renderTerminal(verdict)).not.toContain("\u001B");
    const painted = renderTerminal(verdict, { color: true });
    expect(painted).toContain("\u001B[31mFAIL\u001B[39m");
    expect(stripVTControlCharacters(painted)).toBe(renderTerminal(verdict));
  });
});

describe("table", () => {
  const header = (verdict: Verdict): string | undefined =>
    renderTerminal(verdict, { width: 120 })
      .split("\n")
      .find((line) => line.includes("objective "));

  test("has columns for the live version only where something was compared with it", () => {
    expect(header(verdictWith())).toMatch(/^ +objective +live 1\.0\.0 +candidate 1\.1\.0 +change +limit$/);
    const shadow = evaluate(inputWith({ request: { ...REQUEST, event: "PROMOTE_TO_SHADOW" } }));
    expect(header(shadow)).toMatch(/^ +objective +candidate 1\.1\.0 +limit$/);
  });

  test("writes a share beside a limit in percent as percent, apart from the limit", () => {
    const noisy = verdictWith({ "benchmark.noise_cv": measurement("benchmark.noise_cv", 0.2001) });
    expect(renderTerminal(noisy, { width: 120 })).toMatch(
      /^WARN +noise of the runner +20\.01 % +soft <= 20 %$/m,
    );
    expect(renderTerminal(noisy, { width: 200 })).toContain(
      "noise of the runner is 20.01 %, which misses the soft limit <= 20 %.",
    );
  });
});

describe("length", () => {
  const many = gateSource(
    `objectives:\n${Array.from({ length: 120 }, (_, index) => `  - { id: o${index}, metric: parity.elements_over_tolerance, hard: "== 0", why: ${"w".repeat(500)}, fix: f }\n`).join("")}`,
  );
  const verdict = verdictWith(
    { "parity.elements_over_tolerance": WRONG },
    { policies: parsePolicies([many, ENVIRONMENTS]) },
  );

  test("a short report is whole", () => {
    expect(renderMarkdown(verdict, { maxBytes: 1_000_000 })).not.toContain("Left out");
  });

  test.each([60_000, 20_000, 2_000])(
    "whole sections go to stay below %i bytes, and are named",
    (maxBytes) => {
      const text = renderMarkdown(verdict, { maxBytes });
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxBytes);
      expect(text).toMatch(/^Promote flight-delay 1\.1\.0 to PRODUCTION in prod: FAIL\./);
      expect(text).toMatch(/Left out for length: .*what to do.* Everything is in verdict\.json\.\n$/);
      const rows = text.split("\n").filter((line) => line.startsWith("|"));
      expect([0, 122]).toContain(rows.length);
    },
  );
});

describe("hostile text", () => {
  const PAYLOAD = "x|<img src=x>\n::error::pwned ![a](http://e.example) @octocat \u202E `b` \u001B[31m";
  const hostile = verdictWith(
    {
      "parity.elements_over_tolerance": measurement("parity.elements_over_tolerance", 0, {
        state: "undefined",
        value: null,
        note: PAYLOAD,
        reason: PAYLOAD,
      }),
    },
    { history: { since: null, refusedBefore: [{ version: PAYLOAD, objectives: [PAYLOAD] }] } },
  );

  test("stays text in Markdown", () => {
    const text = renderMarkdown(hostile);
    expect(text).not.toMatch(/(?<!\\)<img|(?<!\\)\]\(|@octocat|[\p{Cf}--\u200B]|^\s*::/mv);
  });

  test("stays text on a terminal, in annotations and in SARIF", () => {
    const rest = [
      renderTerminal(hostile),
      ...annotationsOf(hostile).flatMap(({ title, message }) => [title, message]),
      renderSarif(hostile),
    ];
    for (const text of rest) expect(text).not.toMatch(/[\p{Cc}--\n]|[\p{Cf}--\u200B]|^\s*::/mv);
  });

  test("never breaks a table", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (note) => {
        const verdict = verdictWith({}, { baseline: { ...inputWith().baseline!, version: note } });
        const rows = renderMarkdown(verdict)
          .split("\n")
          .filter((line) => line.startsWith("|"));
        expect(rows).toHaveLength(17);
        expect(new Set(rows.map((row) => row.replaceAll(/\\[\\|]/g, "").split("|").length))).toEqual(
          new Set([8]),
        );
      }),
      { numRuns: 50 },
    );
  });
});

test("annotations: every shortfall, errors first, on the policy's line; a message of 4 KiB at most", () => {
  const verdict = verdictWith({ "parity.elements_over_tolerance": WRONG, "benchmark.latency_ratio": SLOW });
  expect(annotationsOf(verdict).map(({ level, title, where }) => [level, title, where?.file])).toEqual([
    ["error", "GATE_HARD_LIMIT_MISSED: production/onnx-parity", "policies/gates/production.yaml"],
    ["warning", "GATE_SOFT_LIMIT_MISSED: production/not-slower-than-live", "policies/gates/production.yaml"],
  ]);
  const findings = Array.from({ length: 30 }, (_, index) => ({
    code: "SOME_FINDING",
    message: `${index} ${"x".repeat(5000)}`,
    file: null,
  }));
  const annotations = annotationsOf({ ...verdict, findings });
  expect(annotations.map(({ level }) => level)).toEqual(["error", ...Array<string>(31).fill("warning")]);
  expect(Math.max(...annotations.map(({ message }) => message.length))).toBe(4096);
});

test("SARIF has one rule for each objective, and no result for what passed", () => {
  const log = JSON.parse(
    renderSarif(verdictWith({ "parity.elements_over_tolerance": WRONG, "benchmark.latency_ratio": SLOW })),
  ) as {
    version: string;
    runs: { tool: { driver: { rules: { id: string }[] } }; results: { ruleId: string; level: string }[] }[];
  };
  expect(log.version).toBe("2.1.0");
  expect(log.runs[0]!.tool.driver.rules.map(({ id }) => id)).toEqual([
    "production/not-slower-than-live",
    "production/onnx-parity",
  ]);
  expect(log.runs[0]!.results.map(({ ruleId, level }) => [ruleId, level])).toEqual([
    ["production/onnx-parity", "error"],
    ["production/not-slower-than-live", "warning"],
  ]);
});

test("the way back is named when there is one", () => {
  const cold = { ledger: EMPTY_LEDGER, baseline: null };
  const last = (more: Partial<EvaluateInput>): string =>
    /(?:Roll back|Turn it off) with: (.*)/.exec(renderMarkdown(evaluate(inputWith(more))))?.[1] ?? "none";
  expect([
    last({}),
    last({ request: { ...REQUEST, event: "PROMOTE_TO_SHADOW" } }),
    last({ ...cold, request: { ...REQUEST, event: "ROLLBACK" } }),
    last({ evidence: [] }),
  ]).toEqual([
    '`modelgate rollback flight-delay --env prod --reason "…"`',
    '`modelgate disable flight-delay@1.1.0 --env prod --reason "…"`',
    "none",
    "none",
  ]);
});

test("what was refused again and again for the same is counted and named once", () => {
  const refused = { version: "1.2.0", objectives: ["integrity", "onnx-parity"] };
  const refused_before = [{ version: "1.1.0", objectives: ["integrity"] }, refused, refused, refused];
  expect(renderMarkdown({ ...verdictWith(), refused_before })).toContain(
    "Refused before: 4 (1.1.0, integrity; 1.2.0, integrity, onnx-parity, 3 times).",
  );
});

describe("what merging changes", () => {
  const context = {
    effect: ["In prod: PRODUCTION 1.0.0 -> 1.1.0."],
    asked: { reason: "better\n::error::x", by: "Ada <ada@example.org>" },
  };

  test("stands right below the answer, with reason and requester as plain text", () => {
    expect(
      renderTerminal(verdictWith(), { ...context, width: 120 })
        .split("\n\n")
        .slice(1, 3),
    ).toEqual([
      "Merging it changes where versions are. In prod: PRODUCTION 1.0.0 -> 1.1.0.",
      "Reason: better : :error::x (asked by Ada <ada@example.org>)",
    ]);
  });

  test("is left out when it must not be merged", () => {
    const refused = verdictWith({ "parity.elements_over_tolerance": WRONG });
    expect(renderTerminal(refused, context)).toBe(renderTerminal(refused));
  });
});

describe("lists of problems", () => {
  const problems: readonly Problem[] = [
    ...gateError("POLICY_EMPTY", "There is no gate policy.").problems,
    ...gateError("POLICY_METRIC_UNKNOWN", 'There is no metric "b".', {
      where: { file: "b.yaml", line: 10, column: 2 },
      fix: "Did you mean c?",
    }).problems,
    ...gateError("POLICY_METRIC_UNKNOWN", 'There is no metric "a|".', {
      where: { file: "b.yaml", line: 9, column: 2 },
      fix: "Fix it.",
    }).problems,
  ];

  test("are sorted by place, each with its remedy", () => {
    expect(renderValidation(problems)).toBe(`POLICY_EMPTY  There is no gate policy.
  Add a GatePolicy under policies/gates/; \`modelgate init\` writes one for every event.

b.yaml:9:2  POLICY_METRIC_UNKNOWN  There is no metric "a|".
  Fix it.

b.yaml:10:2  POLICY_METRIC_UNKNOWN  There is no metric "b".
  Did you mean c?
`);
  });

  test("keep something to copy as it is, line by line", () => {
    const fix = "Add to the job:\n\npermissions:\n  contents: write\n```";
    const [one] = gateError("FORGE_PERMISSION_MISSING", "No.", { fix }).problems;
    expect(renderValidationMarkdown([one]).split("\n")).toEqual([
      "- No. (FORGE_PERMISSION_MISSING)  ",
      "",
      "  ```text",
      "  Add to the job:",
      "",
      "  permissions:",
      "    contents: write",
      "  '''",
      "  ```",
      "",
    ]);
  });

  test("are a list on GitHub, the remedy below what is wrong, and results in SARIF", () => {
    expect(renderValidationMarkdown(problems.slice(1)).split("\n")).toEqual([
      '- b.yaml:9:2: There is no metric "a\\|". (POLICY_METRIC_UNKNOWN)  ',
      "  Fix it.",
      '- b.yaml:10:2: There is no metric "b". (POLICY_METRIC_UNKNOWN)  ',
      "  Did you mean c?",
      "",
    ]);
    const log = JSON.parse(renderSarifProblems(problems)) as { runs: { results: unknown[] }[] };
    expect(log.runs[0]!.results).toHaveLength(3);
  });
});
