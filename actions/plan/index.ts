import { runAction } from "../../src/host/action.ts";
import { eventOf, rangeAsked } from "../../src/host/event.ts";
import { reportPlan } from "../../src/host/reports/plan.ts";
import { planChecks } from "../../src/usecases/check/plan.ts";
import { inputs } from "./inputs.ts";

await runAction({
  inputs,
  async run({ base, head }, host) {
    const ports = await host.open(null);
    const range = await rangeAsked({ base, head }, await eventOf(host), ports.git);
    return reportPlan(await planChecks(ports, range));
  },
});
