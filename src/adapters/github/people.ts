import type { ForgePerson } from "../../domain/approvals.ts";
import type { Forge, ForgeIdentity, TokenKind } from "../../ports/forge.ts";
import type { Client } from "./client.ts";

/** An account as GitHub's REST API tells it. */
export interface Account {
  readonly id: number | bigint;
  readonly login: string;
  readonly type?: string | undefined;
}

/** Whoever is no User (Bot, Mannequin, Organization) cannot approve, so it counts as a program. */
export function personOf(account: Account): ForgePerson {
  const { id, login, type } = account;
  return { id: Number(id), login, kind: type === "User" && !login.endsWith("[bot]") ? "person" : "bot" };
}

export function personOrNull(account: object | null | undefined): ForgePerson | null {
  return account && "login" in account && "id" in account ? personOf(account as Account) : null;
}

export interface Viewer extends ForgeIdentity {
  /** Global node id of the repository. */
  readonly repositoryId: string;
}

/** Who the token is, asked once. */
export function viewerOf(client: Client): () => Promise<Viewer> {
  let asked: Promise<Viewer> | undefined;
  return () => (asked ??= askViewer(client));
}

async function askViewer(client: Client): Promise<Viewer> {
  const query = `query($owner: String!, $name: String!) {
    viewer { login }
    repository(owner: $owner, name: $name) { id }
  }`;
  const answer = await client.graphql<{ viewer: { login: string }; repository: { id: string } }>(
    "contents: read",
    query,
    { owner: client.owner, name: client.repo },
  );
  const { login } = answer.viewer;
  return { login, kind: kindOf(login), repositoryId: answer.repository.id };
}

function kindOf(login: string): TokenKind {
  if (login === "github-actions[bot]" || login === "github-actions") return "workflow";
  return login.endsWith("[bot]") ? "app" : "user";
}

export function people({ rest, list, owner }: Client): Pick<Forge, "mayWrite" | "lastPush" | "teamMembers"> {
  return {
    async teamMembers(team) {
      const route = "GET /orgs/{org}/teams/{team_slug}/members";
      const found = await list("members: read", route, { org: owner, team_slug: team });
      return found.map(({ login }) => login);
    },
    async mayWrite(username) {
      const route = "GET /repos/{owner}/{repo}/collaborators/{username}/permission";
      const { permission } = await rest("metadata: read", route, { username });
      return ["admin", "maintain", "write"].includes(permission);
    },
    async lastPush(branch) {
      const route = "GET /repos/{owner}/{repo}/activity";
      const found = await rest("contents: read", route, { ref: `refs/heads/${branch}`, per_page: 30 });
      const push = found.find(({ after }) => !/^0+$/.test(after));
      return push ? { before: push.before, after: push.after, actor: personOrNull(push.actor) } : null;
    },
  };
}
