import { everything, type Token } from "./tokens.ts";
import type { World } from "./world.ts";

export type TokenKind = "actions" | "app" | "fork" | { readonly user: string } | { readonly app: string };

/** What a token of this kind is and may do by default, and how its text begins. */
export function tokenFor(
  world: World,
  repository: string,
  kind: TokenKind,
): { readonly prefix: string; readonly token: Omit<Token, "text"> } {
  if (kind === "actions" || kind === "fork") {
    const app = world.app("github-actions");
    const access = kind === "actions" ? "write" : "read";
    const permissions = everything(access, ["administration", "members", "workflows"]);
    return { prefix: "ghs", token: { kind, account: app.bot, app, permissions, repository } };
  }
  const permissions = everything("write");
  if (kind === "app" || "app" in kind) {
    const app = world.app(kind === "app" ? "modelgate" : kind.app);
    return { prefix: "ghs", token: { kind: "app", account: app.bot, app, permissions, repository } };
  }
  const account = world.account(kind.user);
  return {
    prefix: "github_pat",
    token: { kind: "user", account, app: undefined, permissions, repository: undefined },
  };
}
