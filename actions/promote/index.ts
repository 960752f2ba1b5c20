import { runAction } from "../../src/host/action.ts";
import { decisionRun } from "../../src/host/decision-run.ts";
import { forgeToPropose } from "../../src/host/open-forge.ts";
import { reportProposal } from "../../src/host/reports/proposal.ts";
import { keepSamples } from "../../src/host/sample-keeper.ts";
import { startRun } from "../../src/host/start.ts";
import { storeReport } from "../../src/host/store-run.ts";
import { transitionPorts } from "../../src/host/transition-ports.ts";
import { reportDecision } from "../../src/host/reports/verdict.ts";
import { whereToPropose } from "../../src/host/where-to-propose.ts";
import { gate } from "../../src/usecases/gate/gate.ts";
import { transact } from "../../src/usecases/transition/transact.ts";
import { inputs } from "./inputs.ts";

await runAction({
  inputs,
  async run({ model, event, environment, phase, reason, evidence, seed, upload, ...more }, host) {
    const ports = await host.open(more["ort-dir"]);
    const forge = await forgeToPropose(host, more.token, more.repository);
    const { proposals, gating } = await whereToPropose(ports.git, event, { forge, roles: more.roles });
    const asked = { event, model: model.id, version: model.version, environment, phase, reason };
    const start = startRun(seed);
    const samples = keepSamples();
    const benchmark = { onSamples: samples.onSamples };
    const stored = evidence === null ? {} : { evidence };
    const options = { start, signal: host.signal, benchmark, ...stored, ...gating };
    const ask = { ...asked, requestedBy: host.actor };
    const storing = { ...host, git: ports.git };
    if (more["dry-run"]) {
      const decision = await gate(ports, ask, options);
      const run = decisionRun("promote", decision, { samples, upload });
      return storeReport(storing, reportDecision(decision, {}), run);
    }
    const writing = { now: start.now, signal: host.signal };
    const result = await transact(transitionPorts(ports, options, proposals), ask, writing);
    const run = decisionRun("promote", result.decision, { samples, upload });
    return storeReport(storing, reportProposal(result), run);
  },
});
