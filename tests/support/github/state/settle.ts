import { mergeViolations } from "../rules/merge.ts";
import { rulesFor } from "../rules/ruleset.ts";
import { mergePull } from "./merging.ts";
import { advanceQueues, enterQueue } from "./queue.ts";
import type { PullRequest } from "./records.ts";
import type { Repository } from "./repository.ts";
import type { World } from "./world.ts";

/** Called whenever a check, status or review arrives: queues advance, and auto-merges that waited for it happen. */
export async function settle(world: World, repo: Repository): Promise<void> {
  await advanceQueues(world, repo);
  for (const pull of repo.openPulls()) await tryAutoMerge(world, repo, pull);
}

async function tryAutoMerge(world: World, repo: Repository, pull: PullRequest): Promise<void> {
  if (pull.autoMerge === null) return;
  const { by: actor, method } = pull.autoMerge;
  const queued = rulesFor(repo, pull.baseRef).some(({ type }) => type === "merge_queue");
  const broken = await mergeViolations(world, repo, { pull, actor, method, queued });
  const clean = (await repo.bare.mergeTree(pull.baseSha, pull.headSha)) !== undefined;
  if (broken.length > 0 || pull.draft || !clean) return;
  pull.autoMerge = null;
  if (queued) await enterQueue(world, repo, { pull, actor });
  else
    await mergePull(world, repo, {
      pull,
      actor,
      method,
      sha: undefined,
      title: undefined,
      message: undefined,
    });
}
