import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatPlace, GateError } from "../../../src/errors.ts";
import { parsePolicies } from "../../../src/policy/parse-policies.ts";
import { parseRetention } from "../../../src/policy/parse-retention.ts";
import { DEFAULT_RETENTION } from "../../../src/policy/retention.ts";
import { RETENTION_FILE } from "../../../src/domain/policy-files.ts";
import { shippedSources, source } from "../../support/judging.ts";

const HEAD = "apiVersion: modelgate/v1\nkind: RetentionPolicy\n";

function problemsOf(parse: () => unknown): readonly string[] {
  try {
    parse();
    return [];
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    return error.problems.map(({ where, code }) => `${where ? formatPlace(where) : ""} ${code}`);
  }
}

const policy = (classes: string) => source(RETENTION_FILE, `${HEAD}classes:\n${classes}`);

describe("the retention policy", () => {
  it("that ships says what holds without one", () => {
    const bytes = readFileSync(new URL(`../../../${RETENTION_FILE}`, import.meta.url));
    expect(parseRetention({ path: RETENTION_FILE, bytes })).toEqual(DEFAULT_RETENTION);
    expect(DEFAULT_RETENTION).toEqual({ critical: 90, daily: 30 });
  });

  it("has days of its own for each class, up to what a private repository may keep", () => {
    const text = "  critical: { days: 400 }\n  daily: { days: 1 }\n";
    expect(parseRetention(policy(text))).toEqual({ critical: 400, daily: 1 });
  });

  it.each([
    ["critical: { days: 401 }\n  daily: { days: 30 }", ["4:21 DOCUMENT_VALUE_INVALID"]],
    [
      "critical: { days: 0 }\n  daily: { days: 0 }",
      ["4:21 DOCUMENT_VALUE_INVALID", "5:18 DOCUMENT_VALUE_INVALID"],
    ],
    ["critical: { days: 1.5 }\n  daily: { days: 1 }", ["4:21 DOCUMENT_TYPE_WRONG"]],
    ['critical: { days: "90" }\n  daily: { days: 30 }', ["4:21 DOCUMENT_TYPE_WRONG"]],
    ["critical: { days: 10 }\n  daily: { days: 30 }", ["4:21 POLICY_RETENTION_INVERTED"]],
    ["critical: { days: 90 }", ["4:3 DOCUMENT_KEY_MISSING"]],
    [
      "critical: { days: 90 }\n  dayly: { days: 30 }",
      ["4:3 DOCUMENT_KEY_MISSING", "5:3 DOCUMENT_KEY_UNKNOWN"],
    ],
    ["critical: { days: 90, days: 3 }\n  daily: { days: 30 }", ["4:25 DOCUMENT_DUPLICATE_KEY"]],
  ])("%j is refused with its place", (classes, places) => {
    const found = problemsOf(() => parseRetention(policy(`  ${classes}\n`)));
    expect(found).toEqual(places.map((place) => `${RETENTION_FILE}:${place}`));
    const all = [...shippedSources(), policy(`  ${classes}\n`)];
    expect(problemsOf(() => parsePolicies(all))).toEqual(found);
  });

  it("is nothing else", () => {
    const waivers = source(RETENTION_FILE, "apiVersion: modelgate/v1\nkind: Waivers\nwaivers: []\n");
    expect(problemsOf(() => parseRetention(waivers))).toEqual([`${RETENTION_FILE}:2:7 POLICY_KIND_UNKNOWN`]);
  });

  it("judges nothing", () => {
    const without = parsePolicies(shippedSources());
    expect(
      parsePolicies([...shippedSources(), policy("  critical: { days: 2 }\n  daily: { days: 1 }\n")]),
    ).toEqual(without);
  });
});
