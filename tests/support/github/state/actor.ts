import { HttpError, notFound } from "../http/errors.ts";
import { type Account, type App, type Role, roleAtLeast } from "./accounts.ts";
import type { Repository } from "./repository.ts";
import { allows, type Need, type Permissions, type Token } from "./tokens.ts";

/** Who does something: a token's account, or GitHub itself. */
export interface Actor {
  readonly account: Account;
  readonly app: App | undefined;
  readonly kind: Token["kind"] | "github";
  /** Permissions of the token; undefined for people at a keyboard and for GitHub itself. */
  readonly permissions?: Permissions;
}

export const MERGE_QUEUE: Actor = {
  account: { id: 118_344_674, login: "github-merge-queue[bot]", type: "Bot" },
  app: undefined,
  kind: "github",
};

export function actorOf(token: Token): Actor {
  return { account: token.account, app: token.app, kind: token.kind, permissions: token.permissions };
}

/** What a person must be in a repository to use a permission of a token. */
const ROLE_FOR_READ: Role = "read";
const ROLE_FOR_WRITE: Role = "write";

/** Throws 404 or 403, in GitHub's words, unless the token may do this to the repository. */
export function demand(token: Token, repository: Repository, need: Need): void {
  if (!sees(token, repository)) throw notFound();
  const allowed = allows(token.permissions, need) && personMay(token, repository, need);
  if (allowed) return;
  const whose = token.kind === "user" ? "personal access token" : "integration";
  const headers = { "x-accepted-github-permissions": need.replace(":", "=") };
  throw new HttpError(403, `Resource not accessible by ${whose}`, { headers });
}

function sees(token: Token, repository: Repository): boolean {
  if (token.kind === "user") return roleAtLeast(repository.roleOf(token.account), ROLE_FOR_READ);
  if (!repository.facts.private) return true;
  return token.repository === repository.fullName;
}

function personMay(token: Token, repository: Repository, need: Need): boolean {
  const writes = need.endsWith(":write");
  if (token.kind !== "user") return !writes || token.repository === repository.fullName;
  if (need === "administration:write") return roleAtLeast(repository.roleOf(token.account), "admin");
  return !writes || commentsOnly(need) || roleAtLeast(repository.roleOf(token.account), ROLE_FOR_WRITE);
}

/** Everybody who sees a repository may comment, review and open pull requests from forks. */
function commentsOnly(need: Need): boolean {
  return need === "issues:write" || need === "pull_requests:write";
}
