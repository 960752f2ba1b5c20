import { notFound } from "../http/errors.ts";
import type { JsonObject } from "../http/json.ts";
import { rulesFor } from "../rules/ruleset.ts";
import type { Rule, Ruleset } from "../state/records.ts";
import type { Repository } from "../state/repository.ts";
import type { World } from "../state/world.ts";
import {
  created,
  listReply,
  numberIn,
  ok,
  textIn,
  type Call,
  type Reply,
  type Routes,
  textOf,
} from "./call.ts";
import { htmlUrl, repositoryUrl } from "./json/repositories.ts";

const AT = "/repos/{owner}/{repo}";

export const RULE_ROUTES: Routes = {
  [`GET ${AT}/rules/branches/{branch}` as const]: { needs: "metadata:read", handle: branchRules },
  [`GET ${AT}/rulesets` as const]: { needs: "metadata:read", handle: listRulesets },
  [`POST ${AT}/rulesets` as const]: { needs: "administration:write", handle: createRuleset },
  [`GET ${AT}/rulesets/{ruleset_id}` as const]: { needs: "metadata:read", handle: getRuleset },
};

async function branchRules(call: Call): Promise<Reply> {
  const { repo } = call;
  return await listReply(call, rulesFor(repo, textIn(call, "branch")), ({ ruleset, ...rule }) => ({
    ...(rule as unknown as JsonObject),
    ruleset_source_type: "Repository",
    ruleset_source: repo.fullName,
    ruleset_id: ruleset.id,
  }));
}

async function listRulesets(call: Call): Promise<Reply> {
  return await listReply(call, call.repo.rulesets, (one) => rulesetHeadJson(call.world, call.repo, one));
}

function getRuleset(call: Call): Reply {
  const found = call.repo.rulesets.find(({ id }) => id === numberIn(call, "ruleset_id"));
  if (found === undefined) throw notFound();
  return ok(rulesetJson(call, found));
}

function createRuleset(call: Call): Reply {
  return created(rulesetJson(call, addRuleset(call.world, call.repo, call.body)));
}

/** Adds a ruleset from GitHub's own JSON, which was checked before. */
export function addRuleset(world: World, repo: Repository, body: JsonObject): Ruleset {
  const conditions = (body["conditions"] as JsonObject | undefined)?.["ref_name"] as JsonObject | undefined;
  const ruleset: Ruleset = {
    id: world.nextId(),
    name: textOf(body, "name"),
    enforcement: body["enforcement"] as Ruleset["enforcement"],
    conditions: {
      include: (conditions?.["include"] ?? []) as readonly string[],
      exclude: (conditions?.["exclude"] ?? []) as readonly string[],
    },
    bypassActors: (body["bypass_actors"] ?? []) as readonly JsonObject[],
    rules: (body["rules"] ?? []) as unknown as readonly Rule[],
  };
  repo.rulesets.push(ruleset);
  return ruleset;
}

function rulesetHeadJson(world: World, repo: Repository, { id, name, enforcement }: Ruleset): JsonObject {
  return {
    id,
    name,
    target: "branch",
    source_type: "Repository",
    source: repo.fullName,
    enforcement,
    node_id: `RRS_${id}`,
    _links: {
      self: { href: `${repositoryUrl(world, repo)}/rulesets/${id}` },
      html: { href: `${htmlUrl(world, repo)}/rules/${id}` },
    },
    created_at: repo.facts.createdAt,
    updated_at: repo.facts.createdAt,
  };
}

/** Bypass actors are shown only to those who administer the repository. */
function rulesetJson({ world, repo, token }: Call, ruleset: Ruleset): JsonObject {
  const administers = token.permissions.administration === "write";
  return {
    ...rulesetHeadJson(world, repo, ruleset),
    conditions: { ref_name: { ...ruleset.conditions } },
    rules: ruleset.rules as unknown as readonly JsonObject[],
    ...(administers ? { bypass_actors: ruleset.bypassActors } : {}),
  };
}
