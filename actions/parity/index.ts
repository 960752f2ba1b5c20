import { runAction } from "../../src/host/action.ts";
import { evidenceFiles, reportEvidence } from "../../src/host/reports/evidence.ts";
import { measuredCommits } from "../../src/host/measured-commits.ts";
import { startRun } from "../../src/host/start.ts";
import { storeReport } from "../../src/host/store-run.ts";
import { formatModelRef } from "../../src/domain/model-ref.ts";
import { DEFAULT_RULES } from "../../src/domain/parity-rules.ts";
import { parityRulesAt } from "../../src/usecases/gate/base.ts";
import { measureParity } from "../../src/usecases/measure/parity.ts";
import { loadVersion } from "../../src/usecases/registry/load-version.ts";
import { runOf } from "../../src/usecases/run-context.ts";
import { inputs } from "./inputs.ts";

await runAction({
  inputs,
  async run({ model, event, environment, out, upload, "ort-dir": ortDir }, host) {
    const ports = await host.open(ortDir);
    const version = await loadVersion(ports.files, model);
    const run = runOf(startRun(), { model: model.id, version: model.version, phase: null });
    const commits = await measuredCommits(host, ports.git);
    const asked = event && { event, environment, model: model.id };
    const rules = asked ? await parityRulesAt(ports.git, commits.base, asked) : DEFAULT_RULES;
    const evidence = await measureParity(ports, { version, run, rules, signal: host.signal });
    const outputs = { "max-abs-diff": "parity.max_abs_diff" };
    const report = await reportEvidence(ports.files, { evidence, out, outputs });
    const about = { kind: "parity", runId: run.runId, subject: formatModelRef(model) } as const;
    const files = evidenceFiles(evidence);
    return storeReport({ ...host, git: ports.git }, report, { ...about, ...commits, files, upload });
  },
});
