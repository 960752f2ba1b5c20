import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Tensor } from "../../../../src/domain/tensor.ts";
import {
  type BatchAxes,
  hasBatchAxis,
  planBatch,
  planUnbatched,
} from "../../../../src/measure/latency/batch.ts";
import { tensor } from "../../../support/onnx-writer.ts";

const axes = (entries: Record<string, number | null>): BatchAxes => new Map(Object.entries(entries));
const numbers = (found: Tensor | undefined): number[] => Array.from(found?.data as ArrayLike<number>);
const matrix = (name: string, rows: readonly (readonly number[])[]) =>
  tensor(name, "float32", [rows.length, rows[0]?.length ?? 0], rows.flat());

describe("a batch out of stored cases", () => {
  it("stacks rows of all cases along the first axis, and repeats them when there are too few", () => {
    const cases = [
      [
        matrix("x", [
          [1, 2],
          [3, 4],
        ]),
      ],
      [matrix("x", [[5, 6]])],
    ];
    const plan = planBatch(cases, axes({ x: 0 }), 5)!;
    expect(plan).toMatchObject({ rows: 5, feeds: [[{ name: "x", dtype: "float32", dims: [5, 2] }]] });
    expect(numbers(plan.feeds[0]![0])).toEqual([1, 2, 3, 4, 5, 6, 1, 2, 3, 4]);
  });

  it("stacks along an inner axis, as a recurrent state needs it", () => {
    const state = tensor("state", "float32", [2, 1, 2], [1, 2, 3, 4]);
    const other = tensor("state", "float32", [2, 1, 2], [5, 6, 7, 8]);
    const [feed] = planBatch([[state], [other]], axes({ state: 1 }), 2)!.feeds;
    expect(feed![0]!.dims).toEqual([2, 2, 2]);
    expect(numbers(feed![0])).toEqual([1, 2, 5, 6, 3, 4, 7, 8]);
  });

  it("keeps scalars, 64-bit integers and strings as they are", () => {
    const rate = tensor("rate", "int64", [], [16_000n]);
    const words = tensor("words", "string", [1], ["ja"]);
    const more = tensor("words", "string", [1], ["nein"]);
    const [feed] = planBatch(
      [
        [rate, words],
        [rate, more],
      ],
      axes({ rate: null, words: 0 }),
      2,
    )!.feeds;
    expect(feed![0]).toBe(rate);
    expect(feed![1]).toEqual({ name: "words", dtype: "string", dims: [2], data: ["ja", "nein"] });
  });

  it("leaves out cases that do not stack: other dims, another scalar", () => {
    const rate = (value: bigint) => tensor("rate", "int64", [], [value]);
    const cases = [
      [matrix("x", [[1, 2]]), rate(16_000n)],
      [matrix("x", [[3, 4]]), rate(8000n)],
      [matrix("x", [[5, 6, 7]]), rate(16_000n)],
      [matrix("x", [[8, 9]]), rate(16_000n)],
    ];
    const plan = planBatch(cases, axes({ x: 0, rate: null }), 2)!;
    expect(numbers(plan.feeds[0]![0])).toEqual([1, 2, 8, 9]);
  });

  it("keeps up to 32 different single rows and 4 different batches", () => {
    const rows = Array.from({ length: 400 }, (_, i) => [i]);
    const cases = [[matrix("x", rows)]];
    const single = planBatch(cases, axes({ x: 0 }), 1)!;
    expect(single.feeds.map((feed) => numbers(feed[0]))).toEqual(rows.slice(0, 32));
    expect(planBatch(cases, axes({ x: 0 }), 32)!.feeds.map((feed) => numbers(feed[0])[0])).toEqual([
      0, 32, 64, 96,
    ]);
  });

  it("is none without a row", () => {
    expect(planBatch([], axes({ x: 0 }), 1)).toBeUndefined();
    expect(planBatch([[tensor("x", "float32", [0, 3], [])]], axes({ x: 0 }), 1)).toBeUndefined();
    expect(planUnbatched([])).toBeUndefined();
    expect([hasBatchAxis(axes({ x: null })), hasBatchAxis(axes({ x: 0, y: null }))]).toEqual([false, true]);
  });

  it("holds only rows that were stored, each whole, whatever the axis and the number of rows", () => {
    const shape = fc.record({
      rows: fc.integer({ min: 1, max: 5 }),
      inner: fc.integer({ min: 1, max: 3 }),
      wanted: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(shape, ({ rows, inner, wanted }) => {
        const stored = Array.from({ length: rows }, (_, i) => Array.from({ length: inner }, () => i));
        const [feed] = planBatch([[matrix("x", stored)]], axes({ x: 0 }), wanted)!.feeds;
        const expected = Array.from({ length: wanted }, (_, i) => stored[i % rows]!).flat();
        expect(feed![0]!.dims).toEqual([wanted, inner]);
        expect(numbers(feed![0])).toEqual(expected);
      }),
    );
  });
});
