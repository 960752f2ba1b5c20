import { NO_COMMIT } from "../git/bare.ts";
import type { JsonObject } from "../http/json.ts";
import { type Activity, activityOf } from "../state/activity.ts";
import type { Repository } from "../state/repository.ts";
import { ok, pageOf, type Call, type Reply, type Routes } from "./call.ts";
import { userJson } from "./json/users.ts";

export const ACTIVITY_ROUTES: Routes = {
  "GET /repos/{owner}/{repo}/activity": { needs: "contents:read", handle: listActivity },
};

async function listActivity({ world, repo, query }: Call): Promise<Reply> {
  const ref = query.get("ref");
  const found = activityOf(repo).filter((one) => ref === null || one.ref === ref);
  const { items, headers } = pageOf(found, query);
  const bodies = items.map(async (one) => ({
    ...(await activityJson(repo, one)),
    actor: userJson(world, one.actor.account),
  }));
  return { ...ok(await Promise.all(bodies)), headers };
}

async function activityJson(repo: Repository, { id, before, after, ref, at }: Activity): Promise<JsonObject> {
  return {
    id,
    node_id: `PSH_${id}`,
    before,
    after,
    ref,
    timestamp: at,
    activity_type: await typeOf(repo, before, after),
  };
}

async function typeOf(repo: Repository, before: string, after: string): Promise<string> {
  if (before === NO_COMMIT) return "branch_creation";
  if (after === NO_COMMIT) return "branch_deletion";
  return (await repo.bare.isAncestor(before, after)) ? "push" : "force_push";
}
