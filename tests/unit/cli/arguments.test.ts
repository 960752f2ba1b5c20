import { describe, expect, it } from "vitest";
import { pastTime } from "../../../src/cli/arguments.ts";
import { codes, problemsOf } from "../../support/problems.ts";

const NOW = new Date("2026-11-20T10:00:00Z");

describe("the time of a question about the past", () => {
  it.each([
    ["2026-11-20T10:00:00Z", "2026-11-20T10:00:00.000Z"],
    ["2026-11-20T11:30:00+02:00", "2026-11-20T09:30:00.000Z"],
    ["2024-02-29", "2024-02-29T00:00:00.000Z"],
  ])("%s is %s", (text, time) => {
    expect(pastTime("--at", text, NOW).toISOString()).toBe(time);
  });

  it.each([
    "2026-02-31",
    "2025-02-29T10:00:00Z",
    "2026-13-01",
    "yesterday",
    "2026-11-20T10:00:00",
    "20261120",
    "",
  ])("%j is no time", async (text) => {
    expect(codes(await problemsOf(async () => pastTime("--at", text, NOW)))).toEqual([
      "HOST_ARGUMENT_INVALID",
    ]);
  });

  it("does not lie ahead: what is live tomorrow cannot be proved", async () => {
    const [problem] = await problemsOf(async () => pastTime("--at", "2026-11-20T10:00:01Z", NOW));
    expect(problem).toMatchObject({
      code: "HOST_ARGUMENT_INVALID",
      message: "--at is 2026-11-20T10:00:01Z; what will be then cannot be proved.",
    });
  });
});
