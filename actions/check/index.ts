import { runAction } from "../../src/host/action.ts";
import { askedOf, tellForge } from "../../src/host/check-forge.ts";
import { reportCheck } from "../../src/host/reports/check.ts";
import { checkRun } from "../../src/host/decision-run.ts";
import { branchOf, eventOf, namedBy, rangeAsked } from "../../src/host/event.ts";
import { legsFrom } from "../../src/host/fetch-legs.ts";
import { openForge } from "../../src/host/open-forge.ts";
import { keepSamples } from "../../src/host/sample-keeper.ts";
import { startRun } from "../../src/host/start.ts";
import { storeRun } from "../../src/host/store-run.ts";
import { withStored } from "../../src/host/stored.ts";
import { check } from "../../src/usecases/check/check.ts";
import { inputs } from "./inputs.ts";

await runAction({
  inputs,
  async run({ base, head, token, roles, comment, upload, ...more }, host) {
    const ports = await host.open(more["ort-dir"]);
    const event = await eventOf(host);
    const range = await rangeAsked({ base, head }, event, ports.git);
    const forge = { event, roles, git: ports.git, open: () => openForge(host, token ?? "", null) };
    const [start, samples] = [startRun(), keepSamples()];
    const found = await check(ports, range, {
      start,
      signal: host.signal,
      ...branchOf(event),
      enforcedElsewhere: more["enforced-elsewhere"],
      benchmark: { onSamples: samples.onSamples },
      ...(token === null ? {} : askedOf(forge, range.head)),
      ...(await legsFrom(host, more, namedBy(event)?.head ?? range.head)),
    });
    const run = checkRun(found, start, { samples, upload: upload && found.kind !== "other" });
    const stored = await storeRun({ ...host, git: ports.git }, reportCheck(found), run);
    const report = stored.isStored ? { ...found, notes: [...found.notes, stored.text] } : found;
    const untold = await tellForge(forge, report, { comment, checkRun: more["check-run"] });
    return withStored(reportCheck({ ...found, notes: [...found.notes, ...untold] }), stored);
  },
});
