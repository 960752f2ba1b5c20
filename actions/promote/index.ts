import { runAction } from "../../src/host/action.ts";
import { reportProposal } from "../../src/host/proposal-report.ts";
import { startRun } from "../../src/host/start.ts";
import { transitionPorts } from "../../src/host/transition-ports.ts";
import { reportDecision } from "../../src/host/verdict-report.ts";
import { gate } from "../../src/usecases/gate.ts";
import { transact } from "../../src/usecases/transition/transact.ts";
import { inputs } from "./inputs.ts";

await runAction({
  inputs,
  async run({ model, event, environment, phase, reason, evidence, seed, ...more }, host) {
    const ports = await host.open(more["ort-dir"]);
    const asked = { event, model: model.id, version: model.version, environment, phase, reason };
    const start = startRun(seed);
    const options = { start, signal: host.signal, ...(evidence === null ? {} : { evidence }) };
    const ask = { ...asked, requestedBy: host.actor };
    if (more["dry-run"]) return reportDecision(await gate(ports, ask, options), {});
    const result = await transact(transitionPorts(ports, options), ask, {
      now: start.now,
      signal: host.signal,
    });
    return reportProposal(result);
  },
});
