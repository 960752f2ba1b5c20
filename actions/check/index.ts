import { runAction } from "../../src/host/action.ts";
import { approvalsFrom, tellForge } from "../../src/host/check-forge.ts";
import { reportCheck } from "../../src/host/check-report.ts";
import { rangeOf } from "../../src/host/event.ts";
import { openForge } from "../../src/host/open-forge.ts";
import { startRun } from "../../src/host/start.ts";
import { check } from "../../src/usecases/check/check.ts";
import { inputs } from "./inputs.ts";

const { GITHUB_EVENT_NAME: name = "", GITHUB_SHA: sha = "" } = process.env;

await runAction({
  inputs,
  async run({ base, head, evidence, needs, token, roles, comment, ...more }, host) {
    const ports = await host.open(more["ort-dir"]);
    const event = { name, sha, payload: await host.event() };
    const range = base !== null && head !== null ? { base, head } : await rangeOf(event, ports.git);
    const forge = { event, roles, git: ports.git, open: () => openForge(host, token ?? "", null) };
    const report = await check(ports, range, {
      start: startRun(),
      signal: host.signal,
      enforcedElsewhere: more["enforced-elsewhere"],
      ...(token === null ? {} : approvalsFrom(forge, range.head)),
      ...(evidence === null && needs === null ? {} : { legs: { folder: evidence, needs } }),
    });
    const untold = await tellForge(forge, report, { comment, checkRun: more["check-run"] });
    return reportCheck({ ...report, notes: [...report.notes, ...untold] });
  },
});
