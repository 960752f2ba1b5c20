import { HttpError, notFound } from "../http/errors.ts";
import type { Team } from "../state/accounts.ts";
import { ok, type GlobalCall, type Reply, type Routes } from "./call.ts";
import { userJson } from "./json/users.ts";

const AT = "/orgs/{org}/teams/{team_slug}";

export const TEAM_ROUTES: Routes = {
  [`GET ${AT}/members` as const]: { global: members },
  [`GET ${AT}/memberships/{username}` as const]: { global: membership },
};

/** Teams need `members: read` of the organisation, which GITHUB_TOKEN can never have. */
function teamIn({ world, token, parameters }: GlobalCall): Team {
  if (token.kind === "actions" || token.kind === "fork" || token.permissions.members === undefined) {
    throw new HttpError(403, "Resource not accessible by integration");
  }
  const team = world.teams.get(`${parameters["org"]}/${parameters["team_slug"]}`);
  if (team === undefined) throw notFound();
  return team;
}

function members(call: GlobalCall): Reply {
  const { world } = call;
  return ok([...teamIn(call).members].map((login) => userJson(world, world.account(login))));
}

function membership(call: GlobalCall): Reply {
  const team = teamIn(call);
  const login = call.parameters["username"] ?? "";
  if (!team.members.has(login)) throw notFound();
  const url = `${call.world.url}/orgs/${team.organization}/teams/${team.slug}/memberships/${login}`;
  return ok({ url, role: "member", state: "active" });
}
