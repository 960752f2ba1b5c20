import { runAction } from "../../src/host/action.ts";
import { reportCheck } from "../../src/host/check-report.ts";
import { rangeOf, readEvent } from "../../src/host/event.ts";
import { startRun } from "../../src/host/start.ts";
import { check } from "../../src/usecases/check/check.ts";
import { inputs } from "./inputs.ts";

await runAction({
  inputs,
  async run(
    { base, head, evidence, needs, "enforced-elsewhere": enforcedElsewhere, "ort-dir": ortDir },
    host,
  ) {
    const ports = await host.open(ortDir);
    const range =
      base !== null && head !== null ? { base, head } : await rangeOf(readEvent(process.env), ports.git);
    const legs = evidence === null ? {} : { legs: { folder: evidence, needs } };
    const options = { start: startRun(), signal: host.signal, enforcedElsewhere, ...legs };
    return reportCheck(await check(ports, range, options));
  },
});
