/** A user, bot or organisation. */
export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: "User" | "Bot" | "Organization";
}

/** A GitHub App; its bot is `<slug>[bot]`. */
export interface App {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly bot: Account;
}

export interface Team {
  readonly id: number;
  readonly organization: string;
  readonly slug: string;
  readonly members: Set<string>;
}

/** GitHub Actions as it is on github.com: a required check pins this id as its source. */
export const ACTIONS_APP: App = {
  id: 15368,
  slug: "github-actions",
  name: "GitHub Actions",
  bot: { id: 41_898_282, login: "github-actions[bot]", type: "Bot" },
};

/** The address that GitHub writes into commits of an account. */
export function noreplyAddress({ id, login }: Account): string {
  return `${id}+${login}@users.noreply.github.com`;
}

export const ROLES = ["none", "read", "triage", "write", "maintain", "admin"] as const;
export type Role = (typeof ROLES)[number];

export function roleAtLeast(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
