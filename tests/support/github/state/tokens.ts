import type { Account, App } from "./accounts.ts";

/** Fine-grained permissions, as tokens, Apps and `permissions:` blocks of workflows name them. */
export const PERMISSIONS = [
  "actions",
  "administration",
  "attestations",
  "checks",
  "contents",
  "deployments",
  "issues",
  "members",
  "metadata",
  "pull_requests",
  "statuses",
  "workflows",
] as const;
export type Permission = (typeof PERMISSIONS)[number];
export type Access = "read" | "write";
export type Permissions = Readonly<Partial<Record<Permission, Access>>>;

/** `permission:access` that an operation needs. */
export type Need = `${Permission}:${Access}`;

export interface Token {
  readonly text: string;
  /** actions: GITHUB_TOKEN of a job; fork: the same for a fork's pull request; app: an installation; user: a fine-grained PAT. */
  readonly kind: "actions" | "fork" | "app" | "user";
  readonly account: Account;
  readonly app: App | undefined;
  readonly permissions: Permissions;
  /** `owner/name` that the token is for; a person's token is for all that the person sees. */
  readonly repository: string | undefined;
}

export function allows(permissions: Permissions, need: Need): boolean {
  const [permission, access] = need.split(":") as [Permission, Access];
  const has = permissions[permission] ?? (permission === "metadata" ? "read" : undefined);
  return has === "write" || (has === "read" && access === "read");
}

/** Every permission with this access, but for what a kind of token can never have. */
export function everything(access: Access, except: readonly Permission[] = []): Permissions {
  const names = PERMISSIONS.filter((name) => !except.includes(name));
  return Object.fromEntries(names.map((name) => [name, access]));
}
