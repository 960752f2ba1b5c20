import { join } from "node:path";
import { readNamedFile } from "../../src/adapters/fs/key-file.ts";
import { keepHeapSmall } from "../../src/adapters/machine/small-heap.ts";
import { runAction } from "../../src/host/action.ts";
import { auditRun, reportAudit } from "../../src/host/reports/audit.ts";
import { startRun } from "../../src/host/start.ts";
import { auditThreads } from "../../src/host/audit-threads/threads.ts";
import { openForge } from "../../src/host/open-forge.ts";
import { storeReport } from "../../src/host/store-run.ts";
import { parseCheckpoint } from "../../src/ledger/audit/checkpoint.ts";
import { audit } from "../../src/usecases/audit/audit.ts";
import { refuseOwnCheckpoint } from "../../src/usecases/audit/own-checkpoint.ts";
import { fetchApprovals } from "../../src/usecases/forge/fetch-records.ts";
import { inputs } from "./inputs.ts";

await runAction({
  inputs,
  async run({ token, from, checkpoint: file, upload }, host) {
    keepHeapSmall();
    const ports = await host.open(null);
    if (file !== null) await refuseOwnCheckpoint(ports.git, file);
    const checkpoint = file === null ? null : parseCheckpoint(readNamedFile(join(host.folder, file)), file);
    const open = () => openForge(host, token ?? "", null);
    const records = token === null ? null : await fetchApprovals(ports.git, open);
    const [approvals] = records?.tips ?? [];
    const helped = { ...ports, judges: auditThreads(ports.git.root) };
    const { report } = await audit(helped, {
      checkpoint,
      ...(approvals === undefined ? {} : { approvals }),
      signal: host.signal,
      ...(from === null ? {} : { from }),
    });
    return storeReport(
      { ...host, git: ports.git },
      reportAudit(report, records?.problems),
      auditRun(report, startRun(), upload),
    );
  },
});
