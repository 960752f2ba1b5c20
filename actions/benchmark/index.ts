import { runAction } from "../../src/host/action.ts";
import { reportEvidence } from "../../src/host/evidence-report.ts";
import { startRun } from "../../src/host/start.ts";
import { measureBenchmark } from "../../src/usecases/measure-benchmark.ts";
import { loadVersion } from "../../src/usecases/registry/load-version.ts";
import { runOf } from "../../src/usecases/run-context.ts";
import { inputs } from "./inputs.ts";

await runAction({
  inputs,
  async run({ model, live: liveRef, seed, out, "ort-dir": ortDir }, host) {
    const ports = await host.open(ortDir);
    const candidate = await loadVersion(ports.files, model);
    const live = liveRef ? await loadVersion(ports.files, liveRef) : undefined;
    const run = runOf(startRun(seed), { model: model.id, version: model.version, phase: null });
    const evidence = await measureBenchmark(ports, {
      candidate,
      live,
      run,
      options: {},
      signal: host.signal,
    });
    const outputs = { "latency-ratio": "benchmark.latency_ratio" };
    return reportEvidence(ports.files, { evidence, out, outputs });
  },
});
