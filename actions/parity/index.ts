import { runAction } from "../../src/host/action.ts";
import { reportEvidence } from "../../src/host/evidence-report.ts";
import { startRun } from "../../src/host/start.ts";
import { measureParity } from "../../src/usecases/measure-parity.ts";
import { loadVersion } from "../../src/usecases/registry/load-version.ts";
import { runOf } from "../../src/usecases/run-context.ts";
import { inputs } from "./inputs.ts";

await runAction({
  inputs,
  async run({ model, out, "ort-dir": ortDir }, host) {
    const ports = await host.open(ortDir);
    const version = await loadVersion(ports.files, model);
    const run = runOf(startRun(), { model: model.id, version: model.version, phase: null });
    const evidence = await measureParity(ports, { version, run, signal: host.signal });
    const outputs = { "max-abs-diff": "parity.max_abs_diff" };
    return reportEvidence(ports.files, { evidence, out, outputs });
  },
});
