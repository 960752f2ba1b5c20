import type { JsonObject } from "../../http/json.ts";
import type { Account, App, Team } from "../../state/accounts.ts";
import type { World } from "../../state/world.ts";

const START_OF_TIME = "2020-01-01T00:00:00Z";

export function userJson(world: World, { id, login, type }: Account): JsonObject {
  const url = `${world.url}/users/${login}`;
  return {
    login,
    id,
    node_id: `U_${id}`,
    avatar_url: `${world.url}/avatars/${id}`,
    gravatar_id: "",
    url,
    html_url: `${world.url}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    user_view_type: "public",
    site_admin: false,
  };
}

/** `GET /user`: what a person's token says about its owner. */
export function publicUserJson(world: World, account: Account): JsonObject {
  return {
    ...userJson(world, account),
    name: account.login,
    company: null,
    blog: "",
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: START_OF_TIME,
    updated_at: START_OF_TIME,
  };
}

export function appJson(world: World, app: App): JsonObject {
  return {
    id: app.id,
    slug: app.slug,
    node_id: `A_${app.id}`,
    client_id: `Iv1.${app.id}`,
    owner: userJson(world, world.account("github", "Organization")),
    name: app.name,
    description: null,
    external_url: `${world.url}/apps/${app.slug}/home`,
    html_url: `${world.url}/apps/${app.slug}`,
    created_at: START_OF_TIME,
    updated_at: START_OF_TIME,
    permissions: { metadata: "read" },
    events: [],
  };
}

export function teamJson(world: World, team: Team): JsonObject {
  const url = `${world.url}/orgs/${team.organization}/teams/${team.slug}`;
  return {
    id: team.id,
    node_id: `T_${team.id}`,
    name: team.slug,
    slug: team.slug,
    description: null,
    privacy: "closed",
    notification_setting: "notifications_enabled",
    url,
    html_url: url,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    permission: "push",
    type: "organization",
    parent: null,
  };
}
