import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { engineSources, onnxEngine } from "../../src/adapters/onnx/engine.ts";
import { type Tensor, elementCount } from "../../src/domain/tensor.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { memoryEngine } from "../support/memory-engine.ts";
import { ADD } from "../support/onnx-models.ts";
import { concat, int, model, node, tensor, text } from "../support/onnx-writer.ts";

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

  it("runs the cases again, backwards and in a new session, and finds the same bits", async () => {
    await using process = open().start(LIMITS);
    const { reruns } = await process.replay({ model, cases: [one(1), one(10), one(-1)] });
    const same = { cases: 3, outputs: 3, differing: 0, differences: [] };
    expect(reruns).toEqual([
      { kind: "order", ...same },
      { kind: "session", ...same },
    ]);
  });

  it("takes inputs by name, and answers no cases with none", async () => {
    const engine = open();
    await using swapped = engine.start(LIMITS);
    expect((await swapped.replay({ model, cases: [one(5).reverse()] })).cases[0]?.[0]?.data).toEqual(
      Float32Array.of(6, 7, 8),
    );
    await using idle = engine.start(LIMITS);
    const { cases, reruns } = await idle.replay({ model, cases: [] });
    expect([cases, reruns.map((rerun) => rerun.cases)]).toEqual([[], [0, 0]]);
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

describe("a model that asks for a locale", () => {
  const attribute = (name: string, value: string) => concat(text(1, name), text(4, value), int(20, 3));
  const attributes = [attribute("case_change_action", "LOWER"), attribute("locale", "xx_XX.UTF-8")];
  const strings = (name: string) => ({ name, dtype: "string", shape: ["N"] });
  const normalizer = model({
    nodes: [node({ op: "StringNormalizer", inputs: ["x"], outputs: ["y"], attributes })],
    inputs: [strings("x")],
    outputs: [strings("y")],
  });

  it("is not blamed for a machine that has no such locale", async () => {
    await using process = ENGINES[0]![1]().start(LIMITS);
    const asked = process.replay({
      model: { bytes: normalizer, externalData: [] },
      cases: [[tensor("x", "string", [1], ["A"])]],
    });
    await expect(asked).rejects.toMatchObject({
      code: "ENGINE_LOCALE_MISSING",
      exitCode: 3,
      problems: [{ message: "The model needs the locale xx_XX.UTF-8, which is not here." }],
    });
  });
});

/** A model that is refused before it gets here, by the names of its operators: what runs it must find it out as well. */
const random = (name: string) => readFileSync(`tests/cases/random-models/refused-${name}.onnx`);
let calls = 0;
const ENDLESS_NOISE: readonly [string, string, () => Engine][] = [
  ...["RandomNormalLike", "RandomNormalLike-with-seed", "Bernoulli", "Dropout-constant"].map(
    (name): [string, string, () => Engine] => [`ONNX Runtime with ${name}`, name, ENGINES[0]![1]],
  ),
  [
    "its twin in memory, with a state",
    "RandomNormalLike",
    () =>
      memoryEngine(() => [
        tensor(
          "y",
          "float32",
          [1, 8],
          Array.from({ length: 8 }, () => calls++),
        ),
      ]),
  ],
];

describe.each(ENDLESS_NOISE)("%s", (_, name, open) => {
  const model = { bytes: random(name), externalData: [] };
  const x = [
    tensor(
      "x",
      "float32",
      [32, 8],
      Array.from({ length: 256 }, (_, at) => 0.1 + at / 1000),
    ),
  ];

  it.each([1, 2, 5])("answers other bits when %i cases are run again", async (count) => {
    await using process = open().start(LIMITS);
    const { reruns } = await process.replay({ model, cases: Array.from({ length: count }, () => x) });
    const differing = reruns.reduce((sum, rerun) => sum + rerun.differing, 0);
    expect(differing).toBeGreaterThan(0);
    expect(reruns.find((rerun) => rerun.differing > 0)?.differences[0]).toMatchObject({
      output: "y",
      message: expect.stringMatching(/^at \[\d+,\d\] \S+, then \S+$/),
    });
  });
});
