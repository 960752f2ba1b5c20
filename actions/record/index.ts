import { runAction } from "../../src/host/action.ts";
import { openForge, TO_RECORD } from "../../src/host/open-forge.ts";
import { recordBranch } from "../../src/host/record-branch.ts";
import { reviewKeeper } from "../../src/host/review-keeper.ts";
import { beforeOf } from "../../src/host/event.ts";
import { reportRecord } from "../../src/host/reports/record.ts";
import { record } from "../../src/usecases/forge/record.ts";
import { inputs } from "./inputs.ts";

await runAction({
  inputs,
  async run({ token, repository, before, branch, key }, host) {
    const { git } = await host.open(null);
    const forge = await openForge(host, token, repository, TO_RECORD);
    const keepReviews = await reviewKeeper({ git, forge }, key, host.env);
    const { commit: head } = await git.head();
    const event = await host.event();
    const base = await recordBranch(git, { named: branch, event });
    const since = before ?? beforeOf(event);
    return reportRecord(await record({ git, forge, keepReviews }, { head, before: since, branch: base }));
  },
});
