import { describe, expect, it } from "vitest";
import { engineSources, onnxEngine } from "../../src/adapters/onnx/engine.ts";
import { type Tensor, elementCount } from "../../src/domain/tensor.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { memoryEngine } from "../support/memory-engine.ts";
import { ADD } from "../support/onnx-models.ts";
import { tensor } from "../support/onnx-writer.ts";

const LIMITS = { timeoutMs: 60_000, memoryMiB: 2048, outputMiB: 16 };

const added = (inputs: readonly Tensor[]): Tensor[] => {
  const [a, b] = ["a", "b"].map((name) => inputs.find((input) => input.name === name)!);
  const sum = Array.from(
    { length: elementCount(a!.dims) },
    (_, at) => Number(a!.data[at]) + Number(b!.data[at]),
  );
  return [tensor("sum", "float32", a!.dims, sum)];
};

const ENGINES: readonly [string, () => Engine][] = [
  [
    "ONNX Runtime in a child process",
    () => onnxEngine({ ...engineSources({}, {}), optimizationLevel: "basic", signal: undefined }),
  ],
  ["its twin in memory", () => memoryEngine(added)],
];

describe.each(ENGINES)("%s", (_, open) => {
  const model = { bytes: ADD, externalData: [] };
  const one = (value: number) => [
    tensor("a", "float32", [1, 3], [1, 2, 3]),
    tensor("b", "float32", [1, 3], [value, value, value]),
  ];

  it("answers every case in order, by output name, and tells how far it is", async () => {
    await using process = open().start(LIMITS);
    const seen: number[] = [];
    const answer = await process.replay({ model, cases: [one(1), one(10), one(-1)] }, (done) =>
      seen.push(done),
    );
    expect(answer.cases).toEqual([
      [tensor("sum", "float32", [1, 3], [2, 3, 4])],
      [tensor("sum", "float32", [1, 3], [11, 12, 13])],
      [tensor("sum", "float32", [1, 3], [0, 1, 2])],
    ]);
    expect(seen).toEqual([1, 2, 3]);
    expect(answer.peakMiB).toBeGreaterThan(0);
  });

  it("takes inputs by name, and answers no cases with none", async () => {
    const engine = open();
    await using swapped = engine.start(LIMITS);
    expect((await swapped.replay({ model, cases: [one(5).reverse()] })).cases[0]?.[0]?.data).toEqual(
      Float32Array.of(6, 7, 8),
    );
    await using idle = engine.start(LIMITS);
    expect((await idle.replay({ model, cases: [] })).cases).toEqual([]);
  });

  it("has one fingerprint, and may be disposed without being asked", async () => {
    const engine = open();
    const unused = engine.start(LIMITS);
    await unused[Symbol.asyncDispose]();
    await unused[Symbol.asyncDispose]();
    expect(await engine.fingerprint()).toEqual(await engine.fingerprint());
    expect(await engine.fingerprint()).toMatchObject({
      name: "onnxruntime-node",
      threads: 1,
      optimization_level: "basic",
    });
  });
});
