import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { onnxEngine } from "../../../../src/adapters/onnx/engine.ts";
import { printable } from "../../../../src/adapters/onnx/printable.ts";
import { ADD, identity } from "../../../support/onnx-models.ts";
import { tensor } from "../../../support/onnx-writer.ts";
import { problemsOf } from "../../../support/problems.ts";

const LIMITS = { timeoutMs: 60_000, memoryMiB: 2048, outputMiB: 16 };
const engine = onnxEngine({
  directory: undefined,
  repository: undefined,
  toolCache: undefined,
  optimizationLevel: "all",
  signal: undefined,
});

describe("what the engine says", () => {
  it.each([
    [
      "Status Message: /onnxruntime_src/onnxruntime/core/providers/cpu/math/element_wise_ops.h:540 void Append() axis == 1",
      "Status Message: void Append() axis == 1",
    ],
    ["at D:\\a\\_work\\1\\s\\onnxruntime\\core\\graph\\graph.cc(42) Node (n)", "at Node (n)"],
    ["[E:onnxruntime:, sequential.cc:501 Execute] bad", "[E:onnxruntime:, sequential.cc:501 Execute] bad"],
    [`Load ${join(tmpdir(), "modelgate-engine-1a2b3c", "weights.bin")} failed`, "Load weights.bin failed"],
    ["Got: 32 Expected: 1", "Got: 32 Expected: 1"],
    ["a\u001b[2Jb\nc", "a [2Jb c"],
  ])("%s", (said, shown) => {
    expect(printable(said)).toBe(shown);
  });

  it("names no source file and no folder of the machine when a real model fails", async () => {
    await using process = engine.start(LIMITS);
    const inputs = [
      tensor("a", "float32", [2, 3], [1, 2, 3, 4, 5, 6]),
      tensor(
        "b",
        "float32",
        [4, 3],
        Array.from({ length: 12 }, () => 1),
      ),
    ];
    const [found] = await problemsOf(() =>
      process.replay({ model: { bytes: ADD, externalData: [] }, cases: [inputs] }),
    );
    expect(found?.code).toBe("MODEL_RUN_FAILED");
    expect(found?.message).not.toMatch(/onnxruntime_src|\.(?:cc|h):\d+/);
    expect(found?.message).toMatch(/Add/);
  });

  it("cuts a string at U+0000: so such test data is refused before it is replayed", async () => {
    await using process = engine.start(LIMITS);
    const model = { bytes: identity("string"), externalData: [] };
    const answer = await process.replay({
      model,
      cases: [[tensor("x", "string", [3], ["a\0b", "", "c"])]],
    });
    expect(answer.cases[0]?.[0]?.data).toEqual(["a", "", "c"]);
  });
});
