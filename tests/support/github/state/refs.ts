import { emitPush } from "../events/push.ts";
import { HttpError, ruleViolations } from "../http/errors.ts";
import { pushViolations, type RefMove } from "../rules/push.ts";
import { workflowRefusal } from "../rules/workflows.ts";
import type { Repository } from "./repository.ts";
import type { World } from "./world.ts";

/**
 * Moves a branch or tag, by compare-and-swap, after its rules agreed, and lets pull requests and events follow.
 * Throws 422 with the broken rules, or 409 when the ref was not where the caller believed it to be.
 */
export async function moveRef(world: World, repo: Repository, move: RefMove): Promise<void> {
  const broken = move.actor.kind === "github" ? [] : await pushViolations(world, repo, move);
  if (broken.length > 0) throw ruleViolations(broken);
  const workflow = await workflowRefusal(repo, move);
  if (workflow !== undefined) throw new HttpError(403, workflow);
  await forceRef(world, repo, move);
}

/** The same without rules: merges, whose own rules were asked already, and scenes that a test sets up. */
export async function forceRef(world: World, repo: Repository, move: RefMove): Promise<void> {
  if (!(await repo.bare.swapRef(move.ref, move.before, move.after))) {
    throw new HttpError(409, "Reference update failed: the ref has moved.");
  }
  await afterMove(world, repo, move);
}

/** What follows when a ref has moved by whatever means: the push event, then whoever follows branches. */
export async function afterMove(world: World, repo: Repository, move: RefMove): Promise<void> {
  await emitPush(world, repo, move);
  if (!move.ref.startsWith("refs/heads/")) return;
  for (const follow of world.followers) await follow(repo, move);
}
