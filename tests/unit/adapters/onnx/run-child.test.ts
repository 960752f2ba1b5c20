import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { askReplay } from "../../../../src/adapters/onnx/replay-frames.ts";
import { ModelProcess } from "../../../../src/adapters/onnx/run-child.ts";
import { GateError } from "../../../../src/errors.ts";
import type { RunLimits } from "../../../../src/ports/engine.ts";

const ENTRY = fileURLToPath(new URL("../../../support/children/child.mjs", import.meta.url));
const LIMITS: RunLimits = { timeoutMs: 60_000, memoryMiB: 1024, outputMiB: 4 };
const REQUEST = { model: { bytes: new Uint8Array(8), externalData: [] }, cases: [[]] };

const started: ModelProcess[] = [];
function start(script: string, limits: Partial<RunLimits> = {}, signal?: AbortSignal): ModelProcess {
  const child = new ModelProcess({ entry: ENTRY, binding: script, limits: { ...LIMITS, ...limits }, signal });
  started.push(child);
  return child;
}

afterEach(() => {
  for (const child of started.splice(0)) child.stop();
});

async function failure(child: ModelProcess): Promise<{ code: string; message: string }> {
  try {
    await askReplay(child, REQUEST, { maxOutputBytes: 1000, level: "basic" });
  } catch (error) {
    if (error instanceof GateError) return { code: error.code, message: error.problems[0].message };
    throw error;
  }
  throw new Error("It did not fail.");
}

describe("a process that runs a model", () => {
  it("sees nothing of our environment", async () => {
    process.env["MODELGATE_TEST_SECRET"] = "hunter2";
    try {
      const answer = await askReplay(start("environment"), REQUEST, { maxOutputBytes: 1, level: "basic" });
      const seen = JSON.parse(String(answer.cases[0]?.[0]?.data[0])) as Record<string, string>;
      // The shell adds these of its own.
      const names = Object.keys(seen).filter((name) => !["PWD", "OLDPWD", "SHLVL", "_"].includes(name));
      expect(names).toEqual(process.platform === "win32" ? ["SystemRoot"] : []);
      expect(JSON.stringify(seen)).not.toContain("hunter2");
    } finally {
      delete process.env["MODELGATE_TEST_SECRET"];
    }
  });

  it("that crashes is the model's fault, and its last words are made harmless", async () => {
    const { code, message } = await failure(start("crash"));
    expect(code).toBe("MODEL_CRASHED");
    expect(message).toBe("The process died (SIGSEGV). It said: double free [31m or corruption");
  });

  it("that dies before the engine is up is the engine's fault", async () => {
    const { code, message } = await failure(start("dies-early"));
    expect(code).toBe("ENGINE_BROKEN");
    expect(message).toBe("The engine died while it was starting (exit code 7). It said: no such library");
  });

  it("that never gets ready is the engine's fault", async () => {
    expect(await failure(start("never-ready", { timeoutMs: 300 }))).toMatchObject({ code: "ENGINE_BROKEN" });
  });

  it.each([
    ["flood", "MODEL_OUTPUT_TOO_LARGE"],
    ["garbage", "MODEL_CRASHED"],
    ["not-a-tensor", "MODEL_CRASHED"],
    ["wrong-size", "MODEL_CRASHED"],
    ["too-few", "MODEL_CRASHED"],
    ["too-many", "MODEL_CRASHED"],
    ["forgotten-peak", "MODEL_MEMORY"],
    ["run-once-only", "MODEL_CRASHED"],
    ["run-again-once-only", "MODEL_CRASHED"],
    ["run-again-without-a-case", "MODEL_CRASHED"],
    ["run-again-in-another-way", "MODEL_CRASHED"],
    ["run-again-too-early", "MODEL_CRASHED"],
    ["run-again-too-often", "MODEL_CRASHED"],
    ["another-case-again", "MODEL_CRASHED"],
    ["one-case-twice-again", "MODEL_CRASHED"],
    ["no-tensor-again", "MODEL_CRASHED"],
  ])("that answers with %s is refused: %s", async (script, code) => {
    expect((await failure(start(script))).code).toBe(code);
  });

  it("has the time limit for each of its runs, and no longer", async () => {
    const slow = start("slow-three-times", { timeoutMs: 1100 });
    const { reruns } = await askReplay(slow, REQUEST, { maxOutputBytes: 1, level: "basic" });
    expect(reruns.map(({ kind, differing }) => [kind, differing])).toEqual([
      ["order", 0],
      ["session", 0],
    ]);
    expect((await failure(start("endless-again", { timeoutMs: 1100 }))).code).toBe("MODEL_TIMEOUT");
  });

  it("cannot make up a reason code, nor write to the terminal", async () => {
    expect(await failure(start("made-up-code"))).toEqual({
      code: "MODEL_CRASHED",
      message: " ]0;title  hello",
    });
  });

  it("is killed when the run is stopped, before or while it runs", async () => {
    const stop = new AbortController();
    const running = failure(start("never-ready", {}, stop.signal));
    stop.abort();
    expect((await running).code).toBe("ENGINE_INTERRUPTED");
    expect((await failure(start("never-ready", {}, AbortSignal.abort()))).code).toBe("ENGINE_INTERRUPTED");
  });

  it("is gone, with its group, once it is stopped", async () => {
    const child = start("never-ready");
    const { pid } = child;
    expect(pid).toBeGreaterThan(0);
    child.stop();
    await expect.poll(() => isRunning(pid!), { timeout: 10_000 }).toBe(false);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return existsSync("/proc") ? existsSync(`/proc/${pid}`) : true;
  } catch {
    return false;
  }
}
