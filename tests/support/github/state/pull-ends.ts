import { emitPullRequest } from "../events/pull-request.ts";
import type { Actor } from "./actor.ts";
import type { PullRequest } from "./records.ts";
import type { Repository } from "./repository.ts";
import type { World } from "./world.ts";

/** Marks a pull request merged with the commit that its base has now. */
export async function finishMerge(
  world: World,
  repo: Repository,
  { pull, actor, commit }: { readonly pull: PullRequest; readonly actor: Actor; readonly commit: string },
): Promise<void> {
  pull.state = "closed";
  pull.closedAt = world.now();
  pull.updatedAt = pull.closedAt;
  pull.mergedAt = pull.closedAt;
  pull.mergedBy = actor.account;
  pull.mergeCommit = commit;
  pull.autoMerge = null;
  await emitPullRequest(world, repo, { pull, action: "closed", actor });
}
