import type { RefMove } from "../rules/push.ts";
import type { Repository } from "./repository.ts";
import type { World } from "./world.ts";

/** One movement of a branch, and who made it. */
export type Activity = RefMove & { readonly id: number; readonly at: string };

const activities = new WeakMap<Repository, Activity[]>();

/** Keeps who moved which branch from now on. */
export function followActivity(world: World): void {
  world.followers.push(async (repo, move) => {
    const known = activities.get(repo) ?? [];
    activities.set(repo, [{ ...move, id: world.nextId(), at: world.now() }, ...known]);
  });
}

/** Newest first. */
export function activityOf(repo: Repository): readonly Activity[] {
  return activities.get(repo) ?? [];
}
