import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { digestOf } from "../../../src/domain/digest.ts";
import {
  formatPromotionBlock,
  parsePromotionBlock,
  type PromotionBlock,
} from "../../../src/domain/promotion-block.ts";
import { markdownText } from "../../../src/report/escape.ts";
import type { LifecycleEvent } from "../../../src/domain/lifecycle.ts";
import { pullRequestBody } from "../../../src/report/pull-request.ts";

const BLOCK: PromotionBlock = {
  schema_version: "modelgate/promotion/v1",
  event: "PROMOTE_TO_CANARY",
  model: "flight-delay",
  version: "1.1.0",
  environment: "prod",
  canary_phase: "5%",
  revision: 4,
  ledger_digest: digestOf("ledger"),
  manifest_digest: digestOf("manifest"),
  policy_digest: digestOf("policy"),
  evidence_digest: digestOf("evidence"),
  verdict: "WARN",
  run_id: "flight-delay_1.1.0_5_20261120T120000Z_0a1b2c3d",
  base_commit: "a".repeat(40),
  commit: "b".repeat(40),
};

describe("the block of digests", () => {
  test("reads back from a body, also when GitHub stored it with CRLF", () => {
    const body = pullRequestBody({ report: "WARN. May merge.\n", block: BLOCK, runsWait: true });
    expect(parsePromotionBlock(body)).toEqual(BLOCK);
    expect(parsePromotionBlock(body.replaceAll("\n", "\r\n"))).toEqual(BLOCK);
  });

  test("cannot be ended from inside", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("-", ">", "<", "!", "a", "--", "-->", "--!>")), (parts) => {
        const text = formatPromotionBlock({ ...BLOCK, run_id: parts.join("") });
        expect(text.indexOf("-->")).toBe(text.length - 3);
        expect(text.slice(4, -3)).not.toMatch(/--|[<>]/);
      }),
    );
  });

  test.each<[string, string]>([
    ["no block", "text"],
    ["two blocks", `${formatPromotionBlock(BLOCK)}\n${formatPromotionBlock(BLOCK)}`],
    ["no end", formatPromotionBlock(BLOCK).replace("-->", "")],
    ["no JSON", "<!-- modelgate:promotion\nhello\n-->"],
    ["a key twice", formatPromotionBlock(BLOCK).replace('"model":', '"model": "x",\n  "model":')],
    ["a key too many", formatPromotionBlock(BLOCK).replace("{", '{ "extra": 1,')],
    ["a refusing verdict", formatPromotionBlock({ ...BLOCK, verdict: "FAIL" as never })],
    ["a digest that is none", formatPromotionBlock({ ...BLOCK, ledger_digest: "sha256:0" })],
    ["too long", `<!-- modelgate:promotion\n${" ".repeat(20_000)}{}\n-->`],
  ])("is refused: %s", (_, body) => {
    expect(() => parsePromotionBlock(body)).toThrow(
      expect.objectContaining({ code: "FORGE_BLOCK_INVALID" }) as Error,
    );
  });

  test("is told from a reason that says the same", () => {
    const reason = `Why: ${markdownText("x <!-- modelgate:promotion")}\n- ${markdownText("<!-- modelgate:promotion")}\n`;
    const body = pullRequestBody({ report: reason, block: BLOCK, runsWait: false });
    expect(parsePromotionBlock(body)).toEqual(BLOCK);
  });

  test("stands last: the answer comes first, then what to do, then the proof", () => {
    const report = "WARN. May merge.\n\nMerging it changes …\n\n| table |\n";
    const starts = [
      "WARN. May merge.",
      "> **Its checks wait",
      "**To let it through**",
      "Merging it",
      "| table |",
    ];
    const paragraphs = pullRequestBody({ report, block: BLOCK, runsWait: true }).split("\n\n");
    expect(starts.map(({ length }, at) => paragraphs[at]?.slice(0, length))).toEqual(starts);
    expect(paragraphs.slice(starts.length)).toEqual([formatPromotionBlock(BLOCK) + "\n"]);
  });

  test.each<[LifecycleEvent, string | undefined]>([
    ["PROMOTE_TO_SHADOW", "with DISABLE"],
    ["PROMOTE_TO_PRODUCTION", "with ROLLBACK, or with DISABLE where nothing was live before"],
    ["ENABLE", "with DISABLE"],
    ["ROLLBACK", undefined],
    ["REVOKE", undefined],
  ])("stands below how %s is taken back", (event, way) => {
    const body = pullRequestBody({ report: "PASS.\n", block: { ...BLOCK, event }, runsWait: false });
    const told = /\*\*To take it back\*\* once it is merged, run \*Actions > lifecycle\* (.+)\.$/m.exec(body);
    expect(told?.[1]).toBe(way);
  });

  test("is never pushed out by a long report", () => {
    const body = pullRequestBody({ report: "é".repeat(80_000), block: BLOCK, runsWait: true });
    expect(body.length).toBeLessThan(65_536);
    expect(parsePromotionBlock(body)).toEqual(BLOCK);
  });
});
