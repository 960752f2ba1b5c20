import { gateError } from "../errors.ts";
import type { Permission } from "../adapters/github/failures.ts";
import type { Forge } from "../ports/forge.ts";

/** The run that asks: where its environment says that GitHub is, and what ends it. */
interface Asking {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** What proposing needs of a token, and what recording does: docs/guides/github.md, Permissions. */
export const TO_PROPOSE: readonly Permission[] = ["contents: write", "pull-requests: write"];
export const TO_RECORD: readonly Permission[] = [
  "contents: write",
  "deployments: write",
  "pull-requests: write",
];

/** The token of a terminal: GITHUB_TOKEN, else GH_TOKEN; empty without either. */
export function tokenOf(env: NodeJS.ProcessEnv): string {
  return env["GITHUB_TOKEN"] ?? env["GH_TOKEN"] ?? "";
}

/**
 * GitHub as the environment names it: GITHUB_API_URL, GITHUB_GRAPHQL_URL; `repository` null is GITHUB_REPOSITORY. Only what
 * proposes, records or reads reviews imports this, so that nothing which measures can reach a network through it. When a
 * permission is missing, all `permissions` are told.
 * FORGE_TOKEN_MISSING, FORGE_REPOSITORY_INVALID.
 */
export async function openForge(
  { env, signal }: Asking,
  token: string,
  repository: string | null,
  permissions: readonly Permission[] = [],
): Promise<Forge> {
  const name = repository ?? env["GITHUB_REPOSITORY"];
  if (!name) throw gateError("FORGE_REPOSITORY_INVALID", "It was not said which repository.");
  const { openGitHub } = await import("../adapters/github/forge.ts");
  const [apiUrl, graphqlUrl] = [env["GITHUB_API_URL"], env["GITHUB_GRAPHQL_URL"]];
  return openGitHub({ repository: name, token, signal, apiUrl, graphqlUrl, permissions });
}

/**
 * Where a promotion is proposed; null, a plain branch, when neither token nor repository was given. Who names a repository
 * wants a pull request there: a secret that is not set must not pass for a plain branch. FORGE_TOKEN_MISSING.
 */
export async function forgeToPropose(
  asking: Asking,
  token: string | null,
  repository: string | null,
): Promise<Forge | null> {
  if (token === null && repository === null) return null;
  return openForge(asking, token ?? "", repository, TO_PROPOSE);
}
