import { openForge, TO_RECORD, tokenOf } from "../../host/open-forge.ts";
import { openPorts } from "../../host/wiring.ts";
import { reviewKeeper } from "../../host/review-keeper.ts";
import { reportRecord } from "../../host/reports/record.ts";
import { headBranch } from "../../usecases/forge/base-branch.ts";
import { record } from "../../usecases/forge/record.ts";
import type { CommandContext } from "../context.ts";

interface Options {
  readonly repository?: string;
  readonly before?: string;
  readonly branch?: string;
  readonly key?: string;
}

/** `modelgate record`: proves the newest merge and tells GitHub's deployments; the token is GITHUB_TOKEN or GH_TOKEN. */
export async function run(
  { console, surroundings, signal }: CommandContext,
  options: Options,
): Promise<number> {
  const { git } = await openPorts(surroundings);
  const forge = await openForge(
    { env: process.env, signal },
    tokenOf(process.env),
    options.repository ?? null,
    TO_RECORD,
  );
  const keepReviews = await reviewKeeper({ git, forge }, options.key ?? null, process.env);
  const { commit: head } = await git.head();
  const branch = options.branch ?? (await headBranch(git));
  const recorded = await record(
    { git, forge, keepReviews },
    { head, before: options.before ?? null, branch },
  );
  console.data({ result: "pass", recorded });
  console.text(reportRecord(recorded).text);
  return 0;
}
