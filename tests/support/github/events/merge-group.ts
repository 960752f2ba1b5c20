import { readCommit } from "../git/commits.ts";
import { MERGE_QUEUE } from "../state/actor.ts";
import type { QueueEntry } from "../state/records.ts";
import type { Repository } from "../state/repository.ts";
import type { World } from "../state/world.ts";
import { emit } from "./emit.ts";
import { simpleCommitJson } from "./push.ts";

export interface MergeGroupHappening {
  readonly entry: QueueEntry;
  readonly action: "checks_requested" | "destroyed";
  readonly reason?: "merged" | "invalidated" | "dequeued";
}

/** A `merge_group` event: the queue asks for the checks of a group, or gives the group up. */
export async function emitMergeGroup(
  world: World,
  repo: Repository,
  { entry, action, reason }: MergeGroupHappening,
): Promise<void> {
  const { group, pull } = entry;
  if (group === undefined) return;
  const merge_group = {
    head_sha: group.sha,
    head_ref: group.ref,
    base_sha: group.base,
    base_ref: `refs/heads/${pull.baseRef}`,
    head_commit: simpleCommitJson(await readCommit(repo.bare, group.sha)),
  };
  emit(world, repo, {
    name: "merge_group",
    action,
    actor: MERGE_QUEUE,
    workflows: action === "checks_requested" ? "start" : "silent",
    sha: group.sha,
    ref: group.ref,
    payload: { ...(reason === undefined ? {} : { reason }), merge_group },
  });
}
