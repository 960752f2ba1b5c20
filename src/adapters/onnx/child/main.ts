/** The program that runs a model, alone in a process of its own. See protocol.ts for what it reads and answers. */
import { benchCold, benchPairs } from "./bench.ts";
import { loadBinding, type NativeBinding } from "./binding.ts";
import { Failure, runFailure } from "./failure.ts";
import type { Handler } from "./handler.ts";
import { peakMemoryMiB } from "./peak-memory.ts";
import { answer, readRequest } from "./pipe.ts";
import { replay } from "./replay.ts";

const HANDLERS: Readonly<Record<string, Handler>> = {
  replay,
  "bench-cold": benchCold,
  "bench-pairs": benchPairs,
};

const MAX_MESSAGE = 2000;

function main(bindingPath: string): void {
  try {
    const binding = start(bindingPath);
    answer({ kind: "ready" });
    const request = readRequest();
    const handler = HANDLERS[request.header.kind];
    if (!handler) throw new Failure("ENGINE_BROKEN", `There is no request ${request.header.kind}.`);
    handler(binding, request);
    answer({ kind: "done", peakKiB: peakMemoryMiB() * 1024 });
  } catch (error) {
    const { code, message } = runFailure("ENGINE_BROKEN", error);
    answer({ kind: "failed", code, message: message.slice(0, MAX_MESSAGE) });
  }
}

function start(bindingPath: string): NativeBinding {
  try {
    return loadBinding(bindingPath);
  } catch (error) {
    throw runFailure("ENGINE_BROKEN", error);
  }
}

main(process.argv[2] ?? "");
// Leaving at once: the engine's own tear-down has nothing to save.
process.exit(0);
