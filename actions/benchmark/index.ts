import { runAction } from "../../src/host/action.ts";
import { evidenceFiles, reportEvidence } from "../../src/host/reports/evidence.ts";
import { measuredCommits } from "../../src/host/measured-commits.ts";
import { keepSamples } from "../../src/host/sample-keeper.ts";
import { startRun } from "../../src/host/start.ts";
import { storeReport } from "../../src/host/store-run.ts";
import { formatModelRef } from "../../src/domain/model-ref.ts";
import { measureBenchmark } from "../../src/usecases/measure/benchmark.ts";
import { loadVersion } from "../../src/usecases/registry/load-version.ts";
import { runOf } from "../../src/usecases/run-context.ts";
import { inputs } from "./inputs.ts";

await runAction({
  inputs,
  async run({ model, live: liveRef, seed, out, upload, "ort-dir": ortDir }, host) {
    const ports = await host.open(ortDir);
    const candidate = await loadVersion(ports.files, model);
    const live = liveRef ? await loadVersion(ports.files, liveRef) : undefined;
    const run = runOf(startRun(seed), { model: model.id, version: model.version, phase: null });
    const samples = keepSamples();
    const options = { onSamples: samples.onSamples };
    const evidence = await measureBenchmark(ports, { candidate, live, run, options, signal: host.signal });
    const outputs = { "latency-ratio": "benchmark.latency_ratio" };
    const report = await reportEvidence(ports.files, { evidence, out, outputs });
    const about = { kind: "benchmark", runId: run.runId, subject: formatModelRef(model) } as const;
    const commits = await measuredCommits(host, ports.git);
    const files = [...evidenceFiles(evidence), ...samples.files()];
    return storeReport({ ...host, git: ports.git }, report, { ...about, ...commits, files, upload });
  },
});
