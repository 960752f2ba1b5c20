import { assert, maxSafeInteger, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { GateError } from "../../../src/errors.ts";
import {
  flag,
  integer,
  type InputKind,
  lines,
  modelRef,
  oneOf,
  optional,
  text,
} from "../../../src/host/input-kinds.ts";
import { readInputs } from "../../../src/host/inputs.ts";

const from = (values: Readonly<Record<string, string>>) => (name: string) => values[name] ?? "";

function refusal(run: () => unknown): GateError {
  try {
    run();
  } catch (error) {
    if (error instanceof GateError) return error;
  }
  throw new Error("not refused");
}

describe("readInputs", () => {
  const spec = {
    model: modelRef,
    event: oneOf(["PROMOTE_TO_SHADOW", "RETIRE"]),
    environment: optional(text),
    seed: integer({ min: 0, max: 4_294_967_295 }),
    "dry-run": flag(false),
    reason: text,
    paths: lines,
  };

  it("gives one typed record", () => {
    const given = {
      model: " flight-delay@1.1.0\n",
      event: "RETIRE",
      seed: "1",
      "dry-run": "True",
      reason: "a new model",
      paths: "a\r\n\n  b \n",
    };
    expect(readInputs(spec, from(given))).toEqual({
      model: { id: "flight-delay", version: "1.1.0" },
      event: "RETIRE",
      environment: null,
      seed: 1,
      "dry-run": true,
      reason: "a new model",
      paths: ["a", "b"],
    });
  });

  it("lists every problem at once, in the order of the specification", () => {
    const error = refusal(() =>
      readInputs(spec, from({ model: "flight-delay", event: "retire", seed: "1.5" })),
    );
    expect(error.exitCode).toBe(2);
    expect(error.problems.map((p) => [p.code, p.message])).toEqual([
      [
        "HOST_INPUT_INVALID",
        'The input "model" is "flight-delay"; it must be a model and a version, like flight-delay@1.1.0.',
      ],
      ["HOST_INPUT_INVALID", 'The input "event" is "retire"; it must be one of PROMOTE_TO_SHADOW, RETIRE.'],
      ["HOST_INPUT_INVALID", 'The input "seed" is "1.5"; it must be a whole number from 0 to 4294967295.'],
      ["HOST_INPUT_MISSING", 'The input "reason" is empty.'],
    ]);
  });

  it("takes an empty flag for its default, as an expression that comes to nothing leaves it", () => {
    const flags = { "fan-in": flag(false), upload: flag(true) };
    expect(readInputs(flags, () => "")).toEqual({ "fan-in": false, upload: true });
  });

  it("says what is wrong with a version", () => {
    const [first] = refusal(() =>
      readInputs({ model: modelRef }, from({ model: "m@1.3.0+build.5" })),
    ).problems;
    expect(first.message).toBe(
      'The input "model" is "m@1.3.0+build.5"; it must be a model and a version, like flight-delay@1.1.0. +build.5 is build metadata, which does not tell two versions apart: write 1.3.0, or 1.3.0-build.5 for a pre-release.',
    );
  });

  it("quotes what it refuses: no control character survives, and a novel is cut", () => {
    const hostile = `\u001b[2J\n::set-output name=result::pass ${"x".repeat(10_000)}`;
    const [first] = refusal(() => readInputs({ model: modelRef }, from({ model: hostile }))).problems;
    expect(first.message).not.toMatch(/\p{Cc}/u);
    expect(first.message.length).toBeLessThan(250);
  });
});

describe("kinds of inputs", () => {
  const accepts = (kind: InputKind<unknown>, value: string): boolean => kind.parse(value).ok;

  it.each(["yes", "on", "1", "TrUe", "y"])("%s is no boolean", (value) => {
    expect(accepts(flag(false), value)).toBe(false);
  });

  it.each(["", " 1", "1e3", "0x10", "+1", "NaN", "Infinity", "1.0", "-1", "101", "9".repeat(400)])(
    "%s is no whole number from 0 to 100",
    (value) => {
      expect(accepts(integer({ min: 0, max: 100 }), value)).toBe(false);
    },
  );

  it("reads back every whole number in range, and no other", () => {
    assert(
      property(maxSafeInteger(), (n) => {
        const parsed = integer({ min: -1000, max: 1000 }).parse(String(n));
        expect(parsed).toMatchObject(Math.abs(n) <= 1000 ? { ok: true, value: n } : { ok: false });
      }),
    );
  });
});
