import { runAction } from "../../src/host/action.ts";
import { decisionRun } from "../../src/host/decision-run.ts";
import { keepSamples } from "../../src/host/sample-keeper.ts";
import { startRun } from "../../src/host/start.ts";
import { storeReport } from "../../src/host/store-run.ts";
import { reportDecision } from "../../src/host/reports/verdict.ts";
import { gate } from "../../src/usecases/gate/gate.ts";
import { inputs } from "./inputs.ts";

await runAction({
  inputs,
  async run({ model, event, environment, phase, evidence, out, seed, upload, "ort-dir": ortDir }, host) {
    const ports = await host.open(ortDir);
    const asked = { event, model: model.id, version: model.version, environment, phase };
    const samples = keepSamples();
    const decision = await gate(
      ports,
      { ...asked, reason: "gate", requestedBy: host.actor },
      {
        start: startRun(seed),
        signal: host.signal,
        benchmark: { onSamples: samples.onSamples },
        ...(evidence === null ? {} : { evidence }),
      },
    );
    const files = out === null ? [] : [...decision.pack];
    for (const [path, bytes] of files) await ports.files.write(`${out}/${path}`, bytes);
    const report = reportDecision(decision, {
      "evidence-path": out ?? "",
      "policy-digest": decision.verdict.policy_digest,
    });
    const run = decisionRun("gate", decision, { samples, upload });
    return storeReport({ ...host, git: ports.git }, report, run);
  },
});
