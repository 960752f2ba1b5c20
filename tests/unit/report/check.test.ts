import { describe, expect, it } from "vitest";
import { digestOf } from "../../../src/domain/digest.ts";
import { problem } from "../../../src/errors.ts";
import { evaluate } from "../../../src/policy/evaluate.ts";
import {
  checkAnnotations,
  type CheckFindings,
  checkHeadline,
  renderCheck,
  renderCheckMarkdown,
} from "../../../src/report/check.ts";
import { inputWith } from "../../support/judging.ts";

const LOOK = { width: 100, color: false };
const verdict = evaluate(inputWith());
const decision = { verdict, evidenceDigest: digestOf("pack") };

function found(more: Partial<CheckFindings>): CheckFindings {
  return { kind: "promotion", outcome: "PASS", problems: [], decisions: [], notes: [], ...more };
}

const mixture = problem("CHECK_MIXTURE", "a <b>mixture</b> of\n::error::x", {
  where: { file: "models/`x`" },
});

describe("what the check says", () => {
  it("starts with the answer of the verdict, and ends with what was looked at", () => {
    const report = found({
      outcome: verdict.outcome,
      decisions: [decision],
      notes: ["Measured again: parity."],
    });
    const text = renderCheck(report, LOOK);
    expect(text.split("\n")[0]).toBe(checkHeadline(report));
    expect(text.match(/Promote flight-delay 1\.1\.0 to PRODUCTION in prod/g)).toHaveLength(1);
    expect(text.trimEnd().split("\n").at(-1)).toBe("Measured again: parity.");
    expect(renderCheckMarkdown(report).trimEnd().split("\n").at(-1)).toBe("- Measured again: parity.");
  });

  it("tells below the answer what merging changes, who asks for it, and why", () => {
    const effect = ["In prod: PRODUCTION 1.0.0 -> 1.1.0."];
    const asked = { reason: "faster", by: "Ada" };
    const report = found({ outcome: verdict.outcome, decisions: [{ ...decision, effect, asked }] });
    for (const text of [renderCheck(report, LOOK), renderCheckMarkdown(report)])
      expect(text.split("\n\n").slice(1, 3)).toEqual([
        "Merging it changes where versions are. In prod: PRODUCTION 1.0.0 -> 1.1.0.",
        "Reason: faster (asked by Ada)",
      ]);
  });

  it("of an unrelated change is one sentence", () => {
    expect(renderCheck(found({ kind: "other" }), LOOK)).toBe("Nothing governed changed.\n");
    expect(renderCheckMarkdown(found({ kind: "other" }))).toBe("Nothing governed changed.\n");
  });

  it("of policies that are fine leaves the word to those who own them", () => {
    expect(checkHeadline(found({ kind: "policy" }))).toBe(
      "Policy change: PASS. May merge, once those who own it agree.",
    );
  });

  it("says the first problem and its code, then every one with its place and remedy", () => {
    const report = found({ kind: "registration", outcome: "FAIL", problems: [mixture, mixture] });
    expect(checkHeadline(report)).toBe(
      "Registration: FAIL. Must not merge: a <b>mixture</b> of : :error::x (CHECK_MIXTURE); and 1 more.",
    );
    const long = problem("CHECK_MIXTURE", "x".repeat(1000));
    expect(checkHeadline({ ...report, problems: [long] })).toBe(
      `Registration: FAIL. Must not merge: ${"x".repeat(159)}… (CHECK_MIXTURE).`,
    );
    const text = renderCheck(report, LOOK);
    expect(text).toContain("models/`x`  CHECK_MIXTURE");
    expect(text).toContain("Split it");
  });

  it("says once what a problem and a verdict's finding both tell", () => {
    const { code, message } = mixture;
    const findings = [
      { code, message, file: null },
      { code, message: "another one", file: null },
    ];
    const told = { ...decision, verdict: { ...verdict, findings } };
    const report = found({ kind: "registration", outcome: "FAIL", problems: [mixture], decisions: [told] });
    expect(checkAnnotations(report).map(({ title, message }) => [title, message.split("\n")[0]])).toEqual([
      [code, message.split("\n")[0]],
      [code, "another one"],
    ]);
    for (const text of [renderCheck(report, LOOK), renderCheckMarkdown(report)]) {
      expect(text.match(/mixture/g)).toHaveLength(2);
      expect(text).toContain("another one");
    }
  });

  it("annotates every finding, however many: limits are those of who shows them", () => {
    const findings = Array.from({ length: 25 }, (_, n) => ({ code: "X", message: `${n}`, file: null }));
    const told = { ...decision, verdict: { ...verdict, findings } };
    expect(checkAnnotations(found({ decisions: [told] }))).toHaveLength(25);
  });

  it("of several verdicts names the worst", () => {
    const failed = {
      ...verdict,
      outcome: "FAIL" as const,
      subject: { ...verdict.subject, version: "9.9.9" },
    };
    const report = found({
      kind: "registration",
      outcome: "FAIL",
      decisions: [decision, { ...decision, verdict: failed }],
    });
    expect(checkHeadline(report)).toMatch(/9\.9\.9.* \(and 1 more\)$/);
  });

  it("keeps foreign text harmless, in both formats", () => {
    const report = found({
      kind: "other",
      outcome: "FAIL",
      problems: [mixture],
      notes: ["\u001B[31m<img src=x>"],
    });
    const [text, markdown] = [renderCheck(report, LOOK), renderCheckMarkdown(report)];
    expect(text).not.toMatch(/^::/m);
    expect(markdown).not.toMatch(/(?<!\\)<|^::/m);
    for (const one of [text, markdown]) expect(one).not.toContain("\u001B");
  });

  it("stays below the limit that it is given", () => {
    const report = found({ kind: "registration", decisions: Array.from({ length: 20 }, () => decision) });
    expect(Buffer.byteLength(renderCheckMarkdown(report, 20_000))).toBeLessThanOrEqual(20_000);
  });
});
