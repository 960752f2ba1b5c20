import { describe, expect, test } from "vitest";
import { run } from "../../../src/cli/commands/explain.ts";
import type { CommandContext } from "../../../src/cli/context.ts";
import { EVENTS, STATES } from "../../../src/domain/lifecycle.ts";
import { METRICS } from "../../../src/domain/metrics.ts";
import { reasons } from "../../../src/domain/reasons/catalogue.ts";

async function explained(topic?: string, width = 1000): Promise<{ text: string; data: unknown }> {
  const told = { text: "", data: undefined as unknown };
  const console = {
    json: false,
    color: false,
    width,
    text: (text: string) => void (told.text = text),
    document: () => undefined,
    data: (value: unknown) => void (told.data = value),
    note: () => undefined,
  };
  const context: CommandContext = {
    console,
    surroundings: {
      repo: ".",
      ortDir: undefined,
      signal: new AbortController().signal,
      json: false,
      color: false,
    },
    signal: new AbortController().signal,
  };
  await run(context, topic);
  return told;
}

test("every name that modelgate uses is explained", async () => {
  const outcomes = ["PASS", "WARN", "FAIL", "INCONCLUSIVE", "NOT_APPLICABLE", "WAIVED"];
  for (const name of [...Object.keys(reasons), ...METRICS.keys(), ...EVENTS, ...STATES, ...outcomes]) {
    const { text } = await explained(name);
    expect(text.startsWith(`${name} (`)).toBe(true);
    expect(text).toMatch(/\)\n {2}\S/);
  }
});

test("an event: what it does, from where to where, and the command", async () => {
  expect(await explained("promote_to_canary")).toEqual({
    text: [
      "PROMOTE_TO_CANARY (event)",
      "The version takes the canary slot in a phase, a traffic share of the environment, or moves to a later phase.",
      "From SHADOW or CANARY to CANARY, in one environment.",
      "Example: modelgate promote flight-delay@1.1.0 --to CANARY --env prod --phase 5%",
    ].join("\n  "),
    data: expect.objectContaining({ event: "PROMOTE_TO_CANARY", to: "CANARY" }),
  });
});

describe("lists", () => {
  test("without a topic, of the lists", async () => {
    const { data } = await explained();
    expect(Object.keys(data as object)).toEqual(["codes", "metrics", "events", "states", "outcomes"]);
  });

  test.each(["codes", "metrics", "events", "states", "outcomes"])("%s", async (list) => {
    const { text, data } = await explained(list);
    expect(text.split("\n")).toHaveLength(Object.keys(data as object).length);
  });

  test.each(["codes", "metrics", "events"])("%s fit into 80 columns, with every name whole", async (list) => {
    const { text, data } = await explained(list, 80);
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
    for (const name of Object.keys(data as object)) expect(text).toMatch(new RegExp(`^${name}  `, "m"));
  });
});

test.each([
  ["parity.max_abs_dif", "Did you mean parity.max_abs_diff?"],
  ["PROMOTE_TO_PROD", "Did you mean PROMOTE_TO_PRODUCTION?"],
  ["constructor", 'There is nothing to explain called "constructor".'],
])("%s is not known", async (topic, says) => {
  await expect(explained(topic)).rejects.toMatchObject({
    code: "HOST_UNKNOWN_TOPIC",
    message: expect.stringContaining(says),
  });
});
