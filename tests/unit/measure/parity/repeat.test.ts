import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Tensor } from "../../../../src/domain/tensor.ts";
import { bitDifference, rerunOrder, RerunTally } from "../../../../src/measure/parity/repeat.ts";
import { notRepeated, repeatable, repeatFindings } from "../../../../src/measure/parity/repeatable.ts";
import { tensor } from "../../../support/onnx-writer.ts";

const floats = (...values: number[]): Tensor => tensor("y", "float32", [values.length], values);
const withBits = (...bits: number[]): Tensor =>
  ({
    ...floats(...bits),
    data: new Float32Array(Uint32Array.from(bits).buffer),
  }) as Tensor;

describe("two answers to the same inputs", () => {
  it.each<[string, Tensor, Tensor, string | null]>([
    ["the same bits", floats(1, 2), floats(1, 2), null],
    ["one bit", floats(1, 2), withBits(0x3f800000, 0x40000001), "at [1] 2, then 2.000000238418579"],
    ["another payload of NaN", withBits(0x7fc00000), withBits(0x7fc00001), null],
    ["NaN and a number", floats(NaN), floats(0), 'at [0] "NaN", then 0'],
    ["a zero of another sign", floats(0), floats(-0), "at [0] 0, then -0"],
    ["half NaN", tensor("y", "float16", [2], [0x7e00, 1]), tensor("y", "float16", [2], [0x7e01, 1]), null],
    ["half -0", tensor("y", "float16", [1], [0]), tensor("y", "float16", [1], [0x8000]), "at [0] 0, then -0"],
    [
      "a large integer",
      tensor("y", "int64", [1, 1], [2n ** 62n]),
      tensor("y", "int64", [1, 1], [2n ** 62n + 1n]),
      'at [0,0] "4611686018427387904", then "4611686018427387905"',
    ],
    ["a text", tensor("y", "string", [1], ["a"]), tensor("y", "string", [1], ["b"]), 'at [0] "a", then "b"'],
    ["the same text", tensor("y", "string", [1], ["a"]), tensor("y", "string", [1], ["a"]), null],
    ["another shape", floats(1, 2), floats(1), "float32[2], then float32[1]"],
    ["another dtype", floats(1), tensor("y", "float64", [1], [1]), "float32[1], then float64[1]"],
  ])("%s", (_, first, again, message) => {
    expect(bitDifference(first, again)).toBe(message);
  });
});

describe("which cases are run again", () => {
  it("is all of them, each at another place than before", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 64 }), (count) => {
        const all = Array.from({ length: count }, (_, at) => at);
        for (const kind of ["order", "session"] as const)
          expect(rerunOrder(kind, count).toSorted((a, b) => a - b)).toEqual(all);
        expect(rerunOrder("session", count).every((index, at) => index !== at)).toBe(true);
        expect(rerunOrder("order", count)[0]).toBe(count - 1);
      }),
    );
    expect([rerunOrder("order", 1), rerunOrder("session", 0)]).toEqual([[0], []]);
  });

  it("is 64 of more, from all over them", () => {
    const picked = rerunOrder("order", 1000);
    expect(new Set(picked).size).toBe(64);
    expect([picked[0], picked.at(-1)]).toEqual([984, 0]);
  });
});

describe("parity.repeatable", () => {
  const rerun = (kind: "order" | "session", differing: number) => {
    const tally = new RerunTally(kind);
    for (let at = 0; at < 4; at++) tally.add(at, [floats(1)], [floats(at < differing ? 2 : 1)]);
    return tally.rerun;
  };

  it("is 1 when all is the same, and the share of what is the same otherwise", () => {
    expect(repeatable([rerun("order", 0), rerun("session", 0)], 4)).toMatchObject({
      value: 1,
      samples: 8,
      note: null,
    });
    expect(repeatable([rerun("order", 1), rerun("session", 4)], 4)).toMatchObject({
      value: 3 / 8,
      state: "measured",
    });
  });

  it("counts outputs that are missing or new, and says what was not run again", () => {
    const tally = new RerunTally("order");
    tally.add(
      0,
      [floats(1), tensor("label", "int64", [1], [1n])],
      [floats(1), tensor("new", "int64", [1], [1n])],
    );
    expect(tally.rerun).toMatchObject({
      outputs: 3,
      differing: 2,
      differences: [
        { case: 0, output: "label", message: "missing the second time" },
        { case: 0, output: "new", message: "missing the first time" },
      ],
    });
    expect(repeatable([tally.rerun, rerun("session", 0)], 9).note).toBe(
      "To save time, only some were run again: 1 of 9 cases in another order, 4 of 9 cases in a new session.",
    );
  });

  it("is nothing where no output was compared, or the model did not run", () => {
    expect(repeatable([new RerunTally("order").rerun], 0)).toMatchObject({
      state: "undefined",
      reason: "PARITY_NOTHING_COMPARED",
    });
    expect(notRepeated({ reason: "MODEL_CRASHED", note: "It died." })).toMatchObject({
      state: "undefined",
      value: null,
      reason: "MODEL_CRASHED",
    });
  });

  it("has a finding for each way of running again, with the first place", () => {
    const cases = ["test_data_set_0", "test_data_set_1"];
    expect(repeatFindings([rerun("order", 2), rerun("session", 0)], { cases, file: "m/model.onnx" })).toEqual(
      [
        {
          code: "PARITY_NOT_REPEATABLE",
          message:
            'Run again in another order, 2 of 4 outputs differ; the first is output "y" of test_data_set_0, at [0] 1, then 2.',
          file: "m/model.onnx",
        },
      ],
    );
  });
});
