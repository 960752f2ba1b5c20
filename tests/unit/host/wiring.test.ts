import { describe, expect, it } from "vitest";
import { gateError } from "../../../src/errors.ts";
import { lazyEngine, lazyProgress, openPorts } from "../../../src/host/wiring.ts";
import type { Engine, EngineProcess } from "../../../src/ports/engine.ts";
import type { Progress } from "../../../src/ports/machine.ts";
import { gitRepo, temporaryFolder } from "../../support/git-repo.ts";

const LIMITS = { timeoutMs: 1000, memoryMiB: 64, outputMiB: 1 };

describe("openPorts", () => {
  it("works on the repository around a folder, and says when there is none", async () => {
    using repo = gitRepo();
    repo.commit({ "models/a/README.md": "x" });
    const around = { ortDir: undefined, signal: new AbortController().signal, json: true, color: false };
    const ports = await openPorts({ ...around, repo: `${repo.root}/models/a` });
    expect([ports.git.root, ports.files.root]).toEqual([repo.root, repo.root]);
    await expect(openPorts({ ...around, repo: temporaryFolder() })).rejects.toMatchObject({
      code: "GIT_NOT_A_REPOSITORY",
    });
  });
});

describe("lazyEngine", () => {
  const disposed: string[] = [];
  const process = {
    replay: () => Promise.resolve({ cases: [], reruns: [], peakMiB: 1 }),
    [Symbol.asyncDispose]: () => Promise.resolve(void disposed.push("process")),
  } as Partial<EngineProcess> as EngineProcess;

  it("opens the engine once, when it is first asked", async () => {
    let opened = 0;
    const engine = lazyEngine(() => {
      opened += 1;
      return Promise.resolve({ start: () => process } as Partial<Engine> as Engine);
    });
    expect(opened).toBe(0);
    {
      await using one = engine.start(LIMITS);
      await using two = engine.start(LIMITS);
      const request = { model: { bytes: new Uint8Array(), externalData: [] }, cases: [] };
      expect(await Promise.all([one.replay(request), two.replay(request)])).toHaveLength(2);
    }
    expect([opened, disposed]).toEqual([1, ["process", "process"]]);
  });

  it("tells of an engine that cannot be opened when it is asked, not before", async () => {
    const engine = lazyEngine(() => Promise.reject(gateError("ENGINE_MISSING", "x")));
    await using started = engine.start(LIMITS);
    await expect(engine.fingerprint()).rejects.toMatchObject({ code: "ENGINE_MISSING" });
    await expect(started.coldStart({} as never)).rejects.toMatchObject({ code: "ENGINE_MISSING" });
  });
});

describe("lazyProgress", () => {
  it("shows steps in the order in which they were told, and nothing when there were none", async () => {
    const shown: string[] = [];
    let opened = 0;
    const open = (): Promise<Progress> => {
      opened += 1;
      const step = (phase: string, done: number, total: number): void =>
        void shown.push(`${phase} ${done}/${total}`);
      return Promise.resolve({ step, end: () => void shown.push("end") });
    };
    lazyProgress(open).end();
    expect(opened).toBe(0);
    const progress = lazyProgress(open);
    progress.step("parity", 0, 2);
    progress.step("parity", 2, 2);
    progress.end();
    await new Promise((done) => setImmediate(done));
    expect([opened, shown]).toEqual([1, ["parity 0/2", "parity 2/2", "end"]]);
  });
});
