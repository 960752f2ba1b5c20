import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { markdownCell, markdownCode, markdownText, plainText } from "../../../src/report/escape.ts";

const ESC = "\u001B";

describe("plain text", () => {
  test.each([
    ["plain", "plain"],
    [`${ESC}[31mred${ESC}[0m`, "red"],
    [`${ESC}]0;title\u0007text`, "text"],
    [`${ESC}]8;;https://evil.example${ESC}\\link${ESC}]8;;${ESC}\\`, "link"],
    ["a\r\nb\u2028c\td", "a b c d"],
    ["admin\u202Enimda", "admin\\u{202e}nimda"],
    ["zero\u200Bwidth", "zero\\u{200b}width"],
    ["\u0007bell", "\\u{7}bell"],
    ["\u{E0041}tag", "\\u{e0041}tag"],
    ["::set-output name=a::b", ": :set-output name=a::b"],
    ["  ::add-mask::x", "  : :add-mask::x"],
    ["a ::error::b c::d", "a : :error::b c::d"],
    ["text ##[error]x", "text # #[error]x"],
    ["\n::error::x", " : :error::x"],
    ["half \uD800 pair", "half \uFFFD pair"],
    ["naïve 模型 👍🏽", "naïve 模型 👍🏽"],
  ])("%j becomes %j", (text, expected) => {
    expect(plainText(text)).toBe(expected);
  });

  test("one line without control characters, whatever comes in", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const line = plainText(text);
        expect(line).toMatch(/^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u);
        expect(line).not.toMatch(/(?:^|\s)::/);
        expect(line).not.toContain("##[");
      }),
    );
  });
});

describe("Markdown", () => {
  test.each([
    ["a | b", "a \\| b"],
    ["<img src=x onerror=alert(1)>", "\\<img src=x onerror=alert(1)>"],
    ["![x](https://evil.example/p.png)", "![x\\](https:\u200B//evil.example/p.png)"],
    ["[text](javascript:x)", "\\[text\\](javascript:x)"],
    ["see [text][ref]", "see [text\\][ref]"],
    [
      "*bold* _it_ snake_case_name ~no~ `code` $x$",
      "\\*bold\\* \\_it\\_ snake_case_name \\~no\\~ \\`code\\` \\$x\\$",
    ],
    ["@octocat and #12 and GH-7", "@\u200Boctocat and #\u200B12 and GH\u200B-7"],
    ["modelgate promote flight-delay@1.1.0 --to SHADOW", "modelgate promote flight-delay@1.1.0 --to SHADOW"],
    ["m@1.1.0-rc.1, m@1.1.0.", "m@1.1.0-rc.1, m@1.1.0."],
    [
      "m@1.1.0-rc a@b.org @1.1.0 é@12 _@a",
      "m@\u200B1.1.0-rc a@\u200Bb.org @\u200B1.1.0 é@\u200B12 \\_@\u200Ba",
    ],
    ["www.evil.example", "www\u200B.evil.example"],
    ["&lt;b&gt; R&D", "\\&lt;b\\&gt; R&D"],
    ["# heading", "\\# heading"],
    ["- item", "\\- item"],
    ["1. item", "1\\. item"],
    ["> quote", "\\> quote"],
    ["back\\slash", "back\\\\slash"],
    ["hard <= 1e-5 [7.7, 8.2] +93 %", "hard <= 1e-5 [7.7, 8.2] +93 %"],
    ["a\n\n| b |", "a \\| b \\|"],
  ])("%j becomes %j", (text, expected) => {
    expect(markdownText(text)).toBe(expected);
  });

  test("a cell needs no escapes for what begins a line", () => {
    expect([markdownCell("+93 %"), markdownText("+93 %")]).toEqual(["+93 %", "\\+93 %"]);
  });

  test.each([
    ["plain", "`plain`"],
    ["a ` b", "``a ` b``"],
    ["`", "`` ` ``"],
    ["a | b", "`a \\| b`"],
    ["a\nb", "`a b`"],
  ])("code %j becomes %j", (text, expected) => {
    expect(markdownCode(text)).toBe(expected);
  });
});
